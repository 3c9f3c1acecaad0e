// Upstream tokens that were used, in the store: whoever of several workers asks first, and no other, is
// told that it is the first use. Time is the store's own, so that one clock decides for all of them when a
// token may be forgotten.

import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { UsedTokens } from '../ivr/ports.ts';
import type { StoreSchema } from './schema.ts';
import { attempt } from './store-fault.ts';

const now = sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;

export function usedTokens(db: Kysely<StoreSchema>): UsedTokens {
  return {
    firstUse: (issuer, jti, expiresAt) =>
      attempt(
        'Whether an upstream token was used before could not be found out. Check the disk of the store.',
        async () => {
          await db.deleteFrom('used_tokens').where('expires_at', '<=', now).execute();
          const { numInsertedOrUpdatedRows } = await db
            .insertInto('used_tokens')
            .values({ issuer, jti_hash: sha256(jti), expires_at: expiresAt })
            .onConflict((conflict) => conflict.columns(['issuer', 'jti_hash']).doNothing())
            .executeTakeFirstOrThrow();
          return numInsertedOrUpdatedRows === 1n;
        },
      ),
  };
}

/** The issuer chooses the `jti`, and may put anything into it. */
function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
