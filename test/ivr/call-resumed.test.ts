import { expect, test } from 'vitest';
import { takeUpCall } from '../../src/ivr/begun-call.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { keysAccountAndBirthDate, PHONE_ON_FILE, UNKNOWN } from './customers.ts';
import { withOneTry, withoutOperator } from './lines.ts';
import { type Call, type Caller, type DialOptions, dial } from './scenario.ts';
import { notes, openWorld, type World } from './world.ts';

/** The worker of a call dies; another one finds it so much later, and goes on with it. */
async function goesOn(
  { call, world }: { readonly call: Call; readonly world: World },
  { afterMs = 600, ...options }: DialOptions & { readonly afterMs?: number } = {},
) {
  await world.clock.settle();
  call.dies();
  await world.records.beat(world.workerId, 0);
  await world.clock.pass(afterMs);
  const beside = await openWorld({ beside: world });
  await beside.records.beat(beside.workerId, HOUR_MS);
  const [lost] = await beside.records.takeOver(beside.workerId, 0, 1);
  if (lost === undefined) throw new Error('there is no lost call');
  // The store goes by the real time.
  const notedAgoMs = beside.now() - Date.parse(lost.ifLost.endedAt);
  return await dial({ ...options, goesOn: takeUpCall({ ...lost, notedAgoMs }, beside) }, beside);
}

const HOUR_MS = 3_600_000;
const WRONG = '01011970';

async function isVerified({ caller, call }: { caller: Caller; call: Call }, code: string) {
  await caller.presses(code);
  await caller.hears('connecting');
  return await call.ends('handed-off');
}

/** A verified caller whose desk was sent for and does not come. */
async function onTheWay() {
  const lost = await dial({ desk: () => 'never' });
  await keysAccountAndBirthDate(lost.caller);
  await lost.caller.hears('enter-code');
  await lost.caller.presses(lost.bank.lastCode());
  await lost.caller.hears('connecting');
  return lost;
}

test('a call that another worker has lost goes on at the step where it was', async () => {
  const lost = await dial();
  await keysAccountAndBirthDate(lost.caller);
  await lost.caller.hears('enter-code');
  const code = lost.bank.lastCode();
  const { caller, call, bank, world } = await goesOn(lost);
  await caller.hears('sorry-for-the-pause', 'enter-code');
  expect(caller.heard).not.toContain('welcome');
  expect(bank.messages).toHaveLength(1);
  const record = await isVerified({ caller, call }, code);
  expect(record).toMatchObject({
    id: lost.call.id,
    workerId: 'w2',
    resumed: true,
    auth: 'verified',
    amr: ['kba', 'otp', 'sms'],
    steps: [
      { step: 'account', outcome: 'accepted', tries: 1 },
      { step: 'birthDate', outcome: 'accepted', tries: 1 },
      { step: 'oneTimeCode', outcome: 'accepted', tries: 1 },
    ],
  });
  expect(Date.parse(record.startedAt)).toBeLessThan(Date.parse(record.answeredAt ?? ''));
  expect(await world.kept()).toEqual([record]);
  expect(world.measured).toContainEqual({ type: 'call.resumed' });
});

test('one that still rang begins anew, and nothing is said of it', async () => {
  const lost = await dial({ line: () => ({ answer: () => new Promise(() => undefined) }) });
  const { caller, call, bank } = await goesOn(lost);
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
  const record = await isVerified({ caller, call }, bank.lastCode());
  expect(caller.heard).not.toContain('sorry-for-the-pause');
  expect(record).toMatchObject({ id: lost.call.id, resumed: true, auth: 'verified' });
});

test('one that was lost amid the welcome is welcomed by the next question', async () => {
  const lost = await dial();
  await lost.caller.hears('welcome');
  const { caller, call } = await goesOn(lost);
  await caller.hears('sorry-for-the-pause', 'operator-hint', 'enter-account');
  expect(caller.heard).not.toContain('welcome');
  await caller.hangsUp();
  expect(await call.ends('hung-up')).toMatchObject({ resumed: true, auth: 'none' });
});

test('keys of the entry that was under way are never joined with those that follow', async () => {
  const lost = await dial();
  await lost.caller.hears('enter-account');
  await lost.caller.presses('3141');
  const { caller, call } = await goesOn(lost);
  await caller.hears('enter-account');
  await caller.presses('5926');
  await caller.hears('too-short');
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('wrong tries count on', async () => {
  const lost = await dial();
  await keysAccountAndBirthDate(lost.caller, { ...PHONE_ON_FILE, birthDate: WRONG });
  await lost.caller.hears('enter-birth-date-mdy-again');
  await lost.caller.presses(WRONG);
  await lost.caller.hears('rejected-again');
  const { caller, call } = await goesOn(lost);
  await caller.hears('enter-birth-date-mdy');
  await caller.presses(WRONG);
  await caller.hears('cannot-verify');
  expect(await call.ends('handed-off')).toMatchObject({
    steps: [{ outcome: 'accepted' }, { step: 'birthDate', outcome: 'tooManyTries', tries: 3 }],
    auth: 'failed',
    desk: 'operator',
  });
});

test('hazard: the last try was under way when the worker died: none is left', async () => {
  const lost = await dial({
    world: ({ bank: { backend } }) => ({
      backend: { ...backend, checkKnowledge: () => new Promise<boolean>(() => undefined) },
    }),
    plan: withOneTry,
  });
  await keysAccountAndBirthDate(lost.caller);
  await lost.caller.waits(500);
  const { caller, call } = await goesOn(lost, { plan: withOneTry });
  await caller.hears('cannot-verify');
  expect(call.asked).not.toContain('bank.checkKnowledge');
  expect(await call.ends('handed-off')).toMatchObject({
    steps: [{ outcome: 'accepted' }, { step: 'birthDate', outcome: 'tooManyTries', tries: 1 }],
    auth: 'failed',
  });
});

test('codes count on: who has had them all is sent no more', async () => {
  const lost = await dial();
  await keysAccountAndBirthDate(lost.caller);
  for (let sent = 1; sent < 3; sent += 1) {
    await lost.caller.hears('enter-code');
    await lost.caller.waits(40_000);
    await lost.caller.presses('9#');
    await lost.caller.hears('code-sent');
  }
  const { caller, call, bank } = await goesOn(lost, { afterMs: 100 });
  await keysAccountAndBirthDate(caller);
  await caller.hears('cannot-verify');
  await call.ends('handed-off');
  expect(bank.messages).toHaveLength(3);
});

test('proof of a minute ago counts no more: the first step comes first', async () => {
  const lost = await dial();
  await keysAccountAndBirthDate(lost.caller);
  await lost.caller.hears('enter-code');
  const { caller, call, bank } = await goesOn(lost, { afterMs: 60_000 });
  await caller.hears('sorry-for-the-pause', 'enter-account');
  await caller.presses(PHONE_ON_FILE.account);
  await caller.hears('enter-birth-date-mdy');
  await caller.presses(PHONE_ON_FILE.birthDate);
  await caller.hears('enter-code');
  const record = await isVerified({ caller, call }, bank.lastCode());
  expect(bank.messages).toHaveLength(2);
  expect(record).toMatchObject({ auth: 'verified', resumed: true });
});

test('nor does proof on a line that has become another one', async () => {
  const lost = await dial();
  await keysAccountAndBirthDate(lost.caller);
  await lost.caller.hears('enter-code');
  const { caller, call } = await goesOn(lost, {
    world: (world) => ({
      edition: () => ({ ...world.edition(), flowVersion: () => 'f2' }),
    }),
  });
  await caller.hears('sorry-for-the-pause', 'enter-account');
  await caller.hangsUp();
  expect(await call.ends('hung-up')).toMatchObject({ auth: 'none', amr: [] });
});

test('an account that does not exist is still none, and nobody hears so', async () => {
  const lost = await dial();
  await keysAccountAndBirthDate(lost.caller, { ...UNKNOWN, birthDate: WRONG });
  await lost.caller.hears('rejected');
  const { caller, call } = await goesOn(lost);
  await caller.hears('sorry-for-the-pause', 'enter-birth-date-mdy');
  await caller.presses(WRONG);
  await caller.hears('enter-birth-date-mdy-again');
  await caller.presses(WRONG);
  await caller.hears('cannot-verify');
  expect(await call.ends('handed-off')).toMatchObject({ auth: 'failed', amr: [] });
});

test('a caller who has failed comes to the operator as one who has', async () => {
  const lost = await dial({ transfer: () => ({ outcome: 'succeeded', afterMs: 9000 }) });
  await keysAccountAndBirthDate(lost.caller, { ...PHONE_ON_FILE, birthDate: WRONG });
  for (let wrong = 1; wrong < 3; wrong += 1) {
    await lost.caller.hears('enter-birth-date-mdy-again');
    await lost.caller.presses(WRONG);
  }
  await lost.caller.hears('connecting-operator');
  const { caller, call } = await goesOn(lost, { afterMs: 70_000 });
  await caller.hears('sorry-for-the-pause', 'connecting-operator');
  expect(await call.ends('handed-off')).toMatchObject({ auth: 'failed', desk: 'operator' });
});

test('a verified caller on the way to the desk is brought there', async () => {
  const lost = await onTheWay();
  const { caller, call, bank } = await goesOn(lost);
  await caller.hears('sorry-for-the-pause', 'connecting');
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'verified', desk: 'sensitive', resumed: true });
  expect(record.steps).toHaveLength(3);
  expect(bank.messages).toHaveLength(1);
});

test('the last words are said once more, and the ending is the same', async () => {
  const lost = await dial({ plan: withoutOperator });
  await keysAccountAndBirthDate(lost.caller, { ...PHONE_ON_FILE, birthDate: WRONG });
  for (let wrong = 1; wrong < 3; wrong += 1) {
    await lost.caller.hears('enter-birth-date-mdy-again');
    await lost.caller.presses(WRONG);
  }
  await lost.caller.hears('cannot-verify');
  const { caller, call } = await goesOn(lost, { plan: withoutOperator });
  await caller.hears('sorry-for-the-pause', 'cannot-verify', 'goodbye');
  expect(await call.ends('too-many-tries')).toMatchObject({ auth: 'failed', resumed: true });
});

test('the time of a call runs on', async () => {
  const lost = await dial();
  await lost.caller.hears('enter-account');
  const plan = (line: LinePlan) => ({ ...line, maxCallMs: 40_000 });
  const { caller, call, world } = await goesOn(lost, { plan, afterMs: 20_000 });
  await caller.hears('time-limit');
  // Answered after half a second, and again by the second worker.
  expect(world.clock.now()).toBe(40_000 + 500);
  await call.ends('call-limit');
});

test('a call may be lost again, before anything was said of the first time', async () => {
  const lost = await dial();
  await keysAccountAndBirthDate(lost.caller, { ...PHONE_ON_FILE, birthDate: WRONG });
  await lost.caller.hears('rejected');
  const again = await goesOn(lost);
  const { caller, call } = await goesOn(again);
  await caller.hears('sorry-for-the-pause', 'enter-birth-date-mdy');
  await caller.presses(WRONG);
  await caller.hears('enter-birth-date-mdy-again');
  await caller.presses(WRONG);
  await caller.hears('cannot-verify');
  expect(await call.ends('handed-off')).toMatchObject({
    steps: [{ outcome: 'accepted' }, { outcome: 'tooManyTries', tries: 3 }],
  });
});

test('a note holds nothing that can be read without the pepper, and opens for its own call only', async () => {
  const { caller, call } = await dial();
  await caller.hears('enter-account');
  await caller.waits(100);
  const sealed = call.asks.flatMap(({ what, args }) =>
    what === 'records.begin' ? [args[1] as Uint8Array] : [],
  );
  expect(sealed.length).toBeGreaterThan(0);
  for (const note of sealed) {
    expect(Buffer.from(note).toString('latin1')).not.toMatch(/sip_|\+1555|call_/);
    expect(notes.open(call.id, note)).toMatchObject({ caller: 'sip_+15551237788' });
    expect(notes.open('another', note)).toBeNull();
    expect(notes.open(call.id, note.subarray(1))).toBeNull();
  }
  await caller.hangsUp();
  await call.ends('hung-up');
});

test('who asked for the operator comes there, also where that is the desk of the line', async () => {
  const plan = (line: LinePlan): LinePlan => ({
    ...line,
    route: { ...line.route, desk: 'operator' } as LinePlan['route'],
  });
  const lost = await dial({ plan, transfer: () => ({ outcome: 'succeeded', afterMs: 9000 }) });
  await lost.caller.hears('enter-account');
  await lost.caller.presses('0#');
  await lost.caller.hears('connecting-operator');
  const { caller, call } = await goesOn(lost, { plan });
  await caller.hears('sorry-for-the-pause', 'connecting-operator');
  expect(await call.ends('handed-off')).toMatchObject({ auth: 'none', desk: 'operator' });
});

test('hazard: who was sent for with a proof that counts no more is withdrawn before anybody else is', async () => {
  const lost = await onTheWay();
  const recalled = Promise.withResolvers<void>();
  const { caller, call } = await goesOn(lost, {
    afterMs: 60_000,
    line: () => ({ recallAgents: () => recalled.promise }),
  });
  await caller.hears('sorry-for-the-pause', 'enter-account');
  await caller.presses('0#');
  await caller.hears('connecting-operator');
  await caller.waits(10_000);
  expect(call.asked).not.toContain('line.transfer');
  recalled.resolve();
  const record = await call.ends('handed-off');
  expect(record).toMatchObject({ auth: 'none', desk: 'operator' });
  expect(call.asks.filter(({ what }) => what === 'line.recallAgents')).toMatchObject([
    { args: [lost.call.id, expect.anything()] },
  ]);
});

test('who was sent for with a proof that still counts is awaited', async () => {
  const lost = await onTheWay();
  const { call } = await goesOn(lost);
  await call.ends('handed-off');
  expect(call.asked).not.toContain('line.recallAgents');
});

test('hazard: a call that was given up is undone nothing of', async () => {
  const asking: (() => Promise<boolean>)[] = [];
  const lost = await dial({
    desk: () => 'never',
    line: () => ({ onlyWhile: (isOurs) => void asking.push(isOurs) }),
  });
  await lost.caller.hears('enter-account');
  expect(await asking[0]?.()).toBe(true);
  const { caller, call } = await goesOn(lost);
  expect(await asking[0]?.()).toBe(false);
  await caller.hangsUp();
  await call.ends('hung-up');
});
