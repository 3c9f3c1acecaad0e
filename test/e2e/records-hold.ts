// What an auditor does with the records of all calls so far: the last test of files that end calls oddly.

import { expect } from 'vitest';
import { tonegate } from './system.ts';

/** The chain is intact, it is sealed, it is intact under its seal, and a spreadsheet can read it. */
export async function recordsHold(): Promise<void> {
  const seal = await tonegate('calls', 'seal');
  expect(seal, seal.err).toMatchObject({ code: 0, out: expect.stringMatching(JWS) });
  const verified = await tonegate('calls', 'verify', '--json');
  expect(verified.code, verified.out).toBe(0);
  const report = JSON.parse(verified.out);
  expect(report.intact).toBe(true);

  const [head, ...rows] = parsedCsv((await tonegate('calls', '--csv')).out);
  expect(head).toContain('disposition');
  expect(rows.length).toBeGreaterThanOrEqual(report.records);
  for (const row of rows) expect(row).toHaveLength(head?.length ?? 0);
}

const JWS = /^[\w-]+\.[\w-]+\.[\w-]+\n$/;

/** RFC 4180. */
function parsedCsv(text: string): string[][] {
  const lines = text.match(/(?:"(?:[^"]|"")*"|[^"\r\n])+(?=\r\n)/g) ?? [];
  return lines.map((line) => line.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,]*)/g) ?? []);
}
