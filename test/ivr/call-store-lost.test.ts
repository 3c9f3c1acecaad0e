import { expect, test, vi } from 'vitest';
import { IvrFault } from '../../src/ivr/fault.ts';
import { keysAccountAndBirthDate, PHONE_ON_FILE } from './customers.ts';
import { losing } from './fake-stores.ts';
import { asking, withoutOperator, withPatience } from './lines.ts';
import { type DialOptions, dial } from './scenario.ts';
import { openWorld, type World } from './world.ts';

const lost = () => Promise.reject(new IvrFault('IVR_STORE_UNAVAILABLE', 'as told'));

const losingTries = (...asks: Parameters<typeof losing<World['tries']>>[1][]): DialOptions => ({
  world: ({ tries }) => ({ tries: losing(tries, ...asks) }),
});
const losingCodes = (...asks: Parameters<typeof losing<World['codes']>>[1][]): DialOptions => ({
  world: ({ codes }) => ({ codes: losing(codes, ...asks) }),
});

/** Asks without which nothing may be checked or sent, and the step in which each is made. */
const NEEDED = [
  { ask: 'tries.take', options: losingTries('take'), step: 'birthDate' },
  { ask: 'tries.rate', options: losingTries('rate'), step: 'oneTimeCode' },
  { ask: 'tries.isLocked', options: losingTries('isLocked'), step: 'oneTimeCode' },
  { ask: 'codes.keep', options: losingCodes('keep'), step: 'oneTimeCode' },
  { ask: 'codes.submit', options: losingCodes('submit'), step: 'oneTimeCode' },
  { ask: 'codes.consume', options: losingCodes('consume'), step: 'oneTimeCode' },
] as const;

/** All that a caller keys who knows everything, as far as it is asked for. */
async function keysEverything(options: DialOptions) {
  const world = await openWorld({ codesBy: 'us' });
  const made = await dial(options, world);
  const { caller, call } = made;
  await keysAccountAndBirthDate(caller);
  let isOver = false;
  const asked = () => caller.heard.includes('enter-code');
  while (!asked() && !isOver) {
    await caller.waits(1000);
    isOver = world.measured.some(({ type }) => type === 'call.ended');
  }
  if (asked()) await caller.presses(world.bank.lastCode());
  return { caller, call, world };
}

test.each(NEEDED)(
  'a caller comes to the operator where the store fails at $ask, and is not told "wrong"',
  async ({ ask, options, step }) => {
    const { caller, call } = await keysEverything(options);
    await caller.hears('connecting-operator');
    const record = await call.ends('handed-off');
    expect(call.asked).toContain(ask);
    expect(caller.heard).not.toContain('rejected');
    expect(caller.heard).not.toContain('cannot-verify');
    expect(record.desk).toBe('operator');
    expect(['none', 'identified']).toContain(record.auth);
    expect(record.steps.at(-1)).toMatchObject({ step, outcome: 'storeLost' });
  },
);

test.each(NEEDED)(
  'without an operator the call ends as store-lost where the store fails at $ask',
  async ({ options }) => {
    const { caller, call, world } = await keysEverything({ ...options, plan: withoutOperator });
    await caller.hears('technical-problem', 'goodbye');
    const record = await call.ends('store-lost');
    expect(record.ending.result).toBe('platform');
    expect(caller.heard).not.toContain('rejected');
    expect(world.logged.join('')).toContain('IVR_STORE_UNAVAILABLE');
  },
);

test('an account whose tries cannot be counted is asked about nowhere', async () => {
  const { call } = await keysEverything(losingTries('take'));
  await call.ends('handed-off');
  expect(call.asked.filter((ask) => ask.startsWith('bank'))).toEqual(['bank.lookup']);
});

test('no code is sent whose predecessor cannot be made void', async () => {
  const world = await openWorld({ codesBy: 'us' });
  const { caller, call } = await dial({ ...losingCodes('revoke'), plan: withPatience }, world);
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.waits(31_000);
  await caller.presses('9#');
  await caller.hears('connecting-operator');
  const { steps } = await call.ends('handed-off');
  expect(steps.at(-1)?.outcome).toBe('storeLost');
  expect(world.bank.messages).toHaveLength(1);
});

test('a right code that was consumed verifies also where the store is lost right after', async () => {
  const { call, world } = await keysEverything(losingTries('settle', 'forgive'));
  expect((await call.ends('handed-off')).auth).toBe('verified');
  expect(world.tries.failures('check')).toBe(2);
  for (const ask of ['settleTry', 'forgive']) expect(world.logged.join('')).toContain(ask);
});

test('an unsettled try stays counted as failed', async () => {
  const world = await openWorld();
  const options = { ...losingTries('settle'), plan: asking('account', 'passcode') };
  const { caller, call } = await dial(options, world);
  await caller.hears('enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('enter-passcode');
  await caller.presses('0000');
  await caller.hears('rejected');
  await caller.hangsUp();
  await call.ends('hung-up');
  expect(world.tries.failures('check')).toBe(1);
});

test('a store that never answers is given up like a bank that does not', async () => {
  const { caller, call } = await keysEverything({
    world: ({ tries }) => ({ tries: { ...tries, take: () => new Promise(() => undefined) } }),
  });
  await caller.hears('connecting-operator');
  const { steps } = await call.ends('handed-off');
  expect(steps.at(-1)?.outcome).toBe('unavailable');
});

test('a call goes on where the store does not note that it has begun', async () => {
  const { call, world } = await keysEverything({
    world: ({ records }) => ({ records: { ...records, begin: lost } }),
  });
  const record = await call.ends('handed-off');
  expect(record.auth).toBe('verified');
  expect(await world.kept()).toEqual([record]);
  expect(world.logged.join('')).toContain('call is not noted should this worker be lost');
});

test('hazard: a store that does not answer keeps no caller waiting for the desk, which waits for us to leave', async () => {
  const answering = Promise.withResolvers<boolean>();
  const { caller, call, world } = await dial({
    world: ({ records }) => ({ records: { ...records, append: () => answering.promise } }),
  });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('connecting-operator');
  await caller.waits(10_000);
  await vi.waitUntil(() => call.asked.includes('line.leave'), { timeout: 20_000 });
  expect(world.measured.map(({ type }) => type)).not.toContain('call.ended');
  answering.resolve(true);
  await call.ends('handed-off');
  expect(world.measured.map(({ type }) => type)).toContain('call.ended');
});

test('a call whose record another worker has kept is counted there, not here', async () => {
  const { caller, call, world } = await dial({
    world: ({ records }) => ({ records: { ...records, append: async () => false } }),
  });
  await caller.hears('enter-account');
  await caller.hangsUp();
  await call.ends('hung-up');
  const counted = world.measured.map(({ type }) => type);
  expect(counted).toContain('call.givenUp');
  expect(counted).not.toContain('call.ended');
});
