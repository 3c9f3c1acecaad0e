// Lock-outs in the store as operators deal with them. Every clearing leaves a note. Notes are
// append-only, but in no chain and under no seal: they tell of operators, not of who can write the database.

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { LockBook, LockOut } from '../ivr/ports.ts';
import type { Database } from './database.ts';
import { lockAfter } from './lock-state.ts';
import type { StoreSchema } from './schema.ts';
import { FORGOTTEN } from './tries.ts';

export function lockBook({ db, dialect: { now }, attempt }: Database<StoreSchema>): LockBook {
  return {
    list: (policy) =>
      attempt('The lock-outs could not be read.', async () => {
        const longestMs = Math.max(policy.hardMs, policy.softLongestMs);
        const rows = await db
          .selectFrom('tries')
          .innerJoin(
            (eb) =>
              eb
                .selectFrom('tries')
                .select(({ fn }) => ['kind', 'tally', fn.max('at').as('at')])
                .where('counts', '=', 1)
                .where('at', '>', sql<number>`${now} - ${sql.lit(longestMs)}`)
                .groupBy(['kind', 'tally'])
                .as('last'),
            (join) =>
              join.onRef('last.kind', '=', 'tries.kind').onRef('last.tally', '=', 'tries.tally'),
          )
          .select(({ fn }) => [
            'tries.tally as ref',
            'last.at as last',
            fn.countAll<number>().as('count'),
            now.as('now'),
          ])
          .where('tries.counts', '=', 1)
          .where('tries.at', '>', (eb) => eb('last.at', '-', eb.lit(policy.hardMs)))
          .groupBy(['tries.kind', 'tries.tally', 'last.at'])
          .orderBy('tries.tally')
          .execute();
        const locks = new Map<string, LockOut>();
        for (const { ref, last, count, now: present } of rows) {
          const lock = lockAfter({ count, last }, policy, present);
          if (lock === null) continue;
          const until = new Date(lock.until).toISOString();
          // An account may have no checks left and no codes either: what holds longer is told.
          if ((locks.get(ref)?.until ?? '') < until) {
            locks.set(ref, { ref, kind: lock.kind, failures: count, until });
          }
        }
        return [...locks.values()];
      }),

    clear: ({ ref, reason, by }) =>
      attempt('The lock-out could not be cleared.', () =>
        db.transaction().execute(async (transaction) => {
          const forgotten = await transaction
            .updateTable('tries')
            .set(FORGOTTEN)
            .where('tally', '=', ref)
            .where('counts', '=', 1)
            .executeTakeFirstOrThrow();
          if (forgotten.numUpdatedRows === 0n) return false;
          await transaction
            .insertInto('lock_clearings')
            .values({ id: randomUUID(), ref, reason, cleared_by: by, at: now })
            .execute();
          return true;
        }),
      ),

    async *clearings() {
      const rows = await attempt('The cleared lock-outs could not be read.', () =>
        db
          .selectFrom('lock_clearings')
          .select(['ref', 'reason', 'cleared_by as by', 'at'])
          .orderBy('at')
          .orderBy('id')
          .execute(),
      );
      for (const { at, ...clearing } of rows) {
        yield { ...clearing, at: new Date(at).toISOString() };
      }
    },
  };
}
