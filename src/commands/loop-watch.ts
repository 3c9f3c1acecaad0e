// How long whatever comes to this process waits until the event loop gets to it. Measures; judges nothing.

import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Between two looks of the monitor. */
const RESOLUTION_MS = 10;
const WINDOW_MS = 2500;

/** What a monitor has measured of the time between two looks, in nanoseconds. */
export interface Delays {
  readonly mean: number;
  readonly stddev: number;
}

/**
 * Milliseconds that something waits on average which may come at any time: it is more likely to come in a long gap
 * than in a short one, so one of a second counts for more than ten of a tenth. 0 where the loop is free, or
 * nothing has been measured yet.
 */
export function meanWaitMs({ mean, stddev }: Delays): number {
  if (!(mean > 0)) return 0;
  const gap = mean / 1e6;
  const wait = (gap ** 2 + (stddev / 1e6) ** 2) / (2 * gap);
  return Math.max(0, wait - RESOLUTION_MS / 2);
}

export interface LoopWatch extends Disposable {
  /** The mean wait of the last seconds, in milliseconds; the worse of this window and the one before. */
  waitMs(): number;
}

/** Watches from now on. Keeps no process alive. */
export function watchLoop(): LoopWatch {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let before = 0;
  const turning = setInterval(() => {
    before = meanWaitMs(delays);
    delays.reset();
  }, WINDOW_MS).unref();
  return {
    waitMs: () => Math.max(before, meanWaitMs(delays)),
    [Symbol.dispose]() {
      clearInterval(turning);
      delays.disable();
    },
  };
}
