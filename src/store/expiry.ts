// What means nothing any more goes by itself, a bounded part at a time.

import { type Kysely, sql } from 'kysely';
import type { Dialect } from './database.ts';
import type { StoreSchema } from './schema.ts';

/** Rows of one table removed at once. */
const BATCH = 1000;
/** How long the row of a worker that lives no more is kept: it closes nothing by then. */
const WORKER_MS = 86_400_000;

/** Removes codes, tries and used tokens that have expired, and workers that are long gone. */
export async function removeExpired(
  db: Kysely<StoreSchema>,
  { now, lockedIfFree }: Dialect,
): Promise<void> {
  await db
    .deleteFrom('codes')
    .where('challenge', 'in', (eb) =>
      eb
        .selectFrom('codes')
        .select('challenge')
        .where('expires_at', '<=', now)
        .limit(BATCH)
        .modifyEnd(lockedIfFree),
    )
    .execute();
  await db
    .deleteFrom('tries')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('tries')
        .select('id')
        .where('expires_at', '<=', now)
        .limit(BATCH)
        .modifyEnd(lockedIfFree),
    )
    .execute();
  await db
    .deleteFrom('tallies')
    .where(({ eb, refTuple }) =>
      eb(
        refTuple('kind', 'tally'),
        'in',
        eb
          .selectFrom('tallies')
          .select(['kind', 'tally'])
          .where('expires_at', '<=', now)
          .limit(BATCH)
          .modifyEnd(lockedIfFree)
          .$asTuple('kind', 'tally'),
      ),
    )
    .execute();
  await db
    .deleteFrom('used_tokens')
    .where(({ eb, refTuple }) =>
      eb(
        refTuple('issuer', 'jti_hash'),
        'in',
        eb
          .selectFrom('used_tokens')
          .select(['issuer', 'jti_hash'])
          .where('expires_at', '<=', now)
          .limit(BATCH)
          .modifyEnd(lockedIfFree)
          .$asTuple('issuer', 'jti_hash'),
      ),
    )
    .execute();
  await db
    .deleteFrom('workers')
    .where('lease_until', '<=', sql<number>`${now} - ${sql.lit(WORKER_MS)}`)
    .execute();
}
