// Tries at accounts in the store. Who takes one holds the row of its tally, so that takers at one account
// come one after another, in all workers; a row for each try makes every window exact.

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { LockOutPolicy, TryKind, TryStore } from '../ivr/ports.ts';
import type { Database, Dialect } from './database.ts';
import { type Failures, lockAfter } from './lock-state.ts';
import type { StoreSchema } from './schema.ts';

/** Failures of a calling number count for so long; so do checks in `rate`, at most. */
const HOUR_MS = 3_600_000;
/** No check takes longer: who has not settled it by then is gone, and it was not right. */
const UNDER_WAY_MS = 30_000;

const UNCOUNTED = 'The try could not be counted.';

export function tries({ db, dialect, attempt }: Database<StoreSchema>): TryStore {
  const { now, locked } = dialect;

  return {
    take: (kind, step, tally, callerHash, policy) =>
      attempt(UNCOUNTED, () =>
        db.transaction().execute(async (transaction) => {
          const { hardAfter, hardMs } = policy;
          const keepMs = sql.lit(Math.max(2 * hardMs, HOUR_MS));
          const expiresAt = sql<number>`${now} + ${keepMs}`;
          await transaction
            .insertInto('tallies')
            .values({ kind, tally, hard_after: hardAfter, hard_ms: hardMs, expires_at: expiresAt })
            .onConflict((conflict) =>
              conflict.columns(['kind', 'tally']).doUpdateSet((eb) => ({
                hard_after: eb.ref('excluded.hard_after'),
                hard_ms: eb.ref('excluded.hard_ms'),
                expires_at: eb.ref('excluded.expires_at'),
              })),
            )
            .execute();
          // A statement of its own, so that it sees what was counted while this one waited.
          if (await isLocked(transaction, dialect, kind, tally, policy)) return { kind: 'locked' };
          const id = randomUUID();
          const { others } = await transaction
            .insertInto('tries')
            .values({
              id,
              kind,
              step,
              tally,
              caller_hash: callerHash,
              at: now,
              outcome: 'open',
              counts: 1,
              expires_at: expiresAt,
            })
            .returning((eb) =>
              eb
                .selectFrom('tries as other')
                .select((count) => count.fn.countAll<number>().as('n'))
                .where('other.caller_hash', '=', callerHash)
                .where('other.at', '>', sql<number>`${now} - ${sql.lit(HOUR_MS)}`)
                .where('other.kind', '=', 'check')
                .where('other.outcome', '<>', 'accepted')
                .where('other.id', '<>', id)
                .as('others'),
            )
            .executeTakeFirstOrThrow();
          return { kind: 'taken', id, callerFailures: (others ?? 0) + (kind === 'check' ? 1 : 0) };
        }),
      ),

    settle: (id, outcome) =>
      attempt(UNCOUNTED, async () => {
        if (outcome === 'unchecked') {
          await db.deleteFrom('tries').where('id', '=', id).execute();
          return;
        }
        await db
          .updateTable('tries')
          .set(outcome === 'accepted' ? { outcome, ...FORGOTTEN } : { outcome })
          .where('id', '=', id)
          .execute();
      }),

    isLocked: (tally, policy) =>
      attempt('Whether the account is locked could not be found out.', () =>
        isLocked(db, dialect, 'check', tally, policy),
      ),

    async forgive(tally, steps) {
      const proved = steps.filter((step) => step !== 'account');
      if (proved.length === 0) return;
      await attempt('What failed at the account could not be forgotten.', () =>
        db.transaction().execute(async (transaction) => {
          const kinds = await transaction
            .selectFrom('tallies')
            .select(['kind', 'hard_after', 'hard_ms', now.as('now')])
            .where('tally', '=', tally)
            .orderBy('kind')
            .modifyEnd(locked)
            .execute();
          for (const { kind, hard_after: hardAfter, hard_ms: hardMs } of kinds) {
            // Only the hard lock-out is asked for.
            const policy = { hardAfter, hardMs, softAfter: hardAfter, softMs: 0, softLongestMs: 0 };
            if (await isLocked(transaction, dialect, kind, tally, policy)) continue;
            await transaction
              .updateTable('tries')
              .set(FORGOTTEN)
              .where('kind', '=', kind)
              .where('tally', '=', tally)
              .where('counts', '=', 1)
              .where('step', 'in', proved)
              // A check under way may be somebody else's; codes sent are never settled.
              .where(({ or, eb }) => or([eb('kind', '=', 'send'), eb('outcome', '=', 'rejected')]))
              .execute();
          }
        }),
      );
    },

    rate: (windowMs) =>
      attempt('How many checks failed could not be found out.', async () => {
        const { checks, failed } = await db
          .selectFrom('tries')
          .select(({ fn }) => [
            fn.countAll<number>().as('checks'),
            fn.countAll<number>().filterWhere('outcome', '<>', 'accepted').as('failed'),
          ])
          .where('at', '>', sql<number>`${now} - ${sql.lit(Math.round(windowMs))}`)
          .where('kind', '=', 'check')
          .where(({ or, eb }) =>
            or([
              eb('outcome', '<>', 'open'),
              eb('at', '<=', sql<number>`${now} - ${sql.lit(UNDER_WAY_MS)}`),
            ]),
          )
          .executeTakeFirstOrThrow();
        return { checks, failed };
      }),
  };
}

/** It counts against the account no more, but is still seen in `rate` and for the calling number. */
export const FORGOTTEN = {
  counts: 0,
  expires_at: sql<number>`at + ${sql.lit(HOUR_MS)}`,
} as const;

async function isLocked(
  db: Kysely<StoreSchema>,
  { now }: Dialect,
  kind: TryKind,
  tally: string,
  policy: LockOutPolicy,
): Promise<boolean> {
  const failed = await db
    .selectFrom('tries')
    .select(['at', now.as('now')])
    .where('tally', '=', tally)
    .where('kind', '=', kind)
    .where('counts', '=', 1)
    .orderBy('at', 'desc')
    // More make no difference.
    .limit(policy.hardAfter)
    .execute();
  const [latest] = failed;
  if (latest === undefined) return false;
  const { at: last, now: present } = latest;
  const count = failed.filter(({ at }) => at > last - policy.hardMs).length;
  return lockAfter({ count, last } satisfies Failures, policy, present) !== null;
}
