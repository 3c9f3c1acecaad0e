import { expect, test } from 'vitest';
import { IvrFault } from '../../../src/ivr/fault.ts';
import { Secret } from '../../../src/machines/secret.ts';
import type { AccountHandle } from '../../../src/machines/verify-entry.machine.ts';
import { PHONE_ON_FILE, UNKNOWN } from '../customers.ts';
import { losing } from '../fake-stores.ts';
import { challengeOf, openVerification, POLICY } from './setting.ts';

const RIGHT = PHONE_ON_FILE.passcode;
const HOUR_MS = 3_600_000;

type Setting = ReturnType<typeof openVerification>;

/** As many wrong entries as said, each when there is a try for it again. */
async function fails({ checkPasscode, clock }: Setting, account: AccountHandle, times: number) {
  for (let i = 0; i < times; i += 1) {
    const { kind } = await checkPasscode(account, '0000');
    if (kind !== 'rejected') throw new Error(`try ${i + 1} was ${kind}`);
    await clock.pass(HOUR_MS);
  }
}

test('a try is taken before the bank is asked, and given back when it was right', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  expect(await setting.checkPasscode(account, RIGHT)).toEqual({ kind: 'accepted' });
  expect(setting.asked).toEqual([
    'bank.lookup',
    'tries.take',
    'bank.checkKnowledge',
    'tries.settle',
  ]);
  expect(setting.tries.failures('check')).toBe(0);
});

test('a wrong entry is a failed try at the account', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  expect(await setting.checkPasscode(account, '0000')).toEqual({ kind: 'rejected' });
  expect(setting.tries.failures('check', account.ref ?? '')).toBe(1);
});

test('an account number that does not exist takes no try', async () => {
  const setting = openVerification();
  const account = await setting.lookUp(UNKNOWN.account);
  expect(account.ref).toBeNull();
  expect(setting.asked).toEqual(['bank.lookup']);
});

test.each([PHONE_ON_FILE.account, UNKNOWN.account])(
  'of an account without tries left the bank is asked nothing: %s',
  async (number) => {
    const setting = openVerification();
    const account = await setting.lookUp(number);
    await fails(setting, account, 4);
    await setting.checkPasscode(account, '0000');
    setting.forgetAsked();
    expect(await setting.checkPasscode(account, RIGHT)).toEqual({ kind: 'lockedOut' });
    expect(setting.asked).toEqual(['tries.take']);
    expect(setting.measured).toEqual([{ type: 'try.locked', line: 'bank', kind: 'check' }]);
  },
);

test('an account that does not exist is asked of nobody, and never right', async () => {
  const setting = openVerification();
  const account = await setting.lookUp(UNKNOWN.account);
  setting.forgetAsked();
  expect(await setting.checkPasscode(account, RIGHT)).toEqual({ kind: 'rejected' });
  expect(await setting.checkCode(account, { by: 'backend', id: 'ch' }, '123456')).toEqual({
    kind: 'rejected',
  });
  const try_ = ['tries.take', 'tries.settle'];
  expect(setting.asked).toEqual([...try_, ...try_]);
  expect(setting.tries.failures('check', account.tally)).toBe(2);
});

test('a code that was never sent is asked of nobody, and never right', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  expect(await setting.checkCode(account, { by: 'decoy' }, '123456')).toEqual({ kind: 'rejected' });
  expect(setting.asked).not.toContain('bank.checkCode');
});

test.each([
  { what: 'an account number', at: 'lookup' },
  { what: 'a passcode', at: 'checkKnowledge' },
  { what: 'a code', at: 'checkCode' },
] as const)('where the bank does not say whether $what is right, it is no "wrong"', async (no) => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.bank.is('unavailable', no.at);
  const answer = {
    lookup: () => setting.lookUp().catch((error: Error) => ({ kind: error.message })),
    checkKnowledge: () => setting.checkPasscode(account, RIGHT),
    checkCode: () => setting.checkCode(account, { by: 'backend', id: 'ch' }, '123456'),
  }[no.at];
  expect(await answer()).toEqual({ kind: 'unavailable' });
  expect(setting.tries.failures('check')).toBe(0);
  expect(setting.faults).toEqual([{ ask: 'checkEntry', error: expect.any(IvrFault) }]);
});

test('an error that no bank may throw is a fault of ours, and no failed try', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.bank.is('broken', 'checkKnowledge');
  await expect(setting.checkPasscode(account, RIGHT)).rejects.toThrow(TypeError);
  expect(setting.tries.failures('check')).toBe(0);
});

test('where tries cannot be counted nothing is checked', async () => {
  const setting = openVerification({ world: ({ tries }) => ({ tries: losing(tries, 'take') }) });
  const account = await setting.lookUp();
  expect(await setting.checkPasscode(account, RIGHT)).toEqual({ kind: 'storeLost' });
  expect(setting.asked).not.toContain('bank.checkKnowledge');
});

test('a right entry stays right where its try cannot be given back', async () => {
  const setting = openVerification({ world: ({ tries }) => ({ tries: losing(tries, 'settle') }) });
  const account = await setting.lookUp();
  expect(await setting.checkPasscode(account, RIGHT)).toEqual({ kind: 'accepted' });
  expect(setting.tries.failures('check')).toBe(1);
  expect(setting.faults.map(({ ask }) => ask)).toEqual(['settleTry']);
});

test('an answer waits for no store, and the next try until the one before is settled', async () => {
  const settled = Promise.withResolvers<void>();
  const setting = openVerification({
    world: ({ tries }) => ({
      tries: {
        ...tries,
        async settle(...asked) {
          await settled.promise;
          await tries.settle(...asked);
        },
      },
    }),
  });
  const account = await setting.lookUp();
  expect(await setting.checkPasscode(account, RIGHT)).toEqual({ kind: 'accepted' });
  expect(setting.tries.failures('check')).toBe(1);
  setting.forgetAsked();
  const next = setting.checkPasscode(account, RIGHT);
  await setting.clock.settle();
  expect(setting.asked).toEqual([]);
  settled.resolve();
  expect(await next).toEqual({ kind: 'accepted' });
});

test('a caller who leaves before the answer has had a try', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.bank.is(3000, 'checkKnowledge');
  const verdict = setting.checkPasscode(account, RIGHT);
  await setting.clock.pass(1000);
  setting.hangUp();
  setting.forgetAsked();
  await Promise.all([setting.clock.pass(5000), expect(verdict).rejects.toThrow()]);
  expect(setting.asked).toEqual([]);
  expect(setting.tries.failures('check')).toBe(1);
});

test('a caller who leaves while the try is being taken is asked about nowhere', async () => {
  const taken = Promise.withResolvers<void>();
  const setting = openVerification({
    world: ({ tries }) => ({
      tries: { ...tries, take: (...try_) => taken.promise.then(() => tries.take(...try_)) },
    }),
  });
  const account = await setting.lookUp();
  const verdict = setting.checkPasscode(account, RIGHT);
  await setting.clock.settle();
  setting.hangUp();
  taken.resolve();
  await expect(verdict).rejects.toThrow();
  expect(setting.asked).toEqual(['bank.lookup', 'tries.take']);
  expect(setting.tries.failures('check')).toBe(1);
});

test('a try that the bank does not answer in time counts neither way', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.bank.is(9500, 'checkKnowledge');
  const verdict = setting.checkPasscode(account, RIGHT);
  await setting.clock.pass(8000);
  setting.giveUp();
  await Promise.all([setting.clock.pass(5000), expect(verdict).rejects.toThrow()]);
  expect(setting.tries.failures('check')).toBe(0);
});

test('hazard: a "yes" that comes when the call is over gives the try back to nobody', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.bank.is(3000, 'checkKnowledge');
  const verdict = setting.checkPasscode(account, RIGHT);
  setting.hangUp();
  await Promise.all([setting.clock.pass(5000), expect(verdict).rejects.toThrow()]);
  expect(setting.asked).not.toContain('tries.settle');
});

/** Milliseconds until a wrong entry is told, for a number with so many failed checks before. */
async function told(setting: Setting, before: number, account: AccountHandle) {
  for (let i = 0; i < before; i += 1) {
    const other = { ...account, tally: `other ${i}` };
    await setting.tries.take('check', 'passcode', other.tally, 'caller-1', POLICY);
  }
  const asked = setting.clock.now();
  let at: number | null = null;
  const verdict = setting.checkPasscode(account, '0000').then(() => {
    at = setting.clock.now() - asked;
  });
  await setting.clock.pass(20_000);
  await verdict;
  return at;
}

test.each([
  { before: 3, floorMs: 0, bankMs: 0, after: 0 },
  { before: 4, floorMs: 0, bankMs: 0, after: 1000 },
  { before: 6, floorMs: 0, bankMs: 0, after: 3000 },
  { before: 20, floorMs: 0, bankMs: 0, after: 4000 },
  { before: 4, floorMs: 1500, bankMs: 0, after: 2500 },
  { before: 4, floorMs: 1500, bankMs: 2000, after: 2500 },
  { before: 4, floorMs: 1500, bankMs: 3000, after: 3000 },
])(
  'a number with $before failures before waits $after ms (floor $floorMs, bank $bankMs)',
  async ({ before, floorMs, bankMs, after }) => {
    const setting = openVerification({ call: { floorMs } });
    const account = await setting.lookUp();
    setting.bank.is(bankMs === 0 ? 'well' : bankMs, 'checkKnowledge');
    expect(await told(setting, before, account)).toBe(after);
  },
);

test('friction never takes so long that the charts would give up', async () => {
  const setting = openVerification({ call: { floorMs: 1500, backendMs: 3000 } });
  expect(await told(setting, 20, await setting.lookUp())).toBe(2500);
});

test('a calling number that is withheld meets no friction', async () => {
  const setting = openVerification({ call: { callerHash: null } });
  expect(await told(setting, 20, await setting.lookUp())).toBe(0);
});

test('what failed at an account is forgotten when its caller is verified', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  await fails(setting, account, 4);
  await setting.ours.forgive(account.tally, ['account', 'passcode']);
  expect(setting.tries.failures('check', account.tally)).toBe(0);
});

test('hazard: wrong codes between calls verified by passcode lock the account at the fifteenth', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  let wrong = 0;
  for (let call = 0; call < 9; call += 1) {
    const challenge = challengeOf(await setting.send(account));
    for (let i = 0; i < 3; i += 1) {
      await setting.clock.pass(HOUR_MS);
      const code = setting.bank.wrongCode();
      const { kind } = await setting.checkCode(account, challenge, code, setting.verifier());
      if (kind === 'rejected') wrong += 1;
    }
    await setting.clock.pass(HOUR_MS);
    const other = setting.verifier();
    const { kind } = await setting.checkPasscode(account, RIGHT, other);
    if (kind === 'lockedOut') break;
    await other.forgive(account.tally, ['account', 'passcode']);
  }
  expect(wrong).toBe(15);
  expect(await setting.checkPasscode(account, RIGHT)).toEqual({ kind: 'lockedOut' });
});

test('hazard: a check of another call under way is not forgotten, and counts when it is wrong', async () => {
  const setting = openVerification();
  const account = await setting.lookUp();
  setting.bank.is(1000, 'checkKnowledge');
  const other = setting.checkPasscode(account, '0000', setting.verifier());
  await setting.clock.settle();
  await setting.ours.forgive(account.tally, ['account', 'passcode']);
  await setting.clock.pass(1000);
  expect(await other).toEqual({ kind: 'rejected' });
  expect(setting.tries.failures('check', account.tally)).toBe(1);
});

test('a store that cannot forget is reported, and disturbs no call', async () => {
  const setting = openVerification({ world: ({ tries }) => ({ tries: losing(tries, 'forgive') }) });
  await setting.ours.forgive('acc_1', ['account', 'passcode']);
  expect(setting.faults.map(({ ask }) => ask)).toEqual(['forgive']);
});

test('a customer whom nobody knows has no account', async () => {
  const { ours, signal } = openVerification();
  expect(await ours.lookUpCustomer(Secret.of('customer-1001'), signal)).toMatchObject({
    ref: expect.any(String),
  });
  expect((await ours.lookUpCustomer(Secret.of('nobody'), signal)).ref).toBeNull();
});
