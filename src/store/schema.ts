// The tables as the queries see them. How they come to be is in migrations.ts. Times are the store's own,
// in ms since 1970, where nothing else is said.

import type { TriedStep } from '../ivr/ports.ts';

export interface CallRecordsTable {
  /** Place in the chain, from 1, without a gap. */
  readonly seq: number;
  readonly id: string;
  /** ISO 8601, UTC; copied out of the record, to find what is old. */
  readonly ended_at: string;
  /** The call record as JSON. */
  readonly record: string;
  readonly prev: string;
  readonly hash: string;
}

/** One row: where the chain ends. Who holds its lock may append. */
export interface ChainHeadTable {
  readonly id: 1;
  /** 0: there never was a record. */
  readonly seq: number;
  readonly hash: string;
}

/** Calls that have begun and have no record yet. */
export interface OpenCallsTable {
  readonly id: string;
  readonly worker_id: string;
  readonly begun_at: number;
  /** What the call record will be if the worker is lost now, as JSON. */
  readonly record: string;
  /** How many workers have had it. */
  readonly generation: number;
  /** Sealed, for whoever goes on with it; null: nobody can. */
  readonly note: Uint8Array | null;
  /** When that was said. */
  readonly noted_at: number;
}

export interface WorkersTable {
  readonly id: string;
  /** Since when it has renewed its lease in good time, every time. */
  readonly alive_since: number;
  /** Until when it counts as alive. */
  readonly lease_until: number;
  /** Number of the session lock that it holds while it lives (PostgreSQL); null: none. */
  readonly lock_key: number | null;
}

export interface SealsTable {
  readonly seq: number;
  /** 1: the records up to this one were purged; otherwise 0. */
  readonly purged: number;
  readonly hash: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly jws: string;
}

export interface UsedTokensTable {
  readonly issuer: string;
  /** SHA-256 of the token's id. */
  readonly jti_hash: Uint8Array;
  /** From then on the row means nothing. */
  readonly expires_at: number;
}

/** One-time codes that may still be right; consumed and revoked ones are gone. */
export interface CodesTable {
  readonly challenge: string;
  readonly digest: Uint8Array;
  readonly expires_at: number;
  readonly submissions_left: number;
}

/** One row for each tally at which tries are counted: who holds its lock may take one. */
export interface TalliesTable {
  readonly kind: 'check' | 'send';
  readonly tally: string;
  /** The policy under which the last try was taken. */
  readonly hard_after: number;
  readonly hard_ms: number;
  /** From then on the row means nothing. */
  readonly expires_at: number;
}

export interface TriesTable {
  readonly id: string;
  readonly kind: 'check' | 'send';
  readonly step: TriedStep;
  readonly tally: string;
  readonly caller_hash: string | null;
  readonly at: number;
  /** `open`: not settled. */
  readonly outcome: 'open' | 'accepted' | 'rejected';
  /** 1: counts against the account; 0: does not, or not any more. */
  readonly counts: number;
  /** From then on the row means nothing. */
  readonly expires_at: number;
}

export interface LockClearingsTable {
  readonly id: string;
  readonly ref: string;
  readonly reason: string;
  readonly cleared_by: string;
  readonly at: number;
}

export interface StoreSchema {
  readonly call_records: CallRecordsTable;
  readonly chain_head: ChainHeadTable;
  readonly open_calls: OpenCallsTable;
  readonly workers: WorkersTable;
  readonly seals: SealsTable;
  readonly used_tokens: UsedTokensTable;
  readonly codes: CodesTable;
  readonly tallies: TalliesTable;
  readonly tries: TriesTable;
  readonly lock_clearings: LockClearingsTable;
}
