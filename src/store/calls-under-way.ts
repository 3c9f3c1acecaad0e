// Calls that run, in the store: begun, and closed or gone on with by others should their worker be lost. Promises
// that a call is one worker's at any time, and that a worker that others may think lost speaks for nobody else.

import { type Kysely, sql, type Transaction } from 'kysely';
import type { CallRecord } from '../ivr/call-record.ts';
import type { RecordStore } from '../ivr/ports.ts';
import { appendAfter, lockHead } from './chain-end.ts';
import type { Database } from './database.ts';
import { removeExpired } from './expiry.ts';
import type { StoreSchema } from './schema.ts';

/** Lost calls that one beat closes at most; the next one closes the others. */
const LOST_AT_ONCE = 100;
/** How long a call is safe that a worker begins before it has said that it lives, or that it lives again. */
const GRACE_MS = 15_000;
/** How long a call waits for somebody who goes on with it. A caller hears nothing meanwhile, or ringing. */
const ORPHANED_MS = 20_000;
/** Records that are looked at for a call that has ended and comes back: a caller may be with a desk for long. */
const LATELY_ENDED = 2000;
/** How often a beat also removes what has expired. */
const EXPIRY_MS = 10_000;

export function callsUnderWay({
  db,
  dialect,
  attempt,
}: Database<StoreSchema>): Pick<
  RecordStore,
  'begin' | 'beat' | 'takeOver' | 'takenOver' | 'isBegunBefore' | 'forget'
> {
  const { now } = dialect;
  let expireAt = -Infinity;

  function lostCalls(by: Kysely<StoreSchema>, notOf: string) {
    return by
      .selectFrom('open_calls')
      .leftJoin('workers', 'workers.id', 'open_calls.worker_id')
      .where('open_calls.worker_id', '<>', notOf)
      .where(
        (eb) =>
          eb(
            eb.fn.coalesce('workers.lease_until', eb.lit(0)),
            '+',
            eb
              .case()
              .when('open_calls.note', 'is', null)
              .then(eb.lit(0))
              .else(eb.lit(ORPHANED_MS))
              .end(),
          ),
        '<=',
        now,
      )
      .where((eb) => eb('open_calls.begun_at', '+', eb.lit(GRACE_MS)), '<=', now);
  }

  /** Calls that another worker can go on with. Those it began before its lease ran out are lost with it at once. */
  function orphans(by: Kysely<StoreSchema>, notOf: string) {
    return by
      .selectFrom('open_calls')
      .innerJoin('workers', 'workers.id', 'open_calls.worker_id')
      .where('open_calls.worker_id', '<>', notOf)
      .where('open_calls.note', 'is not', null)
      .where('workers.lease_until', '<=', now)
      .where(({ or, eb }) =>
        or([
          eb('open_calls.begun_at', '<=', eb.ref('workers.lease_until')),
          eb(eb('open_calls.begun_at', '+', eb.lit(GRACE_MS)), '<=', now),
        ]),
      )
      .select('open_calls.id');
  }

  /** Whether it lives, and leases of others cannot have run out for anything but their workers' fault. */
  async function maySpeakForOthers(workerId: string, leaseMs: number): Promise<boolean> {
    const inGoodTimeMs = dialect.canBeAway ? Math.round(leaseMs) : 0;
    // The store may have been away since its last beat.
    const left = sql<number>`${now} + ${sql.lit(Math.round(inGoodTimeMs / 2))}`;
    const row = await db
      .selectFrom('workers')
      .select('id')
      .where('id', '=', workerId)
      .where('lease_until', '>', left)
      .where((eb) => eb('alive_since', '+', eb.lit(inGoodTimeMs)), '<=', now)
      .executeTakeFirst();
    return row !== undefined;
  }

  /**
   * Renews the lease. Answers whether this worker may close calls of others: it has renewed in good time for twice
   * as long as a lease lasts. After anything that kept all of them away, everybody has a lease's time to come back,
   * and then there is as much time again to go on with the calls of those who do not.
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
    return lease_until - alive_since >= 3 * lease;
  }

  /** Keeps the records of calls whose worker is lost; their end is now. Answers those that it kept. */
  async function closeLost(transaction: Transaction<StoreSchema>, workerId: string) {
    let head = await lockHead(transaction, dialect);
    const lost = await lostCalls(transaction, workerId)
      .select(['open_calls.id', 'open_calls.record', now.as('now')])
      .orderBy('open_calls.begun_at')
      .limit(LOST_AT_ONCE)
      .modifyEnd(dialect.lockedCallsIfFree)
      .execute();
    const kept: CallRecord[] = [];
    for (const call of lost) {
      const ifLost = JSON.parse(call.record) as CallRecord;
      const record = { ...ifLost, endedAt: new Date(call.now).toISOString() };
      const next = await appendAfter(transaction, head, record);
      if (next !== head) kept.push(record);
      head = next;
    }
    return kept;
  }

  return {
    begin: (ifLost, note) =>
      attempt('That the call has begun could not be noted.', async () => {
        await db
          .insertInto('open_calls')
          .columns(['id', 'worker_id', 'begun_at', 'record', 'note', 'noted_at'])
          .expression(
            db
              .selectNoFrom([
                sql<string>`${ifLost.id}`.as('id'),
                sql<string>`${ifLost.workerId}`.as('worker_id'),
                now.as('begun_at'),
                sql<string>`${JSON.stringify(ifLost)}`.as('record'),
                sql<Uint8Array | null>`cast(${note ?? null} as ${dialect.types.bytes})`.as('note'),
                now.as('noted_at'),
              ])
              .where(({ exists, not, selectFrom }) =>
                not(exists(selectFrom('call_records').select('id').where('id', '=', ifLost.id))),
              ),
          )
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet((eb) => ({
                record: eb.ref('excluded.record'),
                note: eb.ref('excluded.note'),
                noted_at: eb.ref('excluded.noted_at'),
              }))
              .whereRef('open_calls.worker_id', '=', 'excluded.worker_id'),
          )
          .execute();
      }),

    beat: (workerId, leaseMs) =>
      attempt('That this worker lives could not be noted.', async () => {
        const isInGoodTime = await renew(workerId, leaseMs);
        if (performance.now() >= expireAt) {
          expireAt = performance.now() + EXPIRY_MS;
          await removeExpired(db, dialect);
        }
        if (!isInGoodTime) return [];
        const lost = await lostCalls(db, workerId).select('open_calls.id').executeTakeFirst();
        if (lost === undefined) return [];
        return await db.transaction().execute((transaction) => closeLost(transaction, workerId));
      }),

    takeOver: (workerId, leaseMs, most) =>
      attempt('Calls of lost workers could not be looked for.', async () => {
        await dialect.endLeasesOfDead(db, workerId);
        const orphan = await orphans(db, workerId).limit(1).executeTakeFirst();
        if (orphan === undefined || !(await maySpeakForOthers(workerId, leaseMs))) return [];
        return await db.transaction().execute(async (transaction) => {
          const found = await orphans(transaction, workerId)
            .select(['open_calls.noted_at', now.as('now')])
            .orderBy('open_calls.begun_at')
            .limit(most)
            .modifyEnd(dialect.lockedCallsIfFree)
            .execute();
          return await Promise.all(
            found.map(async (call) => {
              const { generation, record, note } = await transaction
                .updateTable('open_calls')
                .set((eb) => ({ worker_id: workerId, generation: eb('generation', '+', 1) }))
                .where('id', '=', call.id)
                .returning(['generation', 'record', 'note'])
                .executeTakeFirstOrThrow();
              return {
                id: call.id,
                generation,
                ifLost: JSON.parse(record) as CallRecord,
                note: note ?? new Uint8Array(),
                notedAgoMs: call.now - call.noted_at,
              };
            }),
          );
        });
      }),

    takenOver: (workerId, calls) =>
      attempt('Whose the calls are could not be asked.', async () => {
        if (calls.length === 0) return [];
        const elsewhere = await db
          .selectFrom('open_calls')
          .select('id')
          .where('id', 'in', calls)
          .where('worker_id', '<>', workerId)
          .union(db.selectFrom('call_records').select('id').where('id', 'in', calls))
          .execute();
        return elsewhere.map(({ id }) => id);
      }),

    isBegunBefore: (call, sipCallId) =>
      attempt('Whether the call had begun before could not be asked.', async () => {
        const isOfIt = sql<boolean>`record like ${`%"sipCallId":${JSON.stringify(sipCallId)}%`}`;
        const last = db.selectFrom('chain_head').select('seq');
        const before = await db
          .selectFrom('open_calls')
          .select('id')
          .where('id', '<>', call)
          .where(isOfIt)
          .unionAll(
            db
              .selectFrom('call_records')
              .select('id')
              .where('id', '<>', call)
              .where((eb) => eb('seq', '>', eb(last, '-', eb.lit(LATELY_ENDED))))
              .where(isOfIt),
          )
          .executeTakeFirst();
        return before !== undefined;
      }),

    forget: (call) =>
      attempt('A call that is none could not be forgotten.', async () => {
        await db.deleteFrom('open_calls').where('id', '=', call).execute();
      }),
  };
}
