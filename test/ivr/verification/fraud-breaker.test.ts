import { expect, test } from 'vitest';
import { isUnderAttack } from '../../../src/ivr/verification/fraud-breaker.ts';

test.each([
  { checks: 0, failed: 0, is: false },
  { checks: 49, failed: 49, is: false },
  { checks: 50, failed: 39, is: false },
  { checks: 50, failed: 40, is: true },
  { checks: 1000, failed: 799, is: false },
  { checks: 1000, failed: 800, is: true },
])('with $checks checks and $failed failed, an attack: $is', async ({ checks, failed, is }) => {
  const asked: number[] = [];
  const rate = async (windowMs: number) => {
    asked.push(windowMs);
    return { checks, failed };
  };
  expect(await isUnderAttack({ rate })).toBe(is);
  expect(asked).toEqual([600_000]);
});
