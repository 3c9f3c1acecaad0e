import { describe, expect, it } from 'vitest';
import { lockAfter } from '../../src/store/lock-state.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const POLICY = {
  softAfter: 5,
  softMs: 30 * SECOND,
  softLongestMs: HOUR,
  hardAfter: 15,
  hardMs: 24 * HOUR,
};
const LAST = 1_000_000_000;

function lock(count: number, now = LAST) {
  return lockAfter({ count, last: LAST }, POLICY, now);
}

describe('failed tries at an account', () => {
  it.each([0, 1, 4])('lock nothing while they are %i', (count) => {
    expect(lock(count)).toBeNull();
  });

  it.each([
    [5, 30],
    [6, 60],
    [7, 120],
    [8, 240],
    [11, 1920],
    [12, 3600],
    [14, 3600],
  ])('are followed by a wait: after %i, %i seconds', (count, seconds) => {
    expect(lock(count)).toEqual({ kind: 'soft', until: LAST + seconds * SECOND });
  });

  it.each([15, 16, 400])('lock the account for a day from %i on', (count) => {
    expect(lock(count)).toEqual({ kind: 'hard', until: LAST + 24 * HOUR });
  });

  it('lock it until then, and not a millisecond longer', () => {
    expect(lock(5, LAST + 30 * SECOND - 1)).not.toBeNull();
    expect(lock(5, LAST + 30 * SECOND)).toBeNull();
    expect(lock(15, LAST + 24 * HOUR - 1)).not.toBeNull();
    expect(lock(15, LAST + 24 * HOUR)).toBeNull();
  });

  it('never make a wait that is no number, however many are allowed', () => {
    const patient = { ...POLICY, hardAfter: 100_000 };
    const { until } = lockAfter({ count: 50_000, last: LAST }, patient, LAST) ?? { until: NaN };
    expect(until).toBe(LAST + HOUR);
  });
});
