// Stops the sending of codes while nearly everybody fails: somebody is trying out accounts, and each code
// would cost money, alarm a customer, or be talked out of one.

import type { TryStore } from '../ports.ts';

/** Looked at: all calls of all workers on the store. */
const WINDOW_MS = 10 * 60_000;
/** With fewer checks a few unlucky callers would be enough. */
const CHECKS = 50;
/** Of callers who mean well most get it right. */
const FAILED_SHARE = 0.8;

/** Whether so many checks fail now that no code may be sent. */
export async function isUnderAttack(tries: Pick<TryStore, 'rate'>): Promise<boolean> {
  const { checks, failed } = await tries.rate(WINDOW_MS);
  return checks >= CHECKS && failed >= checks * FAILED_SHARE;
}
