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

export interface StoreSchema {
  readonly call_records: CallRecordsTable;
}
