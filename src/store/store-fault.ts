// The border between the databases and the core: waits out another process's lock without holding up the
// calls of this one, and turns what still fails into faults that hold no values.

import { setTimeout as delay } from 'node:timers/promises';
import { IvrFault } from '../ivr/fault.ts';

const PATIENCE_MS = 5000;
/** Longest pause; each is a random one, so that those who wait do not keep step. */
const PAUSE_MS = 10;

/** How to read the errors of a database. */
export interface ErrorWords {
  /** Whether nothing was changed and the same work may succeed in a moment. */
  isPassing(error: Error): boolean;
  /** What went wrong, in one word that holds no value: SQLSTATE, errno, or the like. */
  word(error: Error): string | undefined;
}

/**
 * Runs `work`, and again for up to five seconds while somebody else holds a lock. Any other failure is an
 * `IVR_STORE_UNAVAILABLE` with `message` and, where there is one, the word for what went wrong.
 */
export type Attempt = <T>(message: string, work: () => Promise<T>) => Promise<T>;

export function attemptWith({ isPassing, word }: ErrorWords): Attempt {
  return async (message, work) => {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Error)) throw storeFault(message);
        if (!isPassing(error) || performance.now() > end) throw storeFault(message, word(error));
      }
      await delay(Math.random() * PAUSE_MS);
    }
  };
}

/** What a driver says of an error may hold values and connection strings, so nothing of it is passed on. */
function storeFault(message: string, word?: string): IvrFault {
  return new IvrFault('IVR_STORE_UNAVAILABLE', word ? `${message} (${word})` : message);
}
