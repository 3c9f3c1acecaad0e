import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { keysAccountAndBirthDate, PHONE_ON_FILE } from './customers.ts';
import { slow } from './fake-stores.ts';
import { type Call, dial } from './scenario.ts';
import { openWorld } from './world.ts';

/** What the store was told so far that the call is recorded as should its worker be lost. */
const noted = ({ asks }: Call) =>
  asks.flatMap(({ what, args }) => (what === 'records.begin' ? [args[0] as CallRecord] : []));

test('before anything else the store is told what a call is recorded as should its worker be lost', async () => {
  const { caller, call } = await dial();
  const deeds = call.asked.filter((ask) => !ask.startsWith('line.on'));
  expect(deeds[0]).toBe('records.begin');
  const [begun] = noted(call);
  expect(begun).toMatchObject({
    id: call.id,
    line: 'bank',
    trunk: 'bank-trunk',
    answeredAt: null,
    steps: [],
    auth: 'none',
    amr: [],
    handoff: null,
    ending: { result: 'platform', reason: 'worker-lost' },
    workerId: 'w1',
  });
  await caller.hangsUp();
  const record = await call.ends('hung-up');
  expect(begun?.startedAt).toBe(record.startedAt);
});

test('a call that no line answers has begun, too', async () => {
  const { call } = await dial({ number: '+15105550109' });
  await call.ends('no-line');
  expect(noted(call)).toMatchObject([{ line: null, ending: { reason: 'worker-lost' } }]);
});

test('what a step has proved is told when the caller hears what follows, not before', async () => {
  const { caller, call, bank } = await dial();
  // By then the store has been told of what was before.
  bank.is(500, 'lookup');
  await caller.hears('enter-account');
  const before = call.asked.length;
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('enter-birth-date-mdy');
  const asked = call.asked.slice(before);
  const since = asked.slice(asked.indexOf('bank.lookup'));
  expect(since.filter((ask) => /^(line\.play|records\.begin)$/.test(ask))).toEqual([
    'line.play',
    'records.begin',
  ]);
  expect(noted(call).at(-1)).toMatchObject({ steps: [{ outcome: 'accepted' }, {}] });
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('it is told again what was proved, whenever that is more', async () => {
  const { caller, call, bank } = await dial({
    desk: () => 'fails',
    transfer: () => ({ outcome: 'failed', afterMs: 100 }),
  });
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  expect(noted(call).at(-1)).toMatchObject({
    answeredAt: expect.any(String),
    steps: [
      { outcome: 'accepted' },
      { outcome: 'accepted' },
      { step: 'oneTimeCode', outcome: 'abandoned' },
    ],
    amr: ['kba'],
  });
  await caller.presses(bank.lastCode());
  await caller.hears('connecting');
  const beforeHandOff = noted(call).at(-1);
  expect(beforeHandOff).toMatchObject({
    steps: [{ outcome: 'accepted' }, { outcome: 'accepted' }, { outcome: 'accepted' }],
    auth: 'verified',
    amr: ['kba', 'otp', 'sms'],
    handoff: null,
    ending: { reason: 'worker-lost' },
  });
  await caller.hears('desk-unavailable');
  const last = noted(call).at(-1);
  const record = await call.ends('desk-unavailable');
  expect(last).toEqual({
    ...record,
    endedAt: last?.endedAt,
    ending: { result: 'platform', reason: 'worker-lost' },
    handoff: { ...record.handoff, ms: last?.handoff?.ms },
  });
  expect(record.handoff?.outcome).toBe('failed');
  // Told when it began, was answered, before each of three checks and after each of three steps, before and after a
  // code was sent, when the hand-over began and had ended, and when the caller might have been moved, and was not.
  expect(noted(call).length).toBeLessThanOrEqual(14);
});

test('a worker lost after that leaves what was proved in the record of the call', async () => {
  const world = await openWorld();
  const { caller, call, bank } = await dial({ desk: () => 'never' }, world);
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
  await caller.hears('connecting');
  const lost = noted(call).at(-1) as CallRecord;
  // As the worker does that finds it.
  await world.records.append(lost);
  await caller.hangsUp();
  await call.ends('hung-up');
  expect(await world.kept()).toMatchObject([
    { auth: 'verified', ending: { reason: 'worker-lost' } },
  ]);
  const [told] = world.logged.filter((line) => line.includes('call record not kept'));
  expect(JSON.parse(told!)).toMatchObject({
    level: 50,
    record: { id: call.id, auth: 'verified', ending: { reason: 'hung-up' } },
  });
});

test('a step that is under way then is in it as broken off', async () => {
  const { caller, call, world } = await dial({
    world: ({ records, clock }) => ({ records: slow(records, 'begin', 9000, clock) }),
  });
  await caller.hears('enter-account');
  await world.clock.pass(10_000);
  expect(noted(call).at(-1)).toMatchObject({ steps: [{ step: 'account', outcome: 'abandoned' }] });
  await caller.hangsUp();
  const { steps } = await call.ends('hung-up');
  expect(steps).toMatchObject([{ step: 'account', outcome: 'hungUp' }]);
});

test('nobody waits for that but the record of the call, and only for one telling', async () => {
  const { caller, call, world } = await dial({
    world: ({ records, clock }) => ({ records: slow(records, 'begin', 30_000, clock) }),
  });
  await caller.hears('enter-account');
  expect(world.clock.now()).toBeLessThan(10_000);
  await caller.hangsUp();
  await caller.waits(1000);
  expect(call.asked).not.toContain('records.append');
  const record = await call.ends('hung-up');
  expect(await world.kept()).toEqual([record]);
  expect(noted(call)).toHaveLength(1);
});
