import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { keysAccountAndBirthDate } from './customers.ts';
import type { FakeBank } from './fake-bank.ts';
import { withDesks, withoutOperator } from './lines.ts';
import { type Call, type Caller, dial } from './scenario.ts';

async function isVerified(caller: Caller, bank: FakeBank) {
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

test.each([
  { why: 'nobody can say how it ended', transfer: { outcome: 'unknown', afterMs: 3000 } },
  { why: 'it takes far too long', transfer: { outcome: 'succeeded', afterMs: 60_000 } },
] as const)(
  'after a transfer of which $why no other desk is tried, and nobody is left in silence',
  async ({ transfer }) => {
    const { caller, call } = await dial({ transfer: () => transfer });
    await caller.hears('enter-account');
    await caller.presses('0#');
    const record = await call.ends('transfer-unknown');
    expect(record).toMatchObject({ desk: 'operator', handoff: { outcome: 'unknown' } });
    expect(call.dispatches).toEqual([]);
    expect(call.asked).toContain('line.hangUp');
    expect(caller.heard.at(-1)).toBe('connecting-operator');
  },
);

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
