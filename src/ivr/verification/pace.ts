// How long answers are held back, so that nothing can be heard from how fast they come, and guessing is slow.

import { randomInt } from 'node:crypto';
import type { LockOutPolicy } from '../ports.ts';

/**
 * No answer about an account is told sooner while it is not proved that there is one: most backends answer
 * within (OWASP ASVS 5.0 6.3.8: not deducible from response times).
 */
const FLOOR_MS = 1500;
/** Hides what is left: differences of a few milliseconds in what we do ourselves. */
const JITTER_MS = 100;

/** The floor of one call: 1500 to 1600 ms. */
export function drawFloorMs(): number {
  return FLOOR_MS + randomInt(JITTER_MS + 1);
}

const STEP_MS = 1000;
/** Longer would end calls from an office or a nursing home, where many share a number. */
const LONGEST_MS = 4000;

/**
 * How much longer a calling number waits that failed so often within the last hour. A number can be forged, so
 * it is never refused for that (NIST SP 800-63B-4 §3.2.2 allows waits and risk signals).
 */
export function frictionMs(callerFailures: number, { softAfter }: LockOutPolicy): number {
  const over = callerFailures - softAfter + 1;
  return Math.min(Math.max(over, 0) * STEP_MS, LONGEST_MS);
}
