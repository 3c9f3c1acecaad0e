import { expect, test } from 'vitest';
import { NEW_SIM, PHONE_ON_FILE, UNKNOWN } from '../customers.ts';
import { losing } from '../fake-stores.ts';
import { challengeOf, openVerification, POLICY } from './setting.ts';

type Setting = ReturnType<typeof openVerification>;

/** So many checks of all kinds of accounts by all kinds of callers; the first ones are right. */
async function isBusy({ tries }: Setting, checks: number, right: number) {
  for (let i = 0; i < checks; i += 1) {
    const taking = await tries.take('check', 'passcode', `account ${i}`, `number ${i}`, POLICY);
    if (taking.kind === 'locked') throw new Error('locked');
    await tries.settle(taking.id, i < right ? 'accepted' : 'rejected');
  }
}

async function failTimes({ tries, clock }: Setting, tally: string, times: number) {
  for (let i = 0; i < times; i += 1) {
    await tries.take('check', 'passcode', tally, null, POLICY);
    if (i < times - 1) await clock.pass(POLICY.softLongestMs);
  }
}

test('a code of the bank is sent by the bank, and counted', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.forgetAsked();
  const result = await setting.send(account);
  expect(result).toEqual({ kind: 'sent', challenge: { by: 'backend', id: expect.any(String) } });
  expect(setting.asked).toEqual(['tries.isLocked', 'tries.rate', 'tries.take', 'bank.sendCode']);
  expect(setting.measured).toEqual([{ type: 'code.sent', line: 'bank', by: 'backend' }]);
});

test('one account is sent fifteen codes in a day, over all calls, and then no more', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  for (let i = 0; i < 15; i += 1) {
    await setting.clock.pass(POLICY.softLongestMs);
    expect((await setting.send(account, {}, setting.verifier())).kind).toBe('sent');
  }
  await setting.clock.pass(POLICY.softLongestMs);
  expect(await setting.send(account, {}, setting.verifier())).toEqual({ kind: 'lockedOut' });
  expect(setting.bank.messages).toHaveLength(15);
  expect(setting.measured.at(-1)).toEqual({ type: 'try.locked', line: 'bank', kind: 'send' });
  await setting.clock.pass(POLICY.hardMs - POLICY.softLongestMs);
  expect((await setting.send(account, {}, setting.verifier())).kind).toBe('sent');
});

test.each([PHONE_ON_FILE.account, UNKNOWN.account])(
  'of an account without tries left neither SIM nor code is asked for: %s',
  async (number) => {
    const setting = openVerification();
    const account = await setting.lookUp(number);
    await failTimes(setting, account.tally, 5);
    setting.forgetAsked();
    expect(await setting.ours.simChangedWithinHours(account, setting.signal)).toBeNull();
    expect(await setting.send(account)).toEqual({ kind: 'lockedOut' });
    expect(setting.asked.filter((ask) => ask.startsWith('bank'))).toEqual([]);
    expect(setting.measured).toEqual([{ type: 'try.locked', line: 'bank', kind: 'check' }]);
  },
);

test('hazard: a lock-out that ends between the two questions sends no code to an unasked SIM', async () => {
  const setting = openVerification();
  const account = await setting.lookUp(NEW_SIM.account);
  await failTimes(setting, account.tally, 5);
  expect(await setting.ours.simChangedWithinHours(account, setting.signal)).toBeNull();
  await setting.clock.pass(POLICY.softLongestMs);
  expect(await setting.send(account)).toEqual({ kind: 'lockedOut' });
  expect(setting.bank.messages).toEqual([]);
});

test('the SIM of an account that does not exist has not changed, and the bank is not asked', async () => {
  const setting = openVerification();
  const account = await setting.lookUp(UNKNOWN.account);
  setting.forgetAsked();
  expect(await setting.ours.simChangedWithinHours(account, setting.signal)).toBeNull();
  expect(setting.asked).toEqual(['tries.isLocked']);
});

test('where nobody can say whether an account has tries left, its SIM is asked about', async () => {
  const setting = openVerification({
    world: ({ tries }) => ({ tries: losing(tries, 'isLocked') }),
  });
  const account = await setting.lookUp(NEW_SIM.account);
  expect(await setting.ours.simChangedWithinHours(account, setting.signal)).toBe(24);
});

test.each(['isLocked', 'rate', 'take'] as const)(
  'where the store fails at %s no code is sent',
  async (ask) => {
    const setting = openVerification({ world: ({ tries }) => ({ tries: losing(tries, ask) }) });
    const account = await setting.lookUp();
    expect(await setting.send(account)).toEqual({ kind: 'storeLost' });
    expect(setting.bank.messages).toEqual([]);
    expect(setting.faults.map(({ ask }) => ask)).toEqual(['sendCode']);
  },
);

test.each([PHONE_ON_FILE.account, UNKNOWN.account])(
  'where the store fails to keep a code the answer is the same for every account: %s',
  async (number) => {
    const setting = openVerification({
      codesBy: 'us',
      world: ({ codes }) => ({ codes: losing(codes, 'keep') }),
    });
    expect(await setting.send(await setting.lookUp(number))).toEqual({ kind: 'storeLost' });
    expect(setting.bank.messages).toEqual([]);
  },
);

test('where the old code cannot be made void no new one is sent', async () => {
  const setting = openVerification({
    codesBy: 'us',
    world: ({ codes }) => ({ codes: losing(codes, 'revoke') }),
  });
  const account = await setting.lookUp();
  const replaces = challengeOf(await setting.send(account));
  expect(await setting.send(account, { replaces })).toEqual({ kind: 'storeLost' });
  expect(setting.bank.messages).toHaveLength(1);
});

test('an account that does not exist is sent a code that nobody gets, and it is never right', async () => {
  const setting = openVerification({ codesBy: 'us' });
  const account = await setting.lookUp(UNKNOWN.account);
  setting.forgetAsked();
  expect(await setting.send(account)).toEqual({ kind: 'sent', challenge: { by: 'decoy' } });
  const verdict = await setting.checkCode(account, { by: 'decoy' }, '123456');
  expect(verdict).toEqual({ kind: 'rejected' });
  expect(setting.measured).toEqual([{ type: 'code.sent', line: 'bank', by: 'decoy' }]);
  await setting.send(account, { replaces: { by: 'decoy' } });
  expect(setting.bank.messages).toEqual([]);

  // The store is asked the same as for an account that exists, and a wrong code of its own.
  const inStore = () => setting.asked.filter((ask) => /^(tries|codes)/.test(ask));
  const unknown = inStore();
  setting.forgetAsked();
  const existing = await setting.lookUp();
  const challenge = challengeOf(await setting.send(existing));
  await setting.checkCode(existing, challenge, setting.bank.wrongCode());
  await setting.send(existing, { replaces: challenge });
  expect(unknown).toEqual(inStore());
});

test.each([
  { checks: 49, right: 0, kind: 'sent' },
  { checks: 50, right: 11, kind: 'sent' },
  { checks: 50, right: 10, kind: 'unavailable' },
])('with $right of $checks checks right, a code is $kind', async ({ checks, right, kind }) => {
  for (const number of [PHONE_ON_FILE.account, UNKNOWN.account]) {
    const setting = openVerification();
    await isBusy(setting, checks, right);
    const account = await setting.lookUp(number);
    expect(await setting.send(account)).toMatchObject({ kind });
    const isStopped = kind === 'unavailable';
    expect(setting.logged.join().includes('"level":50')).toBe(isStopped);
    expect(setting.measured.some(({ type }) => type === 'sending.stopped')).toBe(isStopped);
    expect(setting.tries.failures('send')).toBe(isStopped ? 0 : 1);
  }
});

test('codes are sent again when the attack is over', async () => {
  const setting = openVerification();
  await isBusy(setting, 60, 0);
  const account = await setting.lookUp();
  expect(await setting.send(account)).toEqual({ kind: 'unavailable' });
  await setting.clock.pass(600_000);
  expect((await setting.send(account)).kind).toBe('sent');
});

test('a bank that cannot send is no "wrong", and the code counts as sent', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.bank.is('unavailable', 'sendCode');
  expect(await setting.send(account)).toEqual({ kind: 'unavailable' });
  expect(setting.tries.failures('send')).toBe(1);
  expect(setting.faults.map(({ ask }) => ask)).toEqual(['sendCode']);
});

test('a caller who leaves while the code is counted is sent none', async () => {
  const counted = Promise.withResolvers<void>();
  const setting = openVerification({
    world: ({ tries }) => ({
      tries: { ...tries, take: (...args) => counted.promise.then(() => tries.take(...args)) },
    }),
  });
  const account = await setting.lookUp();
  const result = setting.send(account);
  await setting.clock.settle();
  setting.hangUp();
  counted.resolve();
  await expect(result).rejects.toThrow();
  expect(setting.bank.messages).toEqual([]);
  expect(setting.faults).toEqual([]);
});
