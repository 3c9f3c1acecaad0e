import { expect, test } from 'vitest';
import { Secret } from '../../src/machines/secret.ts';
import { ANOTHER_PHONE, type Customer, PHONE_ON_FILE, UNKNOWN } from './customers.ts';
import { asking, withoutOperator, withPatience } from './lines.ts';
import { type Caller, type DialOptions, dial } from './scenario.ts';
import { type HeardPrompt, openWorld, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const LINE: DialOptions = { plan: asking('account', 'passcode') };

/** A caller who has keyed an account number and is asked for the passcode. */
async function isAsked(
  world: World,
  customer: Pick<Customer, 'account'> = PHONE_ON_FILE,
  options: DialOptions = LINE,
) {
  const made = await dial(options, world);
  await made.caller.hears('enter-account');
  await made.caller.presses(customer.account);
  await made.caller.hears('enter-passcode');
  return made;
}

/** So many wrong entries, each when it is asked for. */
async function keysWrong(caller: Caller, times: number) {
  for (let i = 0; i < times; i += 1) {
    if (i > 0) await caller.hears('enter-passcode-again');
    await caller.presses('0000');
  }
}

/** A call in which every entry is wrong, as far as entries are checked. */
async function failsIn(world: World, customer?: Pick<Customer, 'account'>, options?: DialOptions) {
  const { caller, call } = await isAsked(world, customer, options);
  await keysWrong(caller, 3);
  await caller.hears('cannot-verify');
  return call.ends('handed-off');
}

/** One wrong entry; the caller leaves when it is told. */
async function failsOnce(world: World, customer?: Pick<Customer, 'account'>) {
  const { caller, call } = await isAsked(world, customer);
  await caller.presses('0000');
  await caller.hears('rejected');
  await caller.hangsUp();
  await call.ends('hung-up');
}

/** As many failed tries as said, each as soon as there is one. */
async function failsTimes(world: World, times: number, customer?: Pick<Customer, 'account'>) {
  for (let i = 0; i < times; i += 1) {
    await failsOnce(world, customer);
    await world.clock.pass(HOUR_MS);
  }
}

/** The right passcode, and what becomes of it. */
async function keysRight(world: World, customer: Customer = PHONE_ON_FILE, options = LINE) {
  const { caller, call } = await isAsked(world, customer, options);
  await caller.presses(customer.passcode);
  const record = await call.ends('handed-off');
  const isChecked = call.asked.includes('bank.checkKnowledge');
  return { record, outcome: record.steps.at(-1)?.outcome, isChecked };
}

test('after five wrong entries in two calls the right one is not even looked at', async () => {
  const world = await openWorld();
  await failsIn(world);
  const { caller, call } = await isAsked(world);
  await keysWrong(caller, 2);
  await caller.hears('rejected-again', 'enter-passcode-again');
  await caller.presses(PHONE_ON_FILE.passcode);
  await caller.hears('cannot-verify', 'connecting-operator');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'failed', amr: [], desk: 'operator' });
  expect(record.steps.at(-1)).toMatchObject({ outcome: 'lockedOut', tries: 3 });
  expect(call.asked.filter((ask) => ask === 'bank.checkKnowledge')).toHaveLength(2);
  expect(world.measured).toContainEqual({ type: 'try.locked', line: 'bank', kind: 'check' });
});

test('on a line without an operator such a call ends as locked out, in the same words', async () => {
  const world = await openWorld();
  const plan: DialOptions = {
    plan: (line) => withoutOperator(asking('account', 'passcode')(line)),
  };
  await failsTimes(world, 4);
  await failsOnce(world);
  const { caller, call } = await isAsked(world, PHONE_ON_FILE, plan);
  await caller.presses(PHONE_ON_FILE.passcode);
  await caller.hears('cannot-verify', 'goodbye');
  const record = await call.ends('locked-out');
  expect(record.ending.result).toBe('caller');
  expect(record.auth).toBe('failed');
});

test('the waits grow from half a minute to an hour, and end', async () => {
  const world = await openWorld();
  await failsTimes(world, 4);
  for (const waitMs of [30_000, 60_000, 120_000, 240_000, 480_000]) {
    await failsOnce(world);
    // Keying the account alone takes a caller some ten seconds.
    if (waitMs > 30_000) await world.clock.pass(waitMs - 30_000);
    expect(await keysRight(world)).toMatchObject({ outcome: 'lockedOut', isChecked: false });
    await world.clock.pass(30_000);
  }
  expect(await keysRight(world)).toMatchObject({ outcome: 'accepted' });
});

test('a verified caller has all tries again', async () => {
  const world = await openWorld();
  await failsTimes(world, 4);
  expect((await keysRight(world)).record.auth).toBe('verified');
  await failsTimes(world, 4);
  expect(await keysRight(world)).toMatchObject({ outcome: 'accepted' });
});

test('a caller who is only identified has not', async () => {
  const world = await openWorld();
  await failsTimes(world, 4);
  const { caller, call } = await dial({ number: '+15105550101' }, world);
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await call.ends('handed-off');
  await failsOnce(world);
  expect(await keysRight(world)).toMatchObject({ outcome: 'lockedOut' });
});

test('fifteen wrong entries in a day are the last for a day, for a right one too', async () => {
  const world = await openWorld();
  await failsTimes(world, 15);
  await world.clock.pass(DAY_MS - 2 * HOUR_MS);
  expect(await keysRight(world)).toMatchObject({ outcome: 'lockedOut', isChecked: false });
  await world.clock.pass(HOUR_MS);
  expect(await keysRight(world)).toMatchObject({ outcome: 'accepted' });
});

test('a lock-out outlives the worker', async () => {
  const world = await openWorld();
  await failsTimes(world, 4);
  await failsOnce(world);
  const restarted = await openWorld({ beside: world });
  expect(await keysRight(restarted)).toMatchObject({ outcome: 'lockedOut', isChecked: false });
});

test('a lock-out holds from another number, and from one that is withheld', async () => {
  const world = await openWorld();
  await failsTimes(world, 4);
  await failsOnce(world);
  for (const number of [Secret.of('+15551234567'), null]) {
    const options = { ...LINE, facts: { number } };
    expect(await keysRight(world, PHONE_ON_FILE, options)).toMatchObject({
      outcome: 'lockedOut',
      isChecked: false,
    });
  }
});

test('two workers at once give an account no more tries than one', async () => {
  const world = await openWorld();
  const other = await openWorld({ beside: world });
  const calls: Awaited<ReturnType<typeof dial>>[] = [];
  for (const worker of [world, other, world, other]) calls.push(await dial(LINE, worker));
  const allHear = async (prompt: HeardPrompt) => {
    for (const { caller } of calls) await caller.hears(prompt);
  };
  const allPress = async (keys: string) => {
    for (const key of keys) {
      for (const { caller } of calls) caller.phone.press(key);
      await world.clock.pass(150);
    }
  };
  await allHear('enter-account');
  await allPress(PHONE_ON_FILE.account);
  await allHear('enter-passcode');
  await allPress('0000');
  await allHear('enter-passcode-again');
  await allPress('0001');
  const records = [];
  const checks: number[] = [];
  for (const { caller, call } of calls) {
    if (checks.length === 0) {
      await caller.hears('rejected-again', 'enter-passcode-again');
      await caller.presses('0002');
    }
    records.push(await call.ends('handed-off'));
    checks.push(call.asked.filter((ask) => ask === 'bank.checkKnowledge').length);
  }
  expect(checks).toEqual([2, 1, 1, 1]);
  expect(records.map(({ steps }) => steps.at(-1)?.outcome)).toEqual([
    'lockedOut',
    'lockedOut',
    'lockedOut',
    'lockedOut',
  ]);
});

test('other accounts are not locked by it', async () => {
  const world = await openWorld();
  await failsTimes(world, 4);
  await failsOnce(world);
  expect(await keysRight(world, ANOTHER_PHONE)).toMatchObject({ outcome: 'accepted' });
});

test('wrong account numbers lock nobody out', async () => {
  const world = await openWorld();
  for (let i = 0; i < 8; i += 1) {
    const { caller, call } = await dial({ number: '+15105550101' }, world);
    await caller.hears('enter-account');
    for (const words of ['enter-account-again', 'enter-account-again', 'cannot-verify'] as const) {
      await caller.presses(`9999999${i}`);
      await caller.hears(words);
    }
    await call.ends('handed-off');
  }
  expect(world.tries.failures('check')).toBe(0);
  expect(await keysRight(world)).toMatchObject({ outcome: 'accepted' });
});

test('a caller who hangs up while the bank is asked has used up a try', async () => {
  const world = await openWorld();
  world.bank.is(3000, 'checkKnowledge');
  for (let i = 0; i < 5; i += 1) {
    const { caller, call } = await isAsked(world);
    await caller.presses('0000');
    await caller.hangsUp();
    await call.ends('hung-up');
    await caller.waits(i < 4 ? 60_000 : 0);
  }
  expect(await keysRight(world)).toMatchObject({ outcome: 'lockedOut' });
});

test('a bank that does not answer locks nobody out', async () => {
  const world = await openWorld();
  for (const mood of ['unavailable', 'silent', 9500] as const) {
    world.bank.is(mood, 'checkKnowledge');
    for (let i = 0; i < 5; i += 1) {
      const { caller, call } = await isAsked(world);
      await caller.presses(PHONE_ON_FILE.passcode);
      const { steps } = await call.ends('handed-off');
      expect(steps.at(-1)?.outcome).toBe('unavailable');
      await caller.waits(10_000);
    }
  }
  world.bank.is('well', 'checkKnowledge');
  expect(world.tries.failures('check')).toBe(0);
  expect(await keysRight(world)).toMatchObject({ outcome: 'accepted' });
});

test('an account that does not exist is locked in the same words at the same moments', async () => {
  const options: DialOptions = { ...LINE, world: { floorMs: () => 1500 } };
  const stories = [];
  for (const customer of [PHONE_ON_FILE, UNKNOWN]) {
    const world = await openWorld();
    await failsIn(world, customer, options);
    const { caller, call } = await isAsked(world, customer, options);
    await keysWrong(caller, 3);
    await caller.hears('cannot-verify');
    const { auth, steps } = await call.ends('handed-off');
    expect(auth).toBe('failed');
    expect(steps.at(-1)).toMatchObject({ outcome: 'lockedOut', tries: 3 });
    stories.push(caller.transcript);
  }
  expect(stories[0]).toEqual(stories[1]);
});

/** Milliseconds from the last key of a wrong entry to the word about it. */
async function untilTold(world: World, number: Secret | null, customer: Pick<Customer, 'account'>) {
  const { caller, call } = await isAsked(world, customer, { ...LINE, facts: { number } });
  await caller.presses('000');
  caller.phone.press('0');
  const keyed = world.clock.now();
  await caller.hears('rejected');
  const told = world.clock.now() - keyed;
  await caller.hangsUp();
  await call.ends('hung-up');
  return told;
}

test('a number that fails again and again waits longer, another one does not', async () => {
  const world = await openWorld();
  const one = Secret.of('+15551110001');
  const told: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    told.push(await untilTold(world, one, { account: `9999990${i}` }));
  }
  const [first = 0, ...more] = told;
  expect(more.map((ms) => ms - first)).toEqual([0, 0, 0, 1000, 2000, 3000, 4000, 4000, 4000]);
  const another = Secret.of('+15551110002');
  expect(await untilTold(world, another, { account: '99999980' })).toBe(first);
  expect(await untilTold(world, null, { account: '99999981' })).toBe(first);
});

test('no more than fifteen codes go to one account, however often it is called for', async () => {
  const world = await openWorld();
  const options: DialOptions = {
    plan: (line) => withPatience(asking('account', 'oneTimeCode')(line)),
  };
  for (let i = 0; i < 16; i += 1) {
    const { caller, call } = await dial(options, world);
    await caller.hears('enter-account');
    await caller.presses(PHONE_ON_FILE.account);
    await caller.hears(i < 15 ? 'code-sent' : 'cannot-verify');
    await caller.hangsUp();
    const { steps } = await call.ends('hung-up');
    expect(steps.at(-1)?.outcome).toBe(i < 15 ? 'hungUp' : 'lockedOut');
    await caller.waits(HOUR_MS);
  }
  expect(world.bank.messages).toHaveLength(15);
  expect(world.measured.at(-2)).toEqual({ type: 'try.locked', line: 'bank', kind: 'send' });
});

test('while nearly all callers fail no code is sent, and nobody is told "wrong"', async () => {
  const world = await openWorld();
  for (let i = 0; i < 50; i += 1) {
    const policy = world.edition().lockOut;
    const taking = await world.tries.take(
      'check',
      'passcode',
      `account ${i}`,
      `number ${i}`,
      policy,
    );
    if (taking.kind === 'taken') await world.tries.settle(taking.id, 'rejected');
  }
  const { caller, call } = await dial({ plan: asking('account', 'oneTimeCode') }, world);
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('connecting-operator');
  const { steps } = await call.ends('handed-off');
  expect(steps.at(-1)?.outcome).toBe('unavailable');
  expect(caller.heard).not.toContain('cannot-verify');
  expect(world.bank.messages).toEqual([]);
  expect(world.logged.join('')).toContain('too many checks fail');
  expect(world.measured).toContainEqual({ type: 'sending.stopped', line: 'bank' });
});
