import { expect, test } from 'vitest';
import { accountHandle } from '../../../src/ivr/verification/account-handle.ts';
import { keyedHashes } from '../../../src/ivr/verification/keyed-hashes.ts';
import { Secret } from '../../../src/machines/secret.ts';

const { noAccount } = keyedHashes(Secret.of('pepper-of-at-least-32-characters-01'));
const NONE = { ref: null, otp: { available: false, to: null } };
const unknown = (number: string) => accountHandle(NONE, noAccount(Secret.of(number)));

test('an account that exists is counted under its reference', () => {
  const account = { ref: 'acc_1', otp: { available: false, to: null } };
  expect(accountHandle(account, noAccount(Secret.of('1')))).toEqual({ ...account, tally: 'acc_1' });
});

test('an account that does not exist has a phone, the same one in every call', () => {
  const handle = unknown('99999999');
  expect(handle).toEqual({
    ref: null,
    otp: { available: true, to: expect.stringMatching(/^…\d\d$/) },
    tally: expect.stringMatching(/^\?[A-Za-z0-9_-]{22}$/),
  });
  expect(unknown('99999999')).toEqual(handle);
});

test('made-up phones end in all kinds of digits, and no two numbers are counted together', () => {
  const handles = Array.from({ length: 2000 }, (_, i) => unknown(String(90_000_000 + i)));
  expect(new Set(handles.map(({ otp }) => otp.to)).size).toBe(100);
  expect(new Set(handles.map(({ tally }) => tally)).size).toBe(2000);
});

test('the number keyed cannot be read off', () => {
  expect(JSON.stringify(unknown('99999999'))).not.toContain('9999');
});
