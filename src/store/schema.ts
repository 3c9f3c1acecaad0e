// The tables as the queries see them. How they come to be is in migrations.ts.

import type { Generated } from 'kysely';

export interface CallRecordsTable {
  /** The order of appending. A number is never given twice. */
  readonly seq: Generated<number>;
  readonly id: string;
  /** ISO 8601, UTC; copied out of the record, to find what is old. */
  readonly ended_at: string;
  /** The call record as JSON. */
  readonly record: string;
}

export interface UsedTokensTable {
  readonly issuer: string;
  /** SHA-256 of the token's id. */
  readonly jti_hash: Uint8Array;
  /** Milliseconds since 1970; from then on the row means nothing. */
  readonly expires_at: number;
}

export interface StoreSchema {
  readonly call_records: CallRecordsTable;
  readonly used_tokens: UsedTokensTable;
}
