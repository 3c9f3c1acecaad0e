// Walks the chain of call records and finds the first link that does not hold. Promises constant memory, and
// that what is appended, sealed or purged meanwhile breaks nothing.

import type { RecordChain, RecordStore, Seal } from '../ivr/ports.ts';
import { GENESIS } from '../ivr/record-chain.ts';
import { type BrokenChain, broken, type ChainReport, type Link, named } from './chain-report.ts';
import { diagnose } from './diagnose.ts';
import { hasItsHash, legible } from './one-record.ts';
import type { StoredRecord } from './record-schema.ts';
import type { ChainEnd, SealJudge } from './seal.ts';
import { walkSeals } from './seal-walk.ts';

export interface ChainUnderTest {
  readonly records: Pick<RecordStore, 'list'>;
  readonly chain: Pick<RecordChain, 'head' | 'seals' | 'mislabelled'>;
  readonly judge: SealJudge;
  /** Seals that were kept outside the store, by place: whoever can write the store can take out its own. */
  readonly kept: readonly Seal[];
}

/** Checks every record, every seal, and whether they go together. Throws where the store cannot be read. */
export async function verifyChain(under: ChainUnderTest): Promise<ChainReport> {
  for (;;) {
    const start = await beginning(under);
    const report = await walk(under, start);
    // Purged while it was walked: what is missing now is under a seal.
    if (report.intact || (await beginning(under)).seq === start.seq) return report;
  }
}

/** What the first record is chained to: the last one purged, or nothing. */
async function beginning(under: ChainUnderTest): Promise<Link> {
  let start: Link = { seq: 0, hash: GENESIS, id: null };
  for await (const { seq, hash, purged } of allSeals(under)) {
    if (purged) start = { seq, hash, id: null };
  }
  return start;
}

async function walk(under: ChainUnderTest, start: Link): Promise<ChainReport> {
  const { records, chain, judge } = under;
  await using seals = await walkSeals(allSeals(under), judge);
  let last = start;
  let from: string | null = null;
  let to: string | null = null;
  let fault = await seals.reach(last);
  if (fault !== null) return fault;

  for (let promised = 0; ; ) {
    for await (const record of legible(records, last === start ? undefined : last.seq)) {
      if (record === null) return illegible(last.seq + 1);
      if (!follows(last, record)) {
        const cause = await diagnose(start, last, record, records);
        return fault !== null && cause.seq > last.seq ? fault : cause;
      }
      if (fault !== null) return fault;
      last = { seq: record.seq, hash: record.hash, id: record.id };
      from ??= record.startedAt;
      to = record.endedAt;
      fault = await seals.reach(last);
      if (fault?.kind === 'bad-seal') return fault;
      // What was done to records under a seal that does not fit shows best in the link after them.
    }
    if (fault !== null) return fault;
    // Records may have come, and been sealed, after the last one was read: then the next reading has them.
    const head = await chain.head();
    const end = Math.max(head?.seq ?? 0, seals.ahead?.seq ?? 0);
    if (end > last.seq && last.seq >= promised) {
      promised = end;
      continue;
    }
    fault =
      (await seals.beyond(last)) ??
      (await headFault(head, last, records)) ??
      (await labelFault(start, last, chain));
    if (fault !== null) return fault;
    return {
      intact: true,
      records: last.seq - start.seq,
      from,
      to,
      purged: start.seq,
      unverified: seals.unverified,
      seals: seals.good,
      issuers: seals.issuers,
      unsealed: last.seq - Math.max(start.seq, seals.sealed),
    };
  }
}

function illegible(seq: number): BrokenChain {
  const why = `what stands at place ${seq} is no record any more`;
  return broken('changed', { seq, id: null }, why);
}

function follows(last: Link, record: StoredRecord): boolean {
  return record.seq === last.seq + 1 && record.prev === last.hash && hasItsHash(record);
}

/** The store notes where its chain ends, without a signature. `head` was read after the walk: it never shrinks. */
async function headFault(
  head: ChainEnd | null,
  last: Link,
  records: Pick<RecordStore, 'list'>,
): Promise<BrokenChain | null> {
  const noted = head?.seq ?? 0;
  if (noted < last.seq) {
    const why = `the store has noted ${noted} records, and the last one here is at place ${last.seq}`;
    for await (const record of legible(records, noted)) {
      if (record === null) break;
      return broken('put-in', record, `${named(record)} was put in behind the end: ${why}`);
    }
    return broken('changed', last, `what the store has noted as its end was changed: ${why}`);
  }
  if (head === null) return null;
  if (head.seq > last.seq) {
    return broken(
      'cut-off',
      { seq: last.seq + 1, id: null },
      `the end is missing: the store has noted ${head.seq} records, and the last one here is at place ${last.seq}`,
    );
  }
  return head.hash === last.hash
    ? null
    : broken('changed', last, `${named(last)} is not the one the store has noted as its last`);
}

/** What the store notes beside a record is not hashed, and a copy of what is. */
async function labelFault(
  start: Link,
  last: Link,
  chain: Pick<RecordChain, 'mislabelled'>,
): Promise<BrokenChain | null> {
  const found = await chain.mislabelled(start.seq, last.seq);
  if (found === null) return null;
  const why = 'the id or the end of the call that the store notes beside it is not its own';
  return broken('changed', found, `${named(found)}: ${why}`);
}

/** The seals of the store and those kept elsewhere, by place; what is the same in both once. */
async function* allSeals({ chain, kept }: ChainUnderTest): AsyncGenerator<Seal> {
  const others = new Map(kept.map((seal) => [sealText(seal), seal]));
  for await (const seal of chain.seals()) {
    others.delete(sealText(seal));
    for (const [text, other] of others) {
      if (other.seq >= seal.seq) break;
      others.delete(text);
      yield other;
    }
    yield seal;
  }
  yield* others.values();
}

function sealText({ seq, hash, at, jws, purged }: Seal): string {
  return JSON.stringify([seq, hash, at, jws, purged]);
}
