import { expect, test } from 'vitest';
import { drawFloorMs, frictionMs } from '../../../src/ivr/verification/pace.ts';
import { POLICY } from './setting.ts';

test('the floor is one and a half seconds and a little, another one for each call', () => {
  const drawn = Array.from({ length: 5000 }, drawFloorMs);
  expect(Math.min(...drawn)).toBe(1500);
  expect(Math.max(...drawn)).toBe(1600);
});

test.each([
  [1, 0],
  [4, 0],
  [5, 1000],
  [6, 2000],
  [8, 4000],
  [9, 4000],
  [1000, 4000],
])('a number with %i failed checks waits %i ms longer', (failures, ms) => {
  expect(frictionMs(failures, POLICY)).toBe(ms);
});
