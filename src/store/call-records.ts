// The call records in the store: append-only, each chained to the one before, and one for every call that
// has begun, whatever becomes of its worker.

import { type Kysely, sql, type Transaction } from 'kysely';
import type { CallRecord } from '../ivr/call-record.ts';
import { IvrFault } from '../ivr/fault.ts';
import type { RecordStore } from '../ivr/ports.ts';
import { linkAfter } from './chain-link.ts';
import type { Database, Dialect } from './database.ts';
import { removeExpired } from './expiry.ts';
import type { ChainHeadTable, StoreSchema } from './schema.ts';

/** Records fetched at once while listing; between two pages others may append. */
const PAGE = 500;
/** Lost calls that one beat closes at most; the next one closes the others. */
const LOST_AT_ONCE = 100;
/** How long a call is safe that a worker begins before it has said that it lives, or that it lives again. */
const GRACE_MS = 15_000;
/** How often a beat also removes what has expired. */
const EXPIRY_MS = 10_000;

export function callRecords({ db, dialect, attempt }: Database<StoreSchema>): RecordStore {
  const { now } = dialect;
  let expireAt = -Infinity;

  function lostCalls(by: Kysely<StoreSchema>, notOf: string) {
    return by
      .selectFrom('open_calls')
      .leftJoin('workers', 'workers.id', 'open_calls.worker_id')
      .where('open_calls.worker_id', '<>', notOf)
      .where((eb) => eb.fn.coalesce('workers.lease_until', eb.lit(0)), '<=', now)
      .where((eb) => eb('open_calls.begun_at', '+', eb.lit(GRACE_MS)), '<=', now);
  }

  /**
   * Renews the lease. Answers whether this worker may speak for others: it has renewed in good time for as long
   * as a lease lasts. After anything that kept all of them away, everybody has that long to come back.
   */
  async function renew(workerId: string, leaseMs: number): Promise<boolean> {
    const lease = Math.round(leaseMs);
    const goodTime = sql<number>`${now} + ${sql.lit(Math.round(lease / 2))}`;
    const { alive_since, lease_until } = await db
      .insertInto('workers')
      .values({
        id: workerId,
        alive_since: now,
        lease_until: sql<number>`${now} + ${sql.lit(lease)}`,
      })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          alive_since: eb
            .case()
            .when('workers.lease_until', '>=', goodTime)
            .then(eb.ref('workers.alive_since'))
            .else(eb.ref('excluded.alive_since'))
            .end(),
          lease_until: eb.ref('excluded.lease_until'),
        })),
      )
      .returning(['alive_since', 'lease_until'])
      .executeTakeFirstOrThrow();
    return lease_until - alive_since >= 2 * lease;
  }

  /** Keeps the records of calls whose worker is lost; their end is now. */
  async function closeLost(transaction: Transaction<StoreSchema>, workerId: string) {
    let head = await lockHead(transaction, dialect);
    const lost = await lostCalls(transaction, workerId)
      .select(['open_calls.id', 'open_calls.record', now.as('now')])
      .orderBy('open_calls.begun_at')
      .limit(LOST_AT_ONCE)
      .execute();
    let kept = 0;
    for (const call of lost) {
      const ifLost = JSON.parse(call.record) as CallRecord;
      const record = { ...ifLost, endedAt: new Date(call.now).toISOString() };
      const next = await appendAfter(transaction, head, record);
      if (next !== head) kept += 1;
      head = next;
    }
    return kept;
  }

  return {
    begin: (ifLost) =>
      attempt('That the call has begun could not be noted.', async () => {
        await db
          .insertInto('open_calls')
          .columns(['id', 'worker_id', 'begun_at', 'record'])
          .expression(
            db
              .selectNoFrom([
                sql<string>`${ifLost.id}`.as('id'),
                sql<string>`${ifLost.workerId}`.as('worker_id'),
                now.as('begun_at'),
                sql<string>`${JSON.stringify(ifLost)}`.as('record'),
              ])
              .where(({ exists, not, selectFrom }) =>
                not(exists(selectFrom('call_records').select('id').where('id', '=', ifLost.id))),
              ),
          )
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((eb) => ({ record: eb.ref('excluded.record') })),
          )
          .execute();
      }),

    append: (record) =>
      attempt('The call record could not be kept.', () =>
        db.transaction().execute(async (transaction) => {
          const head = await lockHead(transaction, dialect);
          if ((await appendAfter(transaction, head, record)) !== head) return true;
          return await isKept(transaction, record);
        }),
      ),

    beat: (workerId, leaseMs) =>
      attempt('That this worker lives could not be noted.', async () => {
        const maySpeakForOthers = await renew(workerId, leaseMs);
        if (performance.now() >= expireAt) {
          expireAt = performance.now() + EXPIRY_MS;
          await removeExpired(db, dialect);
        }
        if (!maySpeakForOthers) return 0;
        const lost = await lostCalls(db, workerId).select('open_calls.id').executeTakeFirst();
        if (lost === undefined) return 0;
        return await db.transaction().execute((transaction) => closeLost(transaction, workerId));
      }),

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

/** The end of the chain: nobody else appends until the transaction ends. */
function lockHead(transaction: Transaction<StoreSchema>, { locked }: Dialect) {
  return transaction
    .selectFrom('chain_head')
    .select(['id', 'seq', 'hash'])
    .where('id', '=', 1)
    .modifyEnd(locked)
    .executeTakeFirstOrThrow();
}

async function isPlaceTaken(transaction: Transaction<StoreSchema>, seq: number): Promise<boolean> {
  const there = await transaction
    .selectFrom('call_records')
    .select('seq')
    .where('seq', '=', seq)
    .executeTakeFirst();
  return there !== undefined;
}

/** Whether the record that a call has already is this one. */
async function isKept(transaction: Transaction<StoreSchema>, record: CallRecord): Promise<boolean> {
  const there = await transaction
    .selectFrom('call_records')
    .select('record')
    .where('id', '=', record.id)
    .executeTakeFirst();
  return there?.record === JSON.stringify(record);
}

/** Answers the new end of the chain; `head` itself where the call has its record already. */
async function appendAfter(
  transaction: Transaction<StoreSchema>,
  head: ChainHeadTable,
  record: CallRecord,
): Promise<ChainHeadTable> {
  const link = linkAfter(head, record);
  // Another statement after the head was locked, so that it sees what was appended while waiting.
  const kept = await transaction
    .insertInto('call_records')
    .values(link)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('seq')
    .executeTakeFirst();
  await transaction.deleteFrom('open_calls').where('id', '=', record.id).execute();
  if (kept === undefined) return head;
  const { seq, hash } = link;
  await transaction.updateTable('chain_head').set({ seq, hash }).where('id', '=', 1).execute();
  return { ...head, seq, hash };
}
