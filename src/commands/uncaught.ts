// What becomes of an error that nobody caught. Promises that it ends the call it happened in and no other; one
// that belongs to no call ends no call at all: the worker is replaced, and only where it goes on does the process
// end. Node would print all of an error, and what somebody else's error says may be anything.

import type { Logger } from 'pino';
import { loggable } from '../ivr/fault.ts';
import { blameCall } from '../ivr/isolation.ts';

/** So many errors of no call within so long, and nothing in this process can be relied on. */
const STRAYS = 3;
const WITHIN_MS = 10_000;

export interface UncaughtOptions {
  readonly log: Pick<Logger, 'error' | 'fatal'>;
  /** An error ended a call, or was nobody's. */
  readonly onFault: (whose: 'call' | 'worker') => void;
  /** The worker shall be replaced, its calls go on; false: it has none, so the process may end. */
  readonly replace: () => boolean;
}

/** From now on, as long as the process lives. Errors are logged without their values. */
export function takeUncaught({ log, onFault, replace }: UncaughtOptions): void {
  const strays: number[] = [];

  function take(error: unknown): void {
    const fault = loggable(error);
    if (blameCall(error)) {
      onFault('call');
      log.error({ fault }, 'uncaught error in a call: it ends, the others go on');
      return;
    }
    const now = performance.now();
    strays.push(now);
    if (strays.length > STRAYS) strays.shift();
    const isStorm = strays.length === STRAYS && now - (strays[0] ?? 0) < WITHIN_MS;
    if (isStorm || !replace()) {
      log.fatal({ fault }, 'uncaught error: this process ends');
      process.exit(1);
    }
    onFault('worker');
    log.error({ fault }, 'uncaught error of no call: this worker is to be replaced');
  }

  process.on('uncaughtException', take);
  process.on('unhandledRejection', take);
}
