// The call records in the store: append-only, each chained to the one before.

import type { Transaction } from 'kysely';
import type { CallRecord } from '../ivr/call-record.ts';
import { IvrFault } from '../ivr/fault.ts';
import type { RecordStore } from '../ivr/ports.ts';
import { appendAfter, isKept, isPlaceTaken, lockHead } from './chain-end.ts';
import type { Database } from './database.ts';
import type { StoreSchema } from './schema.ts';

/** Records fetched at once while listing; between two pages others may append. */
const PAGE = 500;

export function callRecords({
  db,
  dialect,
  attempt,
}: Database<StoreSchema>): Pick<RecordStore, 'append' | 'list' | 'ping'> {
  /** Whether another worker has the call: its record is not this one's to write. */
  async function isElsewhere(transaction: Transaction<StoreSchema>, { id, workerId }: CallRecord) {
    const elsewhere = await transaction
      .selectFrom('open_calls')
      .select('id')
      .where('id', '=', id)
      .where('worker_id', '<>', workerId)
      .modifyEnd(dialect.locked)
      .executeTakeFirst();
    return elsewhere !== undefined;
  }

  return {
    append: (record) =>
      attempt('The call record could not be kept.', () =>
        db.transaction().execute(async (transaction) => {
          const head = await lockHead(transaction, dialect);
          if (await isElsewhere(transaction, record)) return false;
          if ((await appendAfter(transaction, head, record)) !== head) return true;
          return await isKept(transaction, record);
        }),
      ),

    async *list(afterSeq = 0) {
      let last = afterSeq;
      for (;;) {
        const page = await attempt('The call records could not be read.', () =>
          db
            .selectFrom('call_records')
            .select(['seq', 'record', 'prev', 'hash'])
            .where('seq', '>', last)
            .orderBy('seq')
            .limit(PAGE)
            .execute(),
        );
        for (const { record, ...place } of page) {
          last = place.seq;
          yield { ...(JSON.parse(record) as CallRecord), ...place };
        }
        if (page.length < PAGE) return;
      }
    },

    async ping() {
      const isTaken = await attempt('The store does not take records.', () =>
        // As for an append: reading alone would also work on a full stop, or on a server that only follows.
        db.transaction().execute(async (transaction) => {
          const { seq } = await lockHead(transaction, dialect);
          return await isPlaceTaken(transaction, seq + 1);
        }),
      );
      if (!isTaken) return;
      throw new IvrFault(
        'IVR_STORE_UNAVAILABLE',
        'The store does not take records: somebody has put one behind the end of the chain. `tonegate calls verify` names it.',
      );
    },
  };
}
