import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import type { DeskArrival } from '../../src/console/simulated-line.ts';
import type { SimulatedBank } from '../../src/demo/simulated-bank.ts';
import type { EndingReason } from '../../src/machines/outcome.ts';
import { keysAccountAndBirthDate } from './customers.ts';
import { WATCHED, withDesks, withLimit, withoutOperator } from './lines.ts';
import { type Call, type Caller, dial } from './scenario.ts';

async function isVerified(caller: Caller, bank: SimulatedBank) {
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  await caller.presses(bank.lastCode());
}

const ticketsOf = (call: Call) =>
  call.dispatches.map(({ metadata }) => decodeJwt(JSON.parse(metadata).ticket));

test('a caller hears "connecting" to its end, even if the desk is there at once', async () => {
  const { caller, call, bank, world } = await dial({ desk: () => 50 });
  await isVerified(caller, bank);
  await caller.hears('connecting');
  const began = world.clock.now();
  await call.ends('handed-off');
  expect(world.clock.now() - began).toBeGreaterThan(2000);
  expect(call.asked).not.toContain('line.hangUp');
});

test('a desk that never comes is sent for twice, then the desk after it is asked', async () => {
  const { caller, call, bank } = await dial({
    desk: (agent) => (agent === 'operator-desk' ? 800 : 'never'),
    transfer: () => ({ outcome: 'failed', afterMs: 3000 }),
  });
  await isVerified(caller, bank);
  await caller.hears('connecting', 'one-moment');
  const record = await call.ends('handed-off');
  expect(call.dispatches.map(({ agent }) => agent)).toEqual([
    'sensitive-desk',
    'sensitive-desk',
    'operator-desk',
  ]);
  expect(call.transfers).toHaveLength(1);
  expect(record).toMatchObject({
    auth: 'verified',
    desk: 'operator-desk',
    handoff: { kind: 'agent', outcome: 'succeeded' },
  });
  expect(caller.phone.attributes['ivr.desk']).toBe('operator-desk');
});

test('every attempt at a desk has a ticket of its own, made out to that desk', async () => {
  const { caller, call, bank } = await dial({
    desk: (agent) => (agent === 'operator-desk' ? 800 : 'fails'),
    transfer: () => ({ outcome: 'failed', afterMs: 100 }),
  });
  await isVerified(caller, bank);
  await call.ends('handed-off');
  const tickets = ticketsOf(call);
  expect(tickets.map(({ aud }) => aud)).toEqual(['sensitive', 'sensitive', 'operator-desk']);
  expect(new Set(tickets.map(({ jti }) => jti)).size).toBe(3);
});

test('a caller whom nobody takes is told so, and hung up', async () => {
  const { caller, call, bank } = await dial({
    desk: () => 'fails',
    transfer: () => ({ outcome: 'failed', afterMs: 100 }),
  });
  await isVerified(caller, bank);
  await caller.hears('desk-unavailable', 'goodbye');
  const record = await call.ends('desk-unavailable');
  expect(record).toMatchObject({
    auth: 'verified',
    desk: 'operator-desk',
    handoff: { kind: 'agent', outcome: 'failed' },
  });
  expect(caller.phone.state).toBe('ended');
});

test('a transfer that fails, with no desk after it, is told and ends the call', async () => {
  const { caller, call } = await dial({
    transfer: () => ({ outcome: 'failed', afterMs: 3000 }),
    plan: withDesks({
      operator: {
        kind: 'transfer',
        target: 'tel:+15105550199',
        ringMs: 25_000,
        requires: [],
        otherwise: null,
      },
    }),
  });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('connecting-operator', 'desk-unavailable', 'goodbye');
  const record = await call.ends('transfer-failed');
  expect(record.handoff).toMatchObject({ kind: 'transfer', outcome: 'failed' });
});

test('a transfer begins only after the caller was told', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('connecting-operator');
  expect(call.transfers).toEqual([]);
  await call.ends('handed-off');
  expect(call.transfers).toHaveLength(1);
});

const DOUBTS = [
  { why: 'nobody can say how it ended', transfer: { outcome: 'unknown', afterMs: 3000 } },
  { why: 'the answer takes far too long', transfer: { outcome: 'succeeded', afterMs: 60_000 } },
] as const;

test.each(DOUBTS)(
  'after a transfer of which $why, a caller who is still here is told to wait and comes to the next desk',
  async ({ transfer }) => {
    const { caller, call } = await dial({ transfer: () => transfer });
    await caller.hears('enter-account');
    await caller.presses('0#');
    await caller.hears('connecting-operator', 'one-moment');
    const record = await call.ends('handed-off');
    expect(record).toMatchObject({ desk: 'operator-desk', handoff: { outcome: 'succeeded' } });
    expect(call.transfers).toHaveLength(1);
  },
);

test.each(DOUBTS)(
  'after a transfer of which $why, no desk is asked for a caller who is not here',
  async ({ transfer }) => {
    const { caller, call } = await dial({
      transfer: () => transfer,
      line: () => ({ hasCaller: async () => false }),
    });
    await caller.hears('enter-account');
    await caller.presses('0#');
    const record = await call.ends('transfer-unknown');
    expect(record).toMatchObject({ desk: 'operator', handoff: { outcome: 'unknown' } });
    expect(call.dispatches).toEqual([]);
    expect(call.asked).toContain('line.hangUp');
    expect(caller.heard.at(-1)).toBe('connecting-operator');
  },
);

test('of a caller who is gone during a transfer nobody says that they hung up', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('0#');
  await call.reaches('handOff', 'transferring');
  await caller.waits(1000);
  await caller.hangsUp();
  const record = await call.ends('transfer-unknown');
  expect(record).toMatchObject({
    desk: 'operator',
    handoff: { kind: 'transfer', outcome: 'unknown', ms: expect.any(Number) },
    ending: { result: 'unknown' },
  });
});

test.each<[string, EndingReason, (call: Call) => void]>([
  ['a worker that may wait no longer', 'draining', (call) => call.drain()],
  ['the limit of the call', 'call-limit', () => undefined],
])('%s is no answer to a transfer: its record says so', async (_, ending, happens) => {
  const { caller, call } = await dial({
    plan: withLimit(20_000),
    transfer: () => ({ outcome: 'succeeded', afterMs: 25_000 }),
  });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await call.reaches('handOff', 'transferring');
  happens(call);
  const record = await call.ends(ending);
  expect(record.handoff).toMatchObject({ kind: 'transfer', outcome: 'unknown' });
});

test('a worker that dies while a caller may be moved leaves a record that says so', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.presses('0#');
  await call.reaches('handOff', 'transferring');
  await caller.waits(0);
  const noted = call.asks.findLast(({ what }) => what === 'records.begin')?.args[0];
  expect(noted).toMatchObject({
    desk: 'operator',
    handoff: { kind: 'transfer', outcome: 'unknown' },
    ending: { reason: 'worker-lost' },
  });
  await call.ends('handed-off');
});

test('a desk that was heard and is gone before the last word is sent for again', async () => {
  const comings: DeskArrival[] = [{ afterMs: 300, staysMs: 500 }, 300];
  const { caller, call, bank } = await dial({ desk: () => comings.shift() ?? 'never' });
  await isVerified(caller, bank);
  await caller.hears('connecting', 'one-moment');
  const record = await call.ends('handed-off');
  expect(call.dispatches.map(({ agent }) => agent)).toEqual(['sensitive-desk', 'sensitive-desk']);
  expect(record).toMatchObject({ desk: 'sensitive', handoff: { outcome: 'succeeded' } });
});

test('who watches the attributes of callers takes the call by coming', async () => {
  const { caller, call } = await dial({
    plan: withDesks({ operator: WATCHED }),
    watcher: () => 5000,
  });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('connecting-operator');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({
    desk: 'operator',
    handoff: { kind: 'attributes', outcome: 'succeeded' },
  });
  expect(caller.phone.attributes['ivr.desk']).toBe('operator');
  expect(call.dispatches).toEqual([]);
});

test('where nobody watches, the desk after that takes the call', async () => {
  const { caller, call } = await dial({
    plan: withDesks({ operator: { ...WATCHED, otherwise: 'operator-desk' } }),
  });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('connecting-operator', 'one-moment');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ desk: 'operator-desk', handoff: { kind: 'agent' } });
});

test('a hand-over that came to nothing took as long as it took, without the goodbye', async () => {
  const { caller, call } = await dial({ plan: withDesks({ operator: WATCHED }) });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('desk-unavailable');
  const record = await call.ends('desk-unavailable');
  expect(record.handoff).toEqual({ kind: 'attributes', outcome: 'failed', ms: 30_000 });
});

test('a caller without a SIP leg cannot be transferred, and comes to the desk after that', async () => {
  const { caller, call } = await dial({ facts: { sipCallId: null } });
  await caller.hears('enter-account');
  await caller.presses('0#');
  const record = await call.ends('handed-off');
  expect(record.desk).toBe('operator-desk');
  expect(call.transfers).toEqual([]);
});

const vault = {
  kind: 'agent',
  agent: 'vault-desk',
  joinWithinMs: 10_000,
  requires: ['otp'],
} as const;

test('a desk that requires a code is not asked for a caller without one', async () => {
  const { caller, call } = await dial({
    plan: withDesks({ operator: { ...vault, otherwise: 'operator-desk' } }),
  });
  await caller.hears('enter-account');
  await caller.presses('0#');
  const record = await call.ends('handed-off');
  expect(call.dispatches.map(({ agent }) => agent)).toEqual(['operator-desk']);
  expect(record.desk).toBe('operator-desk');
});

test('where every door is shut the caller hears so, and no desk was asked', async () => {
  const { caller, call } = await dial({
    plan: withDesks({ operator: { ...vault, otherwise: null } }),
  });
  await caller.hears('enter-account');
  await caller.presses('0#');
  await caller.hears('desk-unavailable', 'goodbye');
  const record = await call.ends('desk-unavailable');
  expect(call.dispatches).toEqual([]);
  expect(record).toMatchObject({ desk: null, handoff: null });
  expect(caller.phone.attributes['ivr.desk']).toBeUndefined();
});

test('labels that cannot be set keep nobody from the desk', async () => {
  const { caller, call, bank } = await dial({
    line: () => ({ setAttributes: () => Promise.reject(new Error('no answer')) }),
  });
  await isVerified(caller, bank);
  const record = await call.ends('handed-off');
  expect(record.desk).toBe('sensitive');
});

test('labels that could not be set at the answer are there when the desk comes', async () => {
  const lost: object[] = [];
  const { caller, call, bank } = await dial({
    line: ({ setAttributes }) => ({
      setAttributes(labels, signal) {
        if (lost.length > 0) return setAttributes(labels, signal);
        lost.push(labels);
        return Promise.reject(new Error('no answer'));
      },
    }),
  });
  await isVerified(caller, bank);
  const { id } = await call.ends('handed-off');
  expect(caller.phone.attributes).toMatchObject({
    'ivr.call': id,
    'ivr.line': 'bank',
    'ivr.screening': 'none',
    'ivr.desk': 'sensitive',
  });
});

test('labels that hang keep nobody from the desk for long', async () => {
  const { caller, call, bank } = await dial({
    plan: withoutOperator,
    line: () => ({ setAttributes: () => new Promise(() => undefined) }),
  });
  await isVerified(caller, bank);
  const record = await call.ends('handed-off');
  expect(record.desk).toBe('sensitive');
});
