import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkConfig } from '../../src/commands/configuration.ts';
import { exitCodeOf } from '../../src/commands/exit-code.ts';
import type { Config } from '../../src/config/schema.ts';

let folder: string;
let said: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-configuration-'));
  said = '';
  vi.spyOn(console, 'info').mockImplementation((text) => {
    said += `${text}\n`;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** The demo's configuration as a file, its first line changed. */
async function configured(change: Partial<Config['lines'][number]>): Promise<string> {
  const config = parse(await readFile('tonegate.yaml', 'utf8'));
  Object.assign(config.lines[0], change);
  const file = join(folder, 'tonegate.yaml');
  await writeFile(file, stringify(config));
  return file;
}

/** What is wrong with it, which ends the command with exit code 2. */
async function refusal(file: string): Promise<string> {
  const fault = await checkConfig(file).catch((error: unknown) => error);
  expect(exitCodeOf(fault)).toBe(2);
  expect(said).toBe('');
  return (fault as Error).message;
}

test('a configuration that a worker would start with is good', async () => {
  const file = await configured({ notice: 'recording-notice', closed: 'closed-for-now' });
  expect(await checkConfig(file)).toBe(0);
  const [first, ...others] = said.trim().split('\n');
  expect(first).toBe(`${file}: good (8 lines, 5 desks)`);
  // The demo's line "frontdesk" asks for the account alone.
  expect(others).toEqual([
    expect.stringMatching(/^warning: lines\.1\.steps: with an account number alone, /),
  ]);
});

test.each<[steps: readonly unknown[], warned: RegExp | null]>([
  [['account', 'birthDate', 'oneTimeCode'], null],
  [['account', 'passcode'], null],
  [['account', 'oneTimeCode'], /a code comes directly after the account number/],
  [['account', 'oneTimeCode', 'passcode'], /a code comes directly after the account number/],
  [
    ['account', { step: 'birthDate', when: { screeningNot: ['passed-A'] } }, 'oneTimeCode'],
    /a code comes directly after the account number/,
  ],
  [
    ['account', { step: 'birthDate', when: { screeningNot: ['passed-A'] } }],
    /with an account number alone of callers who are spared the rest/,
  ],
])('steps %j are warned of where they let accounts be probed', async (steps, warned) => {
  const file = await configured({ steps, desk: 'general' } as never);
  expect(await checkConfig(file)).toBe(0);
  const warnings = said.split('\n').filter((line) => line.startsWith('warning: lines.0.steps: '));
  expect(warnings).toEqual(warned === null ? [] : [expect.stringMatching(warned)]);
});

test.each(['notice', 'closed'] as const)(
  'a %s that callers could not hear is refused, as a worker would refuse it',
  async (key) => {
    expect(await refusal(await configured({ [key]: 'no-such-prompt' }))).toMatch(
      new RegExp(`^line "bank": its ${key} is no prompt of the catalogue`),
    );
  },
);

test('a folder of recordings that is not there is refused', async () => {
  expect(await refusal(await configured({ prompts: 'audio/bank' }))).toContain(
    `${join(folder, 'audio/bank')}:\n  . is no folder: make it, or take "prompts" out of the line`,
  );
});

test('what a line says that is not recorded in its folder is refused, with every file', async () => {
  const file = await configured({ prompts: '.', notice: 'fees', closed: 'strike' });
  expect(await refusal(file)).toMatch(/en\/fees\.wav is missing.*en\/strike\.wav is missing/s);
});
