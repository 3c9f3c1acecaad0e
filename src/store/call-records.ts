// The call records in the store: append-only, in the order in which they were appended.

import { type Kysely, sql } from 'kysely';
import type { CallRecord } from '../ivr/call-record.ts';
import type { RecordStore } from '../ivr/ports.ts';
import type { StoreSchema } from './schema.ts';
import { attempt } from './store-fault.ts';

/** Records fetched at once while listing; between two pages others may append. */
const PAGE = 500;

export function callRecords(db: Kysely<StoreSchema>): RecordStore {
  return {
    append: (record) =>
      attempt('The call record could not be kept. Check the disk of the store.', async () => {
        await db
          .insertInto('call_records')
          .values({ id: record.id, ended_at: record.endedAt, record: JSON.stringify(record) })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }),

    async *list() {
      let last = 0;
      for (;;) {
        const page = await attempt('The call records could not be read.', () =>
          db
            .selectFrom('call_records')
            .select(['seq', 'record'])
            .where('seq', '>', last)
            .orderBy('seq')
            .limit(PAGE)
            .execute(),
        );
        for (const { seq, record } of page) {
          last = seq;
          yield JSON.parse(record) as CallRecord;
        }
        if (page.length < PAGE) return;
      }
    },

    ping: () =>
      attempt('The store does not take records. Check its disk and its file mode.', () =>
        db.connection().execute(async (connection) => {
          // Takes the write lock and gives it back: reading alone would also work on a full stop.
          await sql`begin immediate`.execute(connection);
          await sql`rollback`.execute(connection);
        }),
      ),
  };
}
