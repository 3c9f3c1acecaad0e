// `tonegate doctor --backend` with a test account, from the file to the lines that are printed.

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { type DoctorOptions, runDoctor } from '../../src/commands/doctor.ts';
import { exitCodeOf } from '../../src/commands/exit-code.ts';
import { startDemoBank } from '../../src/demo/bank.ts';
import { Secret } from '../../src/machines/secret.ts';

const home = process.cwd();
const demo = await readFile('tonegate.yaml', 'utf8');
const TOKEN = 'token-that-nobody-may-see';
const ACCOUNT = {
  account: '31415926',
  birthDate: '1979-03-14',
  passcode: '1618',
  customer: 'customer-1001',
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-doctor-'));
  // Away from what `npm start` may have left in `.tonegate/env`.
  process.chdir(folder);
  vi.stubEnv('TONEGATE_BACKEND_TOKEN', TOKEN);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  process.chdir(home);
  await rm(folder, { recursive: true });
});

async function accountFile(account: object, mode = 0o600): Promise<string> {
  const file = join(folder, 'account.yaml');
  await writeFile(file, stringify(account));
  await chmod(file, mode);
  return file;
}

async function doctor(url: string, options: Partial<DoctorOptions>) {
  const config = join(folder, 'tonegate.yaml');
  await writeFile(config, stringify({ ...parse(demo), backend: { url } }));
  const lines: string[] = [];
  const all = { config, backend: true, ...options };
  const code = await runDoctor(all, (line) => void lines.push(line));
  const shown = lines.join('\n');
  expect(shown).not.toMatch(/31415926|1979-03-14|1618|customer-1001|acc_|ch_|5551230001/);
  expect(shown).not.toContain(TOKEN);
  return { code, lines };
}

const startBank = () => startDemoBank({ host: '127.0.0.1', port: 0, token: Secret.of(TOKEN) });

test('the demo bank keeps the contract with an account too, and is asked for no code', async () => {
  await using bank = await startBank();
  const { code, lines } = await doctor(bank.url, { accountFile: await accountFile(ACCOUNT) });
  expect(code).toBe(0);
  expect(lines.at(-1)).toBe('doctor: 0 errors, 0 warnings, 19 ok');
  expect(lines.join('\n')).toContain('no code was asked for');
  expect(await (await fetch(`${bank.url}/outbox`)).json()).toEqual([]);
});

test('a code is sent where that is wanted, for the line that has one', async () => {
  await using bank = await startBank();
  const options = { accountFile: await accountFile(ACCOUNT), sendCode: true };
  const { code, lines } = await doctor(bank.url, options);
  expect(code).toBe(0);
  expect(lines.at(-1)).toBe('doctor: 0 errors, 0 warnings, 23 ok');
  expect(await (await fetch(`${bank.url}/outbox`)).json()).toHaveLength(1);
});

test('a file that others can read is a warning, and no value of it is shown', async () => {
  await using bank = await startBank();
  const { code, lines } = await doctor(bank.url, {
    accountFile: await accountFile(ACCOUNT, 0o644),
  });
  expect(code).toBe(0);
  expect(lines.filter((line) => line.startsWith('warning'))).toEqual([
    expect.stringMatching(/account-file-open .* Mend: run `chmod 600` on it/),
  ]);
});

test('a value that is not as the bank has it is an error', async () => {
  await using bank = await startBank();
  const wrong = { ...ACCOUNT, birthDate: '1979-03-15', passcode: '1619' };
  const { code, lines } = await doctor(bank.url, { accountFile: await accountFile(wrong) });
  expect(code).toBe(1);
  expect(lines.filter((line) => line.includes('backend-refuses'))).toHaveLength(2);
});

test('an account that nobody has is one error, and the rest is told all the same', async () => {
  await using bank = await startBank();
  const file = await accountFile({ account: '99999999' });
  const { code, lines } = await doctor(bank.url, { accountFile: file, sendCode: true });
  expect(code).toBe(1);
  expect(lines.at(-1)).toBe('doctor: 1 error, 0 warnings, 7 ok');
  expect(lines.filter((line) => line.startsWith('error'))).toEqual([
    expect.stringContaining('backend-no-account'),
  ]);
});

test('where nobody is, nothing is asked about the account', async () => {
  const bank = await startBank();
  await bank[Symbol.asyncDispose]();
  const { code, lines } = await doctor(bank.url, { accountFile: await accountFile(ACCOUNT) });
  expect(code).toBe(3);
  expect(lines).toHaveLength(2);
});

test.for([
  [{ accountFile: 'nowhere.yaml' }, 'the account file nowhere.yaml:\n  cannot be read (ENOENT)'],
  [{ sendCode: true }, '--send-code needs --account-file FILE'],
] as const)('%j ends as wrong usage does', async ([options, said]) => {
  await using bank = await startBank();
  const fault = await doctor(bank.url, options).catch((error: unknown) => error);
  expect(exitCodeOf(fault)).toBe(2);
  expect((fault as Error).message).toContain(said);
});
