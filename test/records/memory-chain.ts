// A chain of call records in memory, which a test may do anything to.

import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { RecordChain, RecordStore, Seal } from '../../src/ivr/ports.ts';
import { GENESIS, recordHash } from '../../src/ivr/record-chain.ts';
import type { StoredRecord } from '../../src/records/record-schema.ts';
import { callRecord } from '../store/records.ts';

export interface MemoryChain {
  rows: StoredRecord[];
  kept: Seal[];
  /** What the store has noted as its end. */
  end: { readonly seq: number; readonly hash: string } | null;
  readonly records: Pick<RecordStore, 'list' | 'append'>;
  readonly chain: RecordChain;
}

/** A chain of `length` calls, `call-1` first, one an hour from 20 November 2024, 01:00 on. */
export async function memoryChain(length = 0): Promise<MemoryChain> {
  const self: MemoryChain = {
    rows: [],
    kept: [],
    end: null,
    records: {
      async append(record) {
        const seq = (self.end?.seq ?? 0) + 1;
        const row = link(record, seq, self.end?.hash ?? GENESIS);
        self.rows.push(row);
        self.end = { seq, hash: row.hash };
        return true;
      },
      async *list(after = Number.NEGATIVE_INFINITY) {
        yield* self.rows.filter(({ seq }) => seq > after);
      },
    },
    chain: {
      head: async () => self.end,
      async *seals() {
        yield* self.kept;
      },
      newestSeal: async () => self.kept.at(-1) ?? null,
      mislabelled: async () => null,
      async keepSeal(seal) {
        const isSame = (old: Seal) => old.seq === seal.seq && old.purged === seal.purged;
        if (!self.kept.some(isSame)) self.kept.push(seal);
      },
      async purge(before, sign) {
        const end = self.rows.findIndex(({ endedAt }) => endedAt >= before);
        const old = end === -1 ? self.rows : self.rows.slice(0, end);
        const last = old.at(-1);
        if (last === undefined) return 0;
        await self.chain.keepSeal(await sign(last));
        self.rows = self.rows.slice(old.length);
        return old.length;
      },
    },
  };
  for (let n = 1; n <= length; n += 1) await self.records.append(numberedCall(n));
  return self;
}

export function numberedCall(n: number): CallRecord {
  const hour = new Date(Date.UTC(2024, 10, 20, n));
  const time = (seconds: number) => new Date(hour.getTime() + seconds * 1000).toISOString();
  return callRecord({
    id: `call-${n}`,
    startedAt: time(0),
    answeredAt: time(1),
    endedAt: time(67),
  });
}

/** The record at a place, chained as it should be. */
export function link(record: CallRecord, seq: number, prev: string): StoredRecord {
  return { ...record, prev, hash: recordHash(prev, record), seq };
}

/** The record itself, without its place. */
export function unlinked({ prev: _, hash: __, seq: ___, ...record }: StoredRecord): CallRecord {
  return record;
}
