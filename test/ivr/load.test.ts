import { expect, test } from 'vitest';
import { loadOf } from '../../src/ivr/load.ts';

test.each([
  { calls: 0, waitMs: 0, load: 0 },
  { calls: 15, waitMs: 0, load: 0.25 },
  { calls: 60, waitMs: 0, load: 1 },
  { calls: 61, waitMs: 0, load: 61 / 60 },
  { calls: 0, waitMs: 100, load: 0.5 },
  { calls: 0, waitMs: 200, load: 1 },
  { calls: 45, waitMs: 100, load: 0.75 },
  { calls: 15, waitMs: 150, load: 0.75 },
])('$calls of 60 calls and a wait of $waitMs ms are a load of $load', ({ load, ...strain }) => {
  expect(loadOf({ ...strain, capacity: 60 })).toBe(load);
});
