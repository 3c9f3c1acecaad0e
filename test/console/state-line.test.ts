import { expect, test } from 'vitest';
import { openStateLine } from '../../src/console/state-line.ts';
import type { Observation } from '../../src/ivr/observation.ts';

/** A state line after these, each with the second at which it was observed. */
function lineAfter(...happened: readonly (readonly [second: number, Observation])[]) {
  const line = openStateLine();
  for (const [second, observation] of happened) line.watch(observation, second * 1000);
  return (second: number) => line.text(second * 1000);
}

const timer = (machine: string, name: string, seconds: number): Observation => ({
  type: 'timer.began',
  machine,
  timer: name,
  ms: seconds * 1000,
});
const over = (machine: string, name: string): Observation => ({
  type: 'timer.ended',
  machine,
  timer: name,
});
const speaks: Observation = { type: 'prompt.began', prompts: ['enter-account'], text: 'Account?' };
const answered = [0, { type: 'call.answered' }] as const;
const limited = [0, timer('call', 'callLimit', 900)] as const;

test('it rings until it is answered, and a refused call never is', () => {
  expect(lineAfter()(3)).toBe('ringing');
  const refused = { type: 'call.screened', verdict: 'failed', action: 'refuse' } as const;
  const line = lineAfter([0, { ...refused, wouldBe: null, rule: 'failed' }]);
  expect(line(1)).toBe('refused');
});

test('a caller sees the step, the tries that are left, whose turn it is, and the time for the first key', () => {
  const line = lineAfter(
    limited,
    answered,
    [1, { type: 'step.began', step: 'birthDate' }],
    [1, { type: 'step.tried', tried: 1, left: 2 }],
    [1, { type: 'state.entered', machine: 'collectDigits', state: 'listening.prompting' }],
    [1, speaks],
    [4, { type: 'prompt.stopped' }],
    [4, timer('collectDigits', 'firstKey', 8)],
  );
  expect(line(4)).toBe('0:04 of 15:00 · birth date, 2 tries left · your turn · first key 8 s');
  expect(line(9.5)).toBe('0:09 of 15:00 · birth date, 2 tries left · your turn · first key 3 s');
});

test('while an entry is being checked it has cost nothing yet', () => {
  const line = lineAfter(
    answered,
    [1, { type: 'step.began', step: 'birthDate' }],
    [1, { type: 'step.tried', tried: 0, left: 3 }],
    [4, { type: 'step.tried', tried: 1, left: 2 }],
    [4, timer('verifyEntry', 'verdict', 8)],
  );
  expect(line(5)).toBe('0:05 · birth date, 3 tries left · being checked · answer 7 s');
});

test('while a prompt is played there is nothing to be done', () => {
  expect(lineAfter(limited, answered, [1, speaks])(65)).toBe('1:05 of 15:00 · listen');
});

test('between keys two timers run, and each key starts one of them anew', () => {
  const line = lineAfter(
    answered,
    [2, timer('collectDigits', 'entry', 40)],
    [2, timer('collectDigits', 'nextKey', 4)],
    [5, timer('collectDigits', 'nextKey', 4)],
  );
  expect(line(6)).toBe('0:06 · keying · entry 36 s · next key 3 s');
});

test('an entry that is being checked, and a caller who is being connected, are told', () => {
  const checked = lineAfter(answered, [1, timer('verifyEntry', 'verdict', 9)]);
  expect(checked(2)).toBe('0:02 · being checked · answer 8 s');
  const state = { type: 'state.entered', machine: 'handOff', state: 'bringing' } as const;
  const connected = lineAfter(answered, [1, state], [1, timer('handOff', 'join', 10)]);
  expect(connected(2)).toBe('0:02 · being connected · desk 9 s');
});

test('what is over is not shown any more', () => {
  const line = lineAfter(
    answered,
    [1, { type: 'step.began', step: 'account' }],
    [1, timer('collectDigits', 'firstKey', 8)],
    [2, over('collectDigits', 'firstKey')],
    [2, { type: 'step.ended', step: 'account', outcome: 'accepted' }],
  );
  expect(line(3)).toBe('0:03 · one moment');
  const ended = { result: 'caller', reason: 'hung-up' } as const;
  const call = lineAfter(answered, [5, { type: 'call.ended', ending: ended, auth: 'none' }]);
  expect(call(6)).toBe('over');
});

test('timers that are ours alone are not shown', () => {
  expect(lineAfter(answered, [1, timer('collectDigits', 'privacy', 2)])(1)).toBe(
    '0:01 · one moment',
  );
});
