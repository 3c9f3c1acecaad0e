// Our own one-time codes in the store. A code that was consumed or revoked is gone, so that nothing of it is
// kept longer than it is good for.

import { sql } from 'kysely';
import type { CodeStore } from '../ivr/ports.ts';
import type { Database } from './database.ts';
import type { StoreSchema } from './schema.ts';

const UNKNOWN = 'Whether the one-time code is right could not be found out.';

export function codes({ db, dialect: { now }, attempt }: Database<StoreSchema>): CodeStore {
  return {
    keep: ({ challenge, digest, ttlMs, submissions }) =>
      attempt('The one-time code could not be kept.', async () => {
        const expiresAt = sql<number>`${now} + ${sql.lit(Math.round(ttlMs))}`;
        await db
          .insertInto('codes')
          .values({ challenge, digest, expires_at: expiresAt, submissions_left: submissions })
          .execute();
      }),

    submit: (challenge) =>
      attempt(UNKNOWN, async () => {
        const code = await db
          .updateTable('codes')
          .set((eb) => ({ submissions_left: eb('submissions_left', '-', 1) }))
          .where('challenge', '=', challenge)
          .where('submissions_left', '>', 0)
          .where('expires_at', '>', now)
          .returning('digest')
          .executeTakeFirst();
        return code?.digest ?? null;
      }),

    consume: (challenge) =>
      attempt(UNKNOWN, async () => {
        const code = await db
          .deleteFrom('codes')
          .where('challenge', '=', challenge)
          .where('expires_at', '>', now)
          .returning('challenge')
          .executeTakeFirst();
        return code !== undefined;
      }),

    revoke: (challenge) =>
      attempt('The one-time code could not be made void.', async () => {
        await db.deleteFrom('codes').where('challenge', '=', challenge).execute();
      }),
  };
}
