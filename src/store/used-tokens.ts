// Upstream tokens that were used, in the store: whoever of several workers asks first, and no other, is
// told that it is the first use. Time is the store's own, so that one clock decides for all of them when a
// token may be forgotten.

import { createHash } from 'node:crypto';
import type { UsedTokens } from '../ivr/ports.ts';
import type { Database } from './database.ts';
import type { StoreSchema } from './schema.ts';

export function usedTokens({ db, dialect: { now }, attempt }: Database<StoreSchema>): UsedTokens {
  return {
    firstUse: (issuer, jti, expiresAt) =>
      attempt('Whether an upstream token was used before could not be found out.', async () => {
        const first = await db
          .insertInto('used_tokens')
          .values({ issuer, jti_hash: sha256(jti), expires_at: expiresAt })
          .onConflict((conflict) =>
            conflict
              .columns(['issuer', 'jti_hash'])
              .doUpdateSet({ expires_at: expiresAt })
              .where('used_tokens.expires_at', '<=', now),
          )
          .returning('issuer')
          .executeTakeFirst();
        return first !== undefined;
      }),
  };
}

/** The issuer chooses the `jti`, and may put anything into it. */
function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
