// The border between SQLite and the core: waits out another process's lock without holding up the
// calls of this one, and turns what still fails into faults that hold no values.

import { setTimeout as delay } from 'node:timers/promises';
import { IvrFault } from '../ivr/fault.ts';

/** How long SQLite itself waits for a lock: as long as the event loop may stand still. */
export const LOCK_WAIT_MS = 50;
const PAUSE_MS = 20;
const PATIENCE_MS = 5000;

const SQLITE_BUSY = 5;

/**
 * Runs `work`, and again for up to five seconds while another process holds the lock; `work` must
 * have changed nothing when it fails. Any other failure is an `IVR_STORE_UNAVAILABLE` with `message`.
 */
export async function attempt<T>(message: string, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) {
        throw new IvrFault('IVR_STORE_UNAVAILABLE', message, { cause: error });
      }
    }
    await delay(PAUSE_MS);
  }
}

function isBusy(error: unknown): boolean {
  // The low byte is the plain result code; the rest says which kind of busy.
  return error instanceof Error && (Number(Reflect.get(error, 'errcode')) & 0xff) === SQLITE_BUSY;
}
