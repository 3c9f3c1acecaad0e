import { expect, test } from 'vitest';
import type { BankAsk, SimulatedBank } from '../../src/demo/simulated-bank.ts';
import { keysAccountAndBirthDate } from './customers.ts';
import { withoutOperator } from './lines.ts';
import { type Caller, dial } from './scenario.ts';

const ROUTES = [
  'lookup',
  'checkKnowledge',
  'simChangedWithinHours',
  'sendCode',
  'checkCode',
] as const satisfies readonly BankAsk[];

/** Everything a caller can do while one route of the bank does not answer. */
async function keysEverythingUpTo(route: BankAsk, caller: Caller, bank: SimulatedBank) {
  await caller.hears('enter-account');
  await caller.presses('31415926');
  if (route === 'lookup') return;
  await caller.hears('enter-birth-date-mdy');
  await caller.presses('03141979');
  if (route !== 'checkCode') return;
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
}

const failures = ROUTES.flatMap((route) =>
  (['unavailable', 'silent'] as const).map((mood) => ({ route, mood })),
);

test.each(failures)(
  'when the bank is $mood at $route the caller is not told "wrong", and comes to the operator',
  async ({ route, mood }) => {
    const { caller, call, bank } = await dial();
    bank.is(mood, route);
    await keysEverythingUpTo(route, caller, bank);
    await caller.hears('connecting-operator');
    const record = await call.ends('handed-off');
    expect(caller.heard).not.toContain('rejected');
    expect(caller.heard).not.toContain('cannot-verify');
    expect(record.auth).not.toBe('verified');
    expect(record.auth).not.toBe('failed');
    expect(record.desk).toBe('operator');
    expect(record.steps.at(-1)?.outcome).toBe('unavailable');
  },
);

test.each(failures)(
  'without an operator the caller hears of a technical problem when the bank is $mood at $route',
  async ({ route, mood }) => {
    const { caller, call, bank } = await dial({ plan: withoutOperator });
    bank.is(mood, route);
    await keysEverythingUpTo(route, caller, bank);
    await caller.hears('technical-problem', 'goodbye');
    const record = await call.ends('backend-unavailable');
    expect(caller.heard).not.toContain('rejected');
    expect(record.ending.result).toBe('backend');
    expect(caller.phone.state).toBe('ended');
  },
);

test.each(ROUTES)(
  'where not even the port gives up on the bank at %s the call does a second later, and says to wait',
  async (route) => {
    const { caller, call, bank, world } = await dial();
    bank.is('silent', route);
    await keysEverythingUpTo(route, caller, bank);
    const asked = world.clock.now();
    await caller.hears('one-moment', 'connecting-operator');
    // By then messages might have been sent, too, which have 8 s of their own.
    const longest = route === 'sendCode' ? 17_000 : 9000;
    expect(world.clock.now() - asked).toBeLessThanOrEqual(longest);
    expect(world.clock.now() - asked).toBeGreaterThan(longest - 500);
    await call.ends('handed-off');
  },
);

test('a bank that takes its time, but answers, changes nothing', async () => {
  const { caller, call, bank } = await dial();
  for (const route of ROUTES) bank.is(3000, route);
  await keysAccountAndBirthDate(caller);
  await caller.hears('one-moment', 'one-moment', 'enter-code');
  await caller.presses(bank.lastCode());
  const record = await call.ends('handed-off');
  expect(record.auth).toBe('verified');
});

test('hazard: a "yes" that comes after the deadline verifies nobody', async () => {
  const { caller, call, bank } = await dial();
  bank.is(9500, 'checkCode');
  await keysEverythingUpTo('checkCode', caller, bank);
  await caller.hears('connecting-operator');
  expect(call.asked).not.toContain('line.bringAgent');
  await caller.waits(4000);
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'identified', amr: ['kba'], desk: 'operator' });
  expect(caller.phone.attributes['ivr.auth']).toBe('identified');
  expect(call.dispatches).toEqual([]);
});

test('hazard: a code that was sent too late is not asked for', async () => {
  const { caller, call, bank } = await dial();
  bank.is(17_500, 'sendCode');
  await keysEverythingUpTo('sendCode', caller, bank);
  await caller.hears('connecting-operator');
  await caller.waits(5000);
  await call.ends('handed-off');
  expect(bank.messages).toHaveLength(1);
  expect(caller.heard).not.toContain('code-sent');
});

test.each(['lookup', 'checkKnowledge', 'checkCode'] as const)(
  'an error of ours at %s is told as a technical problem and ends the call as a fault',
  async (route) => {
    const { caller, call, bank } = await dial();
    bank.is('broken', route);
    await keysEverythingUpTo(route, caller, bank);
    await caller.hears('technical-problem', 'goodbye');
    const record = await call.ends('fault');
    expect(record.steps.at(-1)?.outcome).toBe('faulted');
    expect(caller.heard).not.toContain('rejected');
    expect(caller.phone.state).toBe('ended');
  },
);
