// Call records for programs: one JSON object a line, the record's own fields first, then its place in the chain.

import type { StoredRecord } from './record-schema.ts';

export async function* asJsonLines(records: AsyncIterable<StoredRecord>): AsyncGenerator<string> {
  for await (const { prev, hash, seq, ...record } of records) {
    yield `${JSON.stringify({ ...record, prev, hash, seq })}\n`;
  }
}
