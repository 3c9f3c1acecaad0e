// One call's record on its way into the store: noted while the call runs, kept when it ends. Promises that no
// call waits for the notes but its record, and that what the store does not keep is in the log.

import type { Logger } from 'pino';
import type { CallRecord } from './call-record.ts';
import { loggable } from './fault.ts';
import type { RecordStore } from './ports.ts';

/** What the store is told of a call that runs. */
export interface IfLost {
  /** What the record will be if this worker is lost now. */
  readonly record: CallRecord;
  /** For whoever goes on with the call then. */
  readonly note: Uint8Array;
}

export interface RecordKeeping {
  /**
   * Sees to it that there is a record even if this worker is lost, and that another one can go on with the call:
   * what `ifLost` says when the store is asked. Said again, the newest. Never throws.
   */
  note(ifLost: () => IfLost): void;
  /**
   * Notes nothing more. Answers whether the record was kept; it is not where another worker has the call. Rejects
   * when the store is away.
   */
  keep(record: CallRecord): Promise<boolean>;
  /** Notes nothing more: the call is another worker's. */
  giveUp(): void;
  /** The same; and what was noted of this call is forgotten. Rejects when the store is away. */
  forget(call: string): Promise<void>;
}

export function recordKeeping(
  records: Pick<RecordStore, 'begin' | 'append' | 'forget'>,
  log: Logger,
): RecordKeeping {
  let newest: (() => IfLost) | null = null;
  let noting: Promise<void> | null = null;
  let isOver = false;

  async function noteNewest(): Promise<void> {
    while (newest !== null) {
      const ifLost = newest;
      newest = null;
      try {
        const { record, note } = ifLost();
        await records.begin(record, note);
      } catch (error) {
        log.error({ fault: loggable(error) }, 'call is not noted should this worker be lost');
      }
    }
    noting = null;
  }

  function noteNothingMore(): void {
    isOver = true;
    newest = null;
  }

  return {
    note(ifLost) {
      if (isOver) return;
      newest = ifLost;
      noting ??= noteNewest();
    },
    async keep(record) {
      noteNothingMore();
      await noting;
      return await keepRecord(records, log, record);
    },
    giveUp: noteNothingMore,
    async forget(call) {
      noteNothingMore();
      await noting;
      await records.forget(call);
    },
  };
}

/** Keeps a call's record. It holds nothing secret: where the store does not have it, the log does. */
async function keepRecord(
  records: Pick<RecordStore, 'append'>,
  log: Logger,
  record: CallRecord,
): Promise<boolean> {
  try {
    const isKept = await records.append(record);
    if (!isKept) tellReplaced(log, record);
    return isKept;
  } catch (error) {
    log.error({ fault: loggable(error), record }, 'call record could not be stored');
    throw error;
  }
}

/** Leaves in the log what really became of a call whose worker was thought to be lost. */
export function tellReplaced(log: Logger, record: CallRecord): void {
  log.error({ record }, 'call record not kept: another worker has kept one of this call as lost');
}
