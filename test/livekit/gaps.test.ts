import { expect, test } from 'vitest';
import { followUtterance } from '../../src/livekit/gaps.ts';

/** Recordings of a second each, by when they were handed over and taken; answers where gaps were. */
function gaps(...recordings: readonly (readonly [askedAt: number, takenAt: number])[]): boolean[] {
  const utterance = followUtterance();
  return recordings.map(([askedAt, takenAt]) => utterance.hasGap(1000, askedAt, takenAt));
}

test.each([
  {
    what: 'handed over one after the other',
    recordings: [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
    found: [false, false, false],
  },
  {
    what: 'taken just in time',
    recordings: [
      [0, 1],
      [900, 1000],
    ],
    found: [false, false],
  },
  {
    what: 'handed over in time and taken late',
    recordings: [
      [0, 1],
      [900, 1001],
    ],
    found: [false, true],
  },
  {
    what: 'handed over late',
    recordings: [
      [0, 1],
      [1500, 1501],
    ],
    found: [false, true],
  },
  {
    what: 'handed over after a gap, and in time for the one before it',
    recordings: [
      [0, 1],
      [1500, 1501],
      [2400, 2401],
      [3400, 3600],
    ],
    found: [false, true, false, true],
  },
  { what: 'alone, however late', recordings: [[5000, 9000]], found: [false] },
] as const)('recordings $what', ({ recordings, found }) => {
  expect(gaps(...recordings)).toEqual(found);
});
