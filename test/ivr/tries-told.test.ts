// When a try is told as gone, in calls as they really go.

import { expect, test } from 'vitest';
import type { CallObservation } from '../../src/ivr/observation.ts';
import { followTries } from '../../src/ivr/tries-told.ts';
import { dial } from './scenario.ts';

/** What a watcher reads, in order: prompts, and tries that are left. */
function read(observed: readonly CallObservation[]): readonly (string | number)[] {
  const news = followTries();
  return observed.flatMap((seen) => {
    const tries = news(seen);
    return [
      ...(tries === null ? [] : [tries.left]),
      ...(seen.type === 'prompt.began' ? seen.prompts.map(String) : []),
    ];
  });
}

test('an entry that is right costs no try, and a wrong one does when it is asked for again', async () => {
  const { caller, call, world } = await dial();
  await caller.hears('enter-account');
  await caller.presses('31415926');
  await caller.hears('enter-birth-date-mdy');
  await caller.presses('03141978');
  await caller.hears('rejected', 'enter-birth-date-mdy-again');
  await caller.presses('03141979');
  await caller.hears('code-sent');
  await caller.hangsUp();
  await call.ends('hung-up');
  const told = read(world.observed).filter(
    (one) => typeof one === 'number' || /^(enter|rejected|code-sent)/.test(one),
  );
  // Prompts are told of a moment before what else happens with them.
  expect(told.slice(0, 8)).toEqual([
    'enter-account',
    3,
    'enter-birth-date-mdy',
    3,
    'rejected',
    'enter-birth-date-mdy-again',
    2,
    3,
  ]);
});

test('one that is too short does too, though nothing was checked', async () => {
  const { caller, call, world } = await dial();
  await caller.hears('enter-account');
  await caller.presses('3141#');
  await caller.hears('too-short', 'enter-account-again');
  await caller.hangsUp();
  await call.ends('hung-up');
  const told = read(world.observed).filter((one) => typeof one === 'number');
  expect(told).toEqual([3, 2]);
});

test('the last try of a step that has ended is not told', () => {
  const news = followTries();
  const asks = { type: 'state.entered', machine: 'collectDigits', state: 'announcing' } as const;
  expect(news({ type: 'step.tried', tried: 0, left: 1 })).toEqual({ tried: 0, left: 1 });
  expect(news({ type: 'step.tried', tried: 1, left: 0 })).toBeNull();
  expect(news({ type: 'step.ended', step: 'account', outcome: 'accepted' })).toBeNull();
  expect(news(asks)).toBeNull();
});
