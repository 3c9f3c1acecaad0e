// What failed tries at one account add up to.

import type { LockOutPolicy } from '../ivr/ports.ts';

/** Failed tries at an account, as of the last one. Times in ms since 1970. */
export interface Failures {
  /** How many there were in `hardMs` up to the last one, that one included. */
  readonly count: number;
  readonly last: number;
}

export interface Lock {
  readonly kind: 'soft' | 'hard';
  readonly until: number;
}

/** The lock-out that follows from the failures; null where there is none at `now`. */
export function lockAfter(failures: Failures, policy: LockOutPolicy, now: number): Lock | null {
  const lock = lockFrom(failures, policy);
  return lock !== null && lock.until > now ? lock : null;
}

function lockFrom({ count, last }: Failures, policy: LockOutPolicy): Lock | null {
  const { softAfter, softMs, softLongestMs, hardAfter, hardMs } = policy;
  if (count >= hardAfter) return { kind: 'hard', until: last + hardMs };
  if (count < softAfter) return null;
  const waitMs = Math.min(softMs * 2 ** (count - softAfter), softLongestMs);
  return { kind: 'soft', until: last + waitMs };
}
