// One call's record on its way into the store: noted while the call runs, kept when it ends. Promises that no
// call waits for the notes but its record, and that what the store does not keep is in the log.

import type { Logger } from 'pino';
import type { CallRecord } from './call-record.ts';
import { loggable } from './fault.ts';
import type { RecordStore } from './ports.ts';

export interface RecordKeeping {
  /**
   * Sees to it that there is a record even if this worker is lost: what `ifLost` says when the store is asked,
   * or said again, the newest. Never throws.
   */
  note(): void;
  /** Notes nothing more. Rejects when the record could not be kept. */
  keep(record: CallRecord): Promise<void>;
}

export function recordKeeping(
  records: Pick<RecordStore, 'begin' | 'append'>,
  log: Logger,
  ifLost: () => CallRecord,
): RecordKeeping {
  let isStale = false;
  let noting: Promise<void> | null = null;

  async function noteNewest(): Promise<void> {
    while (isStale) {
      isStale = false;
      try {
        await records.begin(ifLost());
      } catch (error) {
        log.error({ fault: loggable(error) }, 'call is not noted should this worker be lost');
      }
    }
    noting = null;
  }

  return {
    note() {
      isStale = true;
      noting ??= noteNewest();
    },
    async keep(record) {
      isStale = false;
      await noting;
      await keepRecord(records, log, record);
    },
  };
}

/** Keeps a call's record. It holds nothing secret: where the store does not have it, the log does. */
export async function keepRecord(
  records: Pick<RecordStore, 'append'>,
  log: Logger,
  record: CallRecord,
): Promise<void> {
  try {
    if (!(await records.append(record))) tellReplaced(log, record);
  } catch (error) {
    log.error({ fault: loggable(error), record }, 'call record could not be stored');
    throw error;
  }
}

/** Leaves in the log what really became of a call whose worker was thought to be lost. */
export function tellReplaced(log: Logger, record: CallRecord): void {
  log.error({ record }, 'call record not kept: another worker has kept one of this call as lost');
}
