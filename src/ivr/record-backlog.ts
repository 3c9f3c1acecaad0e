// Records that the store did not take, kept in memory until it does. Promises that a store that is away for a
// while costs no record as long as this process lives, and that a full backlog says what it lets go.

import type { Logger } from 'pino';
import type { CallRecord } from './call-record.ts';
import type { RecordStore } from './ports.ts';
import { tellReplaced } from './record-keeping.ts';

/** Records that wait at most: some megabytes. */
const ROOM = 1000;

export interface RecordBacklog extends RecordStore {
  /** Ids of the calls whose records wait, oldest first. */
  readonly waiting: readonly string[];
}

/**
 * The same store; what it fails to append waits, and each beat that it takes tries that again. `append` rejects
 * all the same: whoever asked need not wait.
 */
export function withBacklog(records: RecordStore, log: Logger): RecordBacklog {
  const waiting = new Set<CallRecord>();

  function putOff(record: CallRecord): void {
    waiting.add(record);
    const [oldest] = waiting;
    if (waiting.size <= ROOM || oldest === undefined) return;
    waiting.delete(oldest);
    log.error({ call: oldest.id }, 'too many records wait: this one is in the log alone');
  }

  /** In order, until one fails; the others come before that one next time, should it be its own fault. */
  async function tryAgain(): Promise<void> {
    const before = waiting.size;
    for (const record of waiting) {
      try {
        if (!(await records.append(record))) tellReplaced(log, record);
      } catch {
        if (waiting.delete(record)) waiting.add(record);
        break;
      }
      waiting.delete(record);
    }
    const calls = before - waiting.size;
    if (calls > 0) log.info({ calls }, 'kept records that had waited for the store');
  }

  return {
    ...records,
    get waiting() {
      return [...waiting].map(({ id }) => id);
    },
    async append(record) {
      try {
        return await records.append(record);
      } catch (error) {
        putOff(record);
        throw error;
      }
    },
    async beat(workerId, leaseMs) {
      const lost = await records.beat(workerId, leaseMs);
      await tryAgain();
      return lost;
    },
  };
}
