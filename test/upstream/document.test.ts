// docs/upstream.md does what it says: its examples run as they stand there, and its words are ours.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { upstreamChecker } from '../../src/commands/upstream-checker.ts';
import { upstream } from '../../src/config/screening-schema.ts';
import type { UpstreamNote } from '../../src/ivr/upstream.ts';
import {
  UPSTREAM_REFUSALS,
  type UpstreamCheck,
  type UpstreamRefusal,
} from '../../src/ivr/upstream.ts';
import { Secret } from '../../src/machines/secret.ts';
import { memory } from './tokens.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/upstream.md'), 'utf8');

function example(language: string): string {
  const [, code] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(text) ?? [];
  if (code === undefined) throw new Error(`docs/upstream.md has no example in ${language}`);
  return code;
}

const configured = parse(example('yaml')).lines[0].upstream;
const KEY_LINES = example('sh').trimEnd().split('\n');
const KINDS = ['ed25519', 'EC'] as const;
const WHO = 'customer-1001';
const CALL = 'a84b4c76e66710@pbx.bank.example';
const SIGNED = { kind: 'proven', steps: ['account', 'oneTimeCode'] };

/** A folder with keys as the document has them made. */
async function folderWithKeys(kind: (typeof KINDS)[number]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tonegate-upstream-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const make = KEY_LINES.filter((line) => line.includes(`-algorithm ${kind} `));
  expect(make).toHaveLength(1);
  const publish = KEY_LINES.filter((line) => line.includes('-pubout'));
  await run('sh', ['-e', '-c', [...make, ...publish].join('\n')], folder);
  return folder;
}

/** Runs a program to its end; says how to install what is not there. */
async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd })).stdout;
  } catch (error) {
    // 127 is the shell's word for it.
    if (!['ENOENT', 127].includes((error as { code: string | number }).code)) throw error;
    throw new Error('This needs python3 and openssl. On Debian: apt-get install python3 openssl');
  }
}

/** What a worker makes of the headers that an example has printed. */
function judge(headers: string, folder: string): Promise<UpstreamCheck> {
  const value = (name: string) => new RegExp(`^${name}: (\\S+)$`, 'm').exec(headers)?.[1] ?? '';
  const { issuer, audience } = upstream.parse(configured);
  const publicKey = readFileSync(join(folder, 'pbx.pem'), 'utf8');
  expect(value('X-Auth-Token').length).toBeGreaterThan(350);
  expect(value('X-Auth-Token').length).toBeLessThan(450);
  return upstreamChecker(
    memory(),
    Date.now,
  )({
    plan: { issuer, audience, publicKey },
    token: Secret.of(value('X-Auth-Token')),
    customer: Secret.of(value('X-Customer-Id')),
    inviteCallId: CALL,
  });
}

it.each(KINDS)(
  'the Node.js example signs a token that counts, with a key of kind %s',
  async (kind) => {
    const folder = await folderWithKeys(kind);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'sign.mjs'), example('js'));
    const args = ['sign.mjs', WHO, CALL, 'account', 'oneTimeCode'];
    expect(text).toContain(`node ${args.join(' ')}\n`);
    expect(await judge(await run(process.execPath, args, folder), folder)).toEqual(SIGNED);
  },
);

it('the Python example signs a token that counts', async () => {
  const folder = await folderWithKeys('ed25519');
  writeFileSync(join(folder, 'sign.py'), example('python'));
  const args = ['sign.py', WHO, CALL, 'account', 'oneTimeCode'];
  expect(await judge(await run('python3', args, folder), folder)).toEqual(SIGNED);
});

it('the table has every word that the record may have, once', () => {
  const ours: Record<Exclude<UpstreamNote, UpstreamRefusal>, true> = {
    accepted: true,
    'unlisted-trunk': true,
    unused: true,
    unreadable: true,
    incomplete: true,
    'unknown-customer': true,
    unavailable: true,
    'other-account': true,
  };
  const [, table = ''] = /## Why it was ignored\n(.*?)\n## /s.exec(text) ?? [];
  const words = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, word]) => word);
  expect(words.toSorted()).toEqual([...Object.keys(ours), ...UPSTREAM_REFUSALS].toSorted());
});
