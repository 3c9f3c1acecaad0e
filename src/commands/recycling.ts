// Looks every few seconds whether a worker is due for a fresh process to take its place.

import {
  ownLimits,
  type RecycleLimits,
  type RecycleReason,
  recycleReason,
} from '../ivr/recycling.ts';
import type { Switchboard } from '../ivr/switchboard.ts';

const LOOK_MS = 2000;
const MB = 2 ** 20;

/** `retire` is told until this is disposed of, as long as the worker is due. Keeps no process alive. */
export function watchLimits(
  limits: RecycleLimits,
  switchboard: Pick<Switchboard, 'taken'>,
  retire: (why: RecycleReason) => void,
): Disposable {
  const own = ownLimits(limits, Math.random());
  const looking = setInterval(() => {
    const rssMb = process.memoryUsage.rss() / MB;
    const why = recycleReason(own, { calls: switchboard.taken, rssMb });
    if (why !== null) retire(why);
  }, LOOK_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(looking) };
}
