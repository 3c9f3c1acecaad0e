import { expect, test } from 'vitest';
import type { SimulatedBank } from '../../src/demo/simulated-bank.ts';
import type { EndingReason } from '../../src/machines/outcome.ts';
import { keysAccountAndBirthDate, UNKNOWN } from './customers.ts';
import { slow } from './fake-stores.ts';
import {
  asking,
  WATCHED,
  withDesks,
  withoutBargeIn,
  withoutOperator,
  withPatience,
} from './lines.ts';
import { type Call, type Caller, type DialOptions, dial } from './scenario.ts';

interface Moment {
  /** What the caller lives through when hanging up. */
  readonly during: string;
  readonly machine: string;
  readonly state: string;
  readonly options?: DialOptions;
  readonly before?: (caller: Caller, bank: SimulatedBank) => Promise<void>;
  readonly ending?: EndingReason;
  /** The same where that is another one for who hangs up than for a room that is lost. */
  readonly hungUp?: EndingReason;
}

const NO_DESK: DialOptions = {
  desk: () => 'never',
  transfer: () => ({ outcome: 'failed', afterMs: 3000 }),
};

const WITH_FLOOR: DialOptions = { world: { floorMs: () => 1500 } };

async function isVerified(caller: Caller, bank: SimulatedBank) {
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
}

const MOMENTS: readonly Moment[] = [
  { during: 'the ringing', machine: 'call', state: 'underway.answering' },
  { during: 'the first prompt', machine: 'collectDigits', state: 'listening.prompting' },
  {
    during: 'a prompt that cannot be interrupted',
    machine: 'collectDigits',
    state: 'announcing',
    options: { plan: withoutBargeIn },
  },
  {
    during: 'the wait for the first key',
    machine: 'collectDigits',
    state: 'listening.awaitingFirstKey',
  },
  {
    during: 'an entry',
    machine: 'collectDigits',
    state: 'listening.entering.clear',
    before: (caller) => caller.presses('3141'),
  },
  {
    during: 'a doubtful entry',
    machine: 'collectDigits',
    state: 'listening.entering.doubtful',
    before: (caller) => caller.presses('33', 5),
  },
  {
    during: 'a check',
    machine: 'verifyEntry',
    state: 'held.checking.answer.awaited.quiet',
    async before(caller, bank) {
      bank.is('silent', 'lookup');
      await caller.presses('31415926');
    },
  },
  {
    during: 'a check that takes longer',
    machine: 'verifyEntry',
    state: 'held.checking.answer.awaited.reassuring',
    async before(caller, bank) {
      bank.is('silent', 'checkKnowledge');
      await keysAccountAndBirthDate(caller);
    },
  },
  {
    during: 'the taking of a try',
    machine: 'verifyEntry',
    state: 'held.checking.answer.awaited',
    options: { world: ({ tries, clock }) => ({ tries: slow(tries, 'take', 900, clock) }) },
    before: (caller) => keysAccountAndBirthDate(caller),
  },
  {
    during: 'the wait before an account is said to be found',
    machine: 'verifyEntry',
    state: 'held.checking.answer.accepted',
    options: WITH_FLOOR,
    async before(caller) {
      await caller.hears('enter-account');
      await caller.presses('31415926');
    },
  },
  {
    during: 'the wait before an entry is said to be wrong',
    machine: 'verifyEntry',
    state: 'held.checking.answer.rejected',
    options: WITH_FLOOR,
    before: (caller) => keysAccountAndBirthDate(caller, UNKNOWN),
  },
  {
    during: 'the wait that a calling number has earned',
    machine: 'verifyEntry',
    state: 'held.checking.answer.awaited.reassuring',
    options: {
      world: ({ tries }) => ({
        tries: {
          ...tries,
          async take(...asked) {
            return { ...(await tries.take(...asked)), callerFailures: 9 };
          },
        },
      }),
    },
    before: (caller) => keysAccountAndBirthDate(caller),
  },
  {
    during: 'the wait before a code is said to be sent',
    machine: 'oneTimeCode',
    state: 'preparing.waiting.answer.sent',
    options: { ...WITH_FLOOR, plan: asking('account', 'oneTimeCode') },
    async before(caller) {
      await caller.hears('enter-account');
      await caller.presses('31415926');
    },
  },
  {
    during: 'the question for a SIM change',
    machine: 'oneTimeCode',
    state: 'preparing.waiting.answer.checkingSim',
    async before(caller, bank) {
      bank.is(2500, 'simChangedWithinHours');
      await keysAccountAndBirthDate(caller);
    },
  },
  {
    during: 'the sending of a code',
    machine: 'oneTimeCode',
    state: 'preparing.waiting.answer.sending+pause.over+comfort.reassuring',
    async before(caller, bank) {
      bank.is(2500, 'sendCode');
      await keysAccountAndBirthDate(caller);
    },
  },
  {
    during: 'the wait for the code',
    machine: 'oneTimeCode',
    state: 'awaitingCode',
    before: (caller) => keysAccountAndBirthDate(caller),
  },
  {
    during: 'the check of the code',
    machine: 'verifyEntry',
    state: 'held.checking.answer.awaited.reassuring',
    async before(caller, bank) {
      bank.is(5000, 'checkCode');
      await isVerified(caller, bank);
    },
  },
  {
    during: 'the bringing of the desk',
    machine: 'handOff',
    state: 'bringing',
    before: isVerified,
  },
  {
    during: 'the second attempt at the desk',
    machine: 'handOff',
    state: 'bringing',
    options: NO_DESK,
    async before(caller, bank) {
      await isVerified(caller, bank);
      await caller.hears('connecting', 'one-moment');
    },
  },
  {
    during: 'the words before a transfer',
    machine: 'handOff',
    state: 'announcing',
    before: (caller) => caller.presses('0#'),
  },
  {
    during: 'a transfer',
    machine: 'handOff',
    state: 'transferring',
    before: (caller) => caller.presses('0#'),
    hungUp: 'transfer-unknown',
  },
  {
    during: 'the doubt after a transfer',
    machine: 'handOff',
    state: 'doubted',
    options: { transfer: () => ({ outcome: 'unknown', afterMs: 3000 }) },
    before: (caller) => caller.presses('0#'),
    hungUp: 'transfer-unknown',
  },
  {
    during: 'the wait for somebody who watches attributes',
    machine: 'handOff',
    state: 'bringing',
    options: { plan: withDesks({ operator: WATCHED }) },
    before: (caller) => caller.presses('0#'),
  },
  {
    during: 'the goodbye',
    machine: 'call',
    state: 'closing.sayingGoodbye',
    options: { plan: withoutOperator },
    async before(caller, bank) {
      bank.is('unavailable', 'lookup');
      await caller.presses('31415926');
    },
    ending: 'backend-unavailable',
  },
];

/** Nothing that anybody does now may have an effect. */
async function comesToRest(caller: Caller, call: Call): Promise<void> {
  const asked = call.asked.length;
  await caller.presses('31415926#0#9#*');
  await caller.waits(60_000);
  expect(call.asked).toHaveLength(asked);
  expect(caller.hearsSomething).toBe(false);
}

test.each(MOMENTS)(
  'a caller who hangs up during $during leaves nothing behind but a record',
  async ({ machine, state, options, before, ending = 'hung-up', hungUp = ending }) => {
    const { caller, call, bank, world } = await dial(options);
    await before?.(caller, bank);
    await call.reaches(machine, state);
    const asked = call.asked.length;
    await caller.hangsUp();
    const record = await call.ends(hungUp);
    expect(call.asked.slice(asked)).toEqual(['records.append', 'line.leave']);
    await comesToRest(caller, call);
    expect(await world.kept()).toEqual([record]);
  },
);

test.each(MOMENTS)(
  'a room that is lost during $during leaves a record that says so',
  async ({ machine, state, options, before, ending = 'livekit-lost' }) => {
    const { caller, call, bank } = await dial(options);
    await before?.(caller, bank);
    await call.reaches(machine, state);
    const asked = call.asked.length;
    caller.phone.lose();
    await caller.waits(0);
    await call.ends(ending);
    expect(call.asked.slice(asked)).toEqual(['records.append', 'line.leave']);
    await comesToRest(caller, call);
  },
);

test('a caller who hangs up in a step is in the record with the tries of that step', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('314159');
  await caller.hears('too-short');
  await caller.presses('31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.presses('01011980');
  await caller.hears('rejected');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps).toMatchObject([
    { step: 'account', outcome: 'accepted', tries: 2 },
    { step: 'birthDate', outcome: 'hungUp', tries: 1 },
  ]);
});

test('tries of one step are not counted for the next one', async () => {
  const { caller, call, bank } = await dial();
  bank.is(3000, 'simChangedWithinHours');
  await keysAccountAndBirthDate(caller);
  await call.reaches('oneTimeCode', 'preparing.waiting.answer.checkingSim');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[2]).toMatchObject({ step: 'oneTimeCode', outcome: 'hungUp', tries: 0 });
});

test('tries are not forgotten while the caller waits for another code', async () => {
  const { caller, call, bank } = await dial({ plan: withPatience });
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.wrongCode());
  await caller.hears('rejected');
  await caller.waits(35_000);
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[2]).toMatchObject({ step: 'oneTimeCode', outcome: 'hungUp', tries: 1 });
});

test('tries with an earlier code are in the record of a caller who hangs up after a new one', async () => {
  const { caller, call, bank } = await dial({ plan: withPatience });
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.wrongCode());
  await caller.hears('rejected');
  await caller.waits(31_000);
  await caller.presses('9#');
  await caller.hears('code-sent');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[2]).toMatchObject({ outcome: 'hungUp', tries: 1 });
});

test('hazard: keys that arrive after the hang-up are taken by nobody', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('3141592');
  await caller.hangsUp();
  await caller.presses('6#');
  await call.ends('hung-up');
  expect(call.asked).not.toContain('bank.lookup');
});

test('an entry that could not be right is a try of a caller who hangs up after it', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.presses('02301979');
  await caller.hears('no-such-date');
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps[1]).toMatchObject({ step: 'birthDate', outcome: 'hungUp', tries: 1 });
});
