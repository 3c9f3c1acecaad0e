// Whether a measurement says anything: not where the machine, or this process, stood still for a while (suspended, or
// stopped by somebody), nor where others needed the processors.

import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 250;
/** No event loop of the bench is late by as much. */
const STILL_MS = 2500;
/** Of all processors; more than that, and it is measured how the contenders fare beside something else. */
const BUSY_PCT = 8;
/** After that the best there was is taken, and it is said how good that is. */
const TRIES = 3;
/** Attempts may fail on a machine that does other things; no more of them than this. */
const FAILURES = 3;
/** Whatever was in the way may be over by then. */
const RECOVERY_MS = 10_000;

/** Does the work again where something came between; `busyPct`: what others needed of the processors in it. */
export async function undisturbed<Result>(
  work: () => Promise<Result>,
  busyPct: (result: Result) => number,
  say: (text: string) => void,
  recoveryMs = RECOVERY_MS,
): Promise<Result> {
  let best: Result | undefined;
  let failures = 0;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const watch = watchForStandstill();
    try {
      const result = await work();
      if (!watch.stoodStill()) {
        if (best === undefined || busyPct(result) < busyPct(best)) best = result;
        if (busyPct(best) <= BUSY_PCT) return best;
      }
    } catch (error) {
      if (!watch.stoodStill()) failures += 1;
      if (failures === FAILURES) throw error;
    } finally {
      watch.stop();
    }
    if (attempt === TRIES) break;
    say(
      `${watch.stoodStill() ? 'the machine stood still' : 'others needed the machine'}: once more`,
    );
    await sleep(recoveryMs);
  }
  if (best === undefined) throw new Error('the machine does not let anything be measured');
  return best;
}

function watchForStandstill() {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    stoodStill: () => longest > STILL_MS,
    stop() {
      look();
      clearInterval(timer);
    },
  };
}
