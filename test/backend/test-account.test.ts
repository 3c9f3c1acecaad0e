// The file with the doctor's test account: read, refused, and never repeated.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTestAccount } from '../../src/backend/test-account.ts';
import { Secret } from '../../src/machines/secret.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-account-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(text: string, mode = 0o600): Promise<string> {
  const file = join(folder, 'account.yaml');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

const revealed = (one: object) =>
  Object.entries(one).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);

test.for([
  'account: "01415926"\nbirthDate: "1979-03-14"\npasscode: "0618"\ncustomer: customer-1001\n',
  '{"account": "01415926", "birthDate": "1979-03-14", "passcode": "0618", "customer": "customer-1001"}',
])('it is YAML or JSON: %j', async (text) => {
  const { account, isOpen } = await readTestAccount(await write(text));
  expect(Object.fromEntries(revealed(account))).toEqual({
    account: '01415926',
    birthDate: '1979-03-14',
    passcode: '0618',
    customer: 'customer-1001',
  });
  expect(isOpen).toBe(false);
  expect(JSON.stringify(account)).not.toMatch(/1415926|1979|0618|1001/);
});

test('all but the account may be missing', async () => {
  const { account } = await readTestAccount(await write('account: "01415926"'));
  expect(Object.fromEntries(revealed(account))).toEqual({
    account: '01415926',
    birthDate: null,
    passcode: null,
    customer: null,
  });
});

test.for([
  [0o600, false],
  [0o400, false],
  [0o700, false],
  [0o640, true],
  [0o604, true],
  [0o644, true],
  [0o620, true],
] as const)('with mode %i it is open to others: %s', async ([mode, isOpen]) => {
  expect(await readTestAccount(await write('account: "01415926"', mode))).toMatchObject({ isOpen });
});

test.for([
  ['account: 31415926', 'account: use text, in quotes'],
  ['passcode: "1618"', 'account: '],
  ['account: "3141 5926"', 'account: use digits'],
  ['account: "1"\nbirthDate: "03141979"', 'birthDate: use YYYY-MM-DD'],
  ['account: "1"\npasscode: 1618', 'passcode: use text, in quotes'],
  ['account: "1"\ncustomer: "customer 1001"', 'customer: use 1 to 128 visible'],
  ['account: "1"\n"31415926": "1979-03-14"', 'has others than account, birthDate'],
  ['31415926', 'use account, birthDate'],
  ['', 'use account, birthDate'],
  ['account: *canary31415926', 'use account, birthDate'],
  ['account: "31415926', 'line 1: '],
  ['account: "1"\naccount: "31415926"', 'line 2: DUPLICATE_KEY'],
] as const)('%j is refused, and not repeated', async ([text, said]) => {
  const fault = await readTestAccount(await write(text)).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'IVR_CONFIG_INVALID' });
  expect((fault as Error).message).toContain(said);
  expect(`${(fault as Error).stack} ${JSON.stringify(fault)}`).not.toMatch(/31415926|1618|1979/);
});

test('one that is not there is named', async () => {
  const file = join(folder, 'nowhere.yaml');
  await expect(readTestAccount(file)).rejects.toMatchObject({
    code: 'IVR_CONFIG_INVALID',
    message: expect.stringMatching(/nowhere\.yaml:\n {2}cannot be read \(ENOENT\)/),
  });
});
