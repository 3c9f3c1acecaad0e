import { expect, test } from 'vitest';
import { type Figures, ratiosOf, type ScalePoint } from '../../bench/calls/figures.ts';
import { type Found, type Goal, goalsOf } from '../../bench/calls/goals.ts';
import { figures, times } from './runs.ts';

const point = (calls: number, changes: Partial<ScalePoint> = {}): ScalePoint => ({
  calls,
  cpuPctPerCall: 1,
  mbPerCall: 10,
  loopP99Ms: 5,
  underruns: 0,
  keysSent: calls * 8,
  keysReceived: calls * 8,
  othersPct: 0,
  ...changes,
});

function found(changes: Partial<Found> = {}, tonegate: Partial<Figures> = {}): Found {
  const floor = figures({ firstAudioMs: null });
  const agents = figures({ mbPerCall: 120, firstAudioMs: times(600, 900) });
  return {
    ratios: ratiosOf(figures(tonegate), floor, agents),
    scale: [point(10), point(20), point(40), point(60)],
    burst: { calls: 30, allHeardMs: 1500 },
    floorUnderLoad: {
      scale: [point(10), point(20, { underruns: 3 })],
      burst: { calls: 30, allHeardMs: 900 },
    },
    sip: { keyToSilenceMs: times(120, 150) },
    ...changes,
  };
}

const missed = (goals: readonly Goal[]) =>
  goals.filter(({ held }) => !held).map(({ what }) => what);

test('where all is well every goal is held', () => {
  expect(missed(goalsOf(found()))).toEqual([]);
});

test('a call that costs a fifth more than the floor misses its goal', () => {
  expect(missed(goalsOf(found({}, { cpuPctPerCallWaiting: 0.96 })))).toEqual([
    'processor of a call while it waits, Tonegate / floor',
  ]);
});

test('what was not measured is not held', () => {
  const goals = goalsOf(found({ sip: { keyToSilenceMs: null } }));
  expect(missed(goals)).toEqual(['key to silence over the SIP bridge, p95']);
  expect(goals.find(({ held }) => !held)?.measured).toBeNull();
});

test('one underrun or one lost key at sixty calls, and there were only forty', () => {
  const calls = 'calls at once without an underrun, with every key';
  for (const spoiled of [point(60, { underruns: 1 }), point(60, { keysReceived: 479 })]) {
    const goals = goalsOf(found({ scale: [point(10), point(20), point(40), spoiled] }));
    expect(missed(goals)).toEqual([calls]);
    expect(goals.find(({ what }) => what === calls)?.measured).toBe(40);
  }
});

test('a cost that grows with the calls is no flat one, nor is one that shrinks', () => {
  const flat = 'processor of a call as calls grow, largest change';
  for (const cpuPctPerCall of [1.2, 0.8]) {
    expect(missed(goalsOf(found({ scale: [point(10), point(60, { cpuPctPerCall })] })))).toEqual([
      flat,
    ]);
  }
});

test('a late event loop counts where there are most calls', () => {
  const scale = [point(10, { loopP99Ms: 90 }), point(60, { loopP99Ms: 21 })];
  expect(missed(goalsOf(found({ scale })))).toEqual(['event loop p99 at 60 calls']);
});

test('what the machine itself allows is said beside what it limits', () => {
  const floors = goalsOf(found()).filter(({ floor }) => floor !== undefined);
  expect(floors.map(({ what, floor }) => [what, floor])).toEqual([
    ['calls at once without an underrun, with every key', 10],
    ['processor of a call as calls grow, largest change', 0],
    ['30 calls at once: all heard', 900],
  ]);
});
