// The tables of INVITEs beside this file: read, and held to their form.

import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { type InviteHeaders, inviteHeaders } from '../../src/screening/headers.ts';
import { PROFILES } from '../../src/screening/profiles.ts';
import { LEVELS } from '../../src/screening/verdict.ts';

const invite = z.strictObject({
  title: z.string().min(1),
  headers: z.string(),
  caller: z.strictObject({ user: z.string(), e164: z.string().nullable() }).optional(),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'failed', 'none', 'error']),
    level: z.enum(LEVELS).nullable(),
    diverted: z.boolean(),
    source: z.string().min(1),
  }),
});

const table = z.strictObject({
  profile: z.union([z.enum(PROFILES), z.strictObject({ header: z.string() })]),
  invites: z.array(invite).min(1),
});

/** One file. Throws on a key that it does not know, and where an expectation is missing. */
export function tableOf(yaml: string): z.output<typeof table> {
  return table.parse(parse(yaml));
}

/** All files, in the order of their names. */
export function allTables() {
  return globSync('test/screening/invites/*.yaml')
    .sort()
    .map((file) => ({ file, ...tableOf(readFileSync(file, 'utf8')) }));
}

/** The headers of an INVITE, from the lines as they stand on the wire: all of them, folded ones as they are. */
export function fromWire(lines: string): InviteHeaders {
  const seen: [name: string, value: string][] = [];
  for (const line of lines.split('\n').filter((text) => text !== '')) {
    const last = seen.at(-1);
    if (/^[ \t]/.test(line) && last) {
      last[1] += `\r\n${line}`;
    } else {
      const [name = '', ...value] = line.split(':');
      seen.push([name, value.join(':')]);
    }
  }
  return inviteHeaders(seen);
}
