import { expect, test } from 'vitest';
import { ownLimits, recycleReason } from '../../src/ivr/recycling.ts';

const limits = { afterCalls: 2000, rssMb: 1500 };

test.each([
  { calls: 0, rssMb: 100, due: null },
  { calls: 1999, rssMb: 1499, due: null },
  { calls: 2000, rssMb: 100, due: 'calls' },
  { calls: 2000, rssMb: 2000, due: 'calls' },
  { calls: 1, rssMb: 1500, due: 'memory' },
  // A fresh process would be as large: replacing it for ever would serve nobody.
  { calls: 0, rssMb: 1500, due: null },
])('after $calls calls and with $rssMb MB a worker is due: $due', ({ due, ...worker }) => {
  expect(recycleReason(limits, worker)).toBe(due);
});

test.each([
  [0, 2000, 1500],
  [0.5, 1800, 1350],
  [1, 1600, 1200],
])('with the lot %d a worker goes up to %d calls and %d MB', (lot, afterCalls, rssMb) => {
  expect(ownLimits(limits, lot)).toEqual({ afterCalls, rssMb });
});

test('a worker that is to take one call takes it', () => {
  expect(ownLimits({ ...limits, afterCalls: 1 }, 1).afterCalls).toBe(1);
});
