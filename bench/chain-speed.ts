// How fast `tonegate calls verify` goes through a long chain of call records, and that it needs no more memory
// for a longer one.

import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { RecordStore } from '../src/ivr/ports.ts';
import { GENESIS } from '../src/ivr/record-chain.ts';
import { makeSeal, sealJudge } from '../src/records/seal.ts';
import { verifyChain } from '../src/records/verify-chain.ts';
import { linkAfter } from '../src/store/chain-link.ts';
import { openStore } from '../src/store/open-store.ts';
import { generateSigningKey, loadSigningKey } from '../src/ticket/keys.ts';
import { callRecord } from '../test/store/records.ts';
import { temporaryFolder } from './temporary-folder.ts';

const RECORDS = 300_000;
/** A busy hour. */
const PER_SEAL = 1000;
/** By then the program has all it needs. */
const WARM_AFTER = 100_000;

export interface ChainSpeed {
  readonly records: number;
  readonly seals: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Resident memory of this process, in MiB: before, when warm, at most after that, at the end. */
  readonly rss: Readonly<Record<'before' | 'warm' | 'peak' | 'after', number>>;
}

/** Throws where the chain does not hold. */
export async function measureChain(): Promise<ChainSpeed> {
  using folder = temporaryFolder();
  const file = `${folder.path}/store.db`;
  const key = await loadSigningKey(await generateSigningKey());
  await using store = await openStore(`sqlite:${file}`);
  const ends = fill(file);
  for (const end of ends) {
    await store.chain.keepSeal(await makeSeal(end, { issuer: 'bench', key, now: Date.now }));
  }

  const before = rss();
  let warm = before;
  let peak = 0;
  const records: Pick<RecordStore, 'list'> = {
    async *list(afterSeq) {
      for await (const record of store.records.list(afterSeq)) {
        yield record;
        if (record.seq === WARM_AFTER) warm = rss();
        if (record.seq >= WARM_AFTER && record.seq % PER_SEAL === 0) peak = Math.max(peak, rss());
      }
    },
  };
  const judge = sealJudge([key.publicJwk]);
  const began = performance.now();
  const report = await verifyChain({ records, chain: store.chain, judge, kept: [] });
  const seconds = (performance.now() - began) / 1000;
  if (!report.intact || report.records !== RECORDS || report.seals !== ends.length) {
    throw new Error(`the chain of the bench does not hold: ${JSON.stringify(report)}`);
  }
  return {
    records: RECORDS,
    seals: report.seals,
    seconds,
    perSecond: RECORDS / seconds,
    rss: { before, warm, peak, after: rss() },
  };
}

/** Writes the chain in one transaction, as no worker would; answers where it is to be sealed. */
function fill(file: string): readonly { readonly seq: number; readonly hash: string }[] {
  using database = new DatabaseSync(file);
  database.exec('begin immediate');
  const insert = database.prepare(
    'insert into call_records (seq, id, ended_at, record, prev, hash) values (?, ?, ?, ?, ?, ?)',
  );
  const ends = [];
  let head = { seq: 0, hash: GENESIS };
  for (let n = 1; n <= RECORDS; n += 1) {
    const link = linkAfter(head, callRecord({ id: randomUUID() }));
    insert.run(link.seq, link.id, link.ended_at, link.record, link.prev, link.hash);
    head = { seq: link.seq, hash: link.hash };
    if (n % PER_SEAL === 0) ends.push(head);
  }
  database.prepare('update chain_head set seq = ?, hash = ?').run(head.seq, head.hash);
  database.exec('commit');
  return ends;
}

function rss(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}
