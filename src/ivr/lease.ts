// Whether this worker's calls are still its own. Others take them over when it has not said for a lease that it
// lives; a process that stood still for that long must ask before it does anything else. Promises that while
// `isCertain` nobody else has them.

import type { Logger } from 'pino';
import type { CallRecord } from './call-record.ts';
import { loggable } from './fault.ts';
import type { RecordStore } from './ports.ts';

export interface Lease {
  /** Whether nobody else can have taken over a call of this worker by now. */
  isCertain(): boolean;
  /**
   * Asks the store which calls were taken over, and has them given up. Done when that is known, or the store
   * does not say soon: then nobody can have taken them over by it either. Never rejects.
   */
  assure(): Promise<void>;
  /** Says that this worker lives. Rejects when the store is away. */
  beat(): Promise<void>;
  /** What holds this worker's place is lost: until it is held again, every question is asked in earnest. */
  doubt(): void;
  /** The place is held again, or never will be. */
  trust(): void;
}

/** Of a process whose calls nobody else can have. */
export const ALONE: Pick<Lease, 'isCertain' | 'assure'> = {
  isCertain: () => true,
  assure: async () => undefined,
};

/** Others may take over the calls of a worker that has not been heard of for so long. */
export const LEASE_MS = 4000;
/** How long a call waits for the answer, whose next deed depends on it. */
const ANSWER_MS = 1500;

interface LeaseOptions {
  readonly workerId: string;
  readonly records: Pick<RecordStore, 'beat' | 'takenOver'>;
  /** Ids of the calls that run here. */
  readonly running: () => readonly string[];
  /** Has a call given up that another worker has. */
  readonly giveUp: (call: string) => void;
  /** Told of each record that was kept for a worker that lives no more. */
  readonly onLost: (record: CallRecord) => void;
  readonly monotonic: () => number;
  readonly log: Logger;
}

export function createLease(options: LeaseOptions): Lease {
  const { workerId, records, running, giveUp, onLost, monotonic, log } = options;
  let certainUntil = Number.NEGATIVE_INFINITY;
  let isAway = false;
  let isInDoubt = false;
  /** How often the place was held again. */
  let holds = 0;
  let asking: Promise<void> | null = null;

  async function giveUpTaken(): Promise<void> {
    const calls = running();
    if (calls.length === 0) return;
    const taken = await records.takenOver(workerId, calls);
    if (taken.length > 0)
      log.warn({ calls: taken }, 'calls were taken over: they are given up here');
    for (const call of taken) giveUp(call);
  }

  async function beat(): Promise<void> {
    const began = monotonic();
    const asked = holds;
    try {
      const lost = await records.beat(workerId, LEASE_MS);
      if (lost.length > 0) {
        log.warn({ calls: lost.length }, 'kept the records of calls whose worker was lost');
      }
      for (const record of lost) onLost(record);
      if (isInDoubt || began > certainUntil) await giveUpTaken();
      // What was asked before the place was held says nothing of the time until then.
      if (asked === holds) certainUntil = began + LEASE_MS;
      isAway = false;
    } catch (error) {
      isAway = true;
      throw error;
    }
  }

  async function ask(): Promise<void> {
    let impatience: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      impatience = setTimeout(resolve, ANSWER_MS);
    });
    const answer = beat().catch((error: unknown) =>
      log.warn({ fault: loggable(error) }, 'nobody says whose the calls are'),
    );
    await Promise.race([answer, patience]);
    clearTimeout(impatience);
    asking = null;
  }

  return {
    isCertain: () => isAway || (!isInDoubt && monotonic() < certainUntil),
    assure() {
      asking ??= ask();
      return asking;
    },
    beat,
    doubt() {
      isInDoubt = true;
    },
    trust() {
      isInDoubt = false;
      holds += 1;
      // Somebody may have taken calls in the meantime.
      certainUntil = Number.NEGATIVE_INFINITY;
    },
  };
}
