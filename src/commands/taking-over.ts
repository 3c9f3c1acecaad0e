// Looks for calls whose worker was lost, and has this worker go on with them. Promises that no more are taken
// over than there is room for, and that a store that is away ends nothing.

import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_MS } from '../ivr/lease.ts';
import type { OrphanedCall, RecordStore } from '../ivr/ports.ts';

/** How soon after a worker's death its calls are found: a caller hears nothing until then. */
const LOOK_MS = 100;
const AT_ONCE = 10;

interface TakingOverOptions {
  readonly workerId: string;
  readonly records: Pick<RecordStore, 'takeOver'>;
  /** How many calls more this worker can take. */
  readonly room: () => number;
  readonly goOn: (lost: OrphanedCall) => void;
}

export interface TakingOver extends AsyncDisposable {
  /** Ends the looking; done when none that was found is still to come. */
  stop(): Promise<void>;
}

/** Disposing ends the looking. Never rejects: that the store is away others have said. */
export function startTakingOver(options: TakingOverOptions): TakingOver {
  const { workerId, records, room, goOn } = options;
  const stopping = new AbortController();

  async function look(): Promise<void> {
    const most = Math.min(AT_ONCE, room());
    if (most <= 0) return;
    for (const lost of await records.takeOver(workerId, LEASE_MS, most)) goOn(lost);
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined);
      await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  function stop(): Promise<void> {
    stopping.abort();
    return watching;
  }
  return { stop, [Symbol.asyncDispose]: stop };
}
