// What an onlooker is shown of a call besides the words and the states: verdict, steps, tries, timers.

import { expect, test } from 'vitest';
import type { CallObservation } from '../../src/ivr/observation.ts';
import { dial } from './scenario.ts';

/** The observations of these kinds, without whose they are. */
function only(observed: readonly CallObservation[], ...types: CallObservation['type'][]) {
  return observed
    .filter(({ type }) => types.includes(type))
    .map(({ call: _, room: __, ...seen }) => seen);
}

test('an onlooker sees the verdict, the answer, and how each step goes', async () => {
  const { caller, call, world } = await dial();
  await caller.hears('enter-account');
  await caller.presses('3141#');
  await caller.hears('too-short', 'enter-account-again');
  await caller.presses('31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.presses('03141979');
  await caller.hears('code-sent');
  await caller.hangsUp();
  await call.ends('hung-up');
  const told = only(
    world.observed,
    'call.screened',
    'call.answered',
    'step.began',
    'step.tried',
    'step.ended',
  );
  expect(told).toEqual([
    expect.objectContaining({ type: 'call.screened', verdict: 'none', action: 'accept' }),
    { type: 'call.answered' },
    { type: 'step.began', step: 'account' },
    { type: 'step.tried', tried: 0, left: 3 },
    { type: 'step.tried', tried: 1, left: 2 },
    { type: 'step.tried', tried: 2, left: 1 },
    { type: 'step.ended', step: 'account', outcome: 'accepted' },
    { type: 'step.began', step: 'birthDate' },
    { type: 'step.tried', tried: 0, left: 3 },
    { type: 'step.tried', tried: 1, left: 2 },
    { type: 'step.ended', step: 'birthDate', outcome: 'accepted' },
    { type: 'step.began', step: 'oneTimeCode' },
    { type: 'step.tried', tried: 0, left: 3 },
  ]);
});

test('an onlooker sees each timer begin, begin anew with each key, and end', async () => {
  const { caller, call, world } = await dial();
  await caller.hears('enter-account');
  await call.reaches('collectDigits', 'listening.awaitingFirstKey');
  await caller.presses('31', 150);
  await caller.waits(4100);
  await caller.hangsUp();
  await call.ends('hung-up');
  const timers = only(world.observed, 'timer.began', 'timer.ended').filter(
    (seen) => 'timer' in seen && ['firstKey', 'nextKey', 'callLimit'].includes(seen.timer),
  );
  const entry = { machine: 'collectDigits' };
  expect(timers).toEqual([
    { type: 'timer.began', machine: 'call', timer: 'callLimit', ms: 900_000 },
    { type: 'timer.began', ...entry, timer: 'firstKey', ms: 8000 },
    { type: 'timer.ended', ...entry, timer: 'firstKey' },
    { type: 'timer.began', ...entry, timer: 'nextKey', ms: 4000 },
    { type: 'timer.began', ...entry, timer: 'nextKey', ms: 4000 },
    { type: 'timer.ended', ...entry, timer: 'nextKey' },
    { type: 'timer.ended', machine: 'call', timer: 'callLimit' },
  ]);
});

test('how often the room is looked at is nobody’s timer', async () => {
  const { caller, call, world } = await dial();
  await caller.hears('enter-account');
  await call.reaches('collectDigits', 'listening.awaitingFirstKey');
  await caller.waits(3000);
  await caller.hangsUp();
  await call.ends('hung-up');
  const looked = call.asked.filter((ask) => ask === 'line.strangers');
  expect(looked.length).toBeGreaterThan(2);
  const timers = only(world.observed, 'timer.began', 'timer.ended');
  expect(timers.filter((seen) => 'machine' in seen && seen.machine === 'roomWatch')).toEqual([]);
});
