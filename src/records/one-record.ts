// What can be said of records one by one: whether they can be read, and whether each is what its hash was made of.

import type { RecordStore } from '../ivr/ports.ts';
import { recordHash } from '../ivr/record-chain.ts';
import type { StoredRecord } from './record-schema.ts';

/** The records after a place; null at the first one that somebody has made into no JSON, and then no more. */
export async function* legible(
  records: Pick<RecordStore, 'list'>,
  afterSeq?: number,
): AsyncGenerator<StoredRecord | null> {
  try {
    yield* records.list(afterSeq);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    yield null;
  }
}

/** Whether a record, looked at alone, has the hash that it was given. */
export function hasItsHash(stored: StoredRecord): boolean {
  const { seq: _, prev, hash, ...record } = stored;
  try {
    return recordHash(prev, record) === hash;
  } catch {
    // Not every JSON has a canonical form; every record of ours has.
    return false;
  }
}
