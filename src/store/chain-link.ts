// One more link of the chain of call records. What is hashed is the record as the store gives it back.

import type { CallRecord } from '../ivr/call-record.ts';
import { recordHash } from '../ivr/record-chain.ts';
import type { CallRecordsTable, ChainHeadTable } from './schema.ts';

/** The row of `record` after `head`. */
export function linkAfter(
  { seq, hash }: Pick<ChainHeadTable, 'seq' | 'hash'>,
  record: CallRecord,
): CallRecordsTable {
  const text = JSON.stringify(record);
  return {
    seq: seq + 1,
    id: record.id,
    ended_at: record.endedAt,
    record: text,
    prev: hash,
    hash: recordHash(hash, JSON.parse(text) as CallRecord),
  };
}
