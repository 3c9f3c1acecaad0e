import { describe, expect, test } from 'vitest';
import type { BrokenChain, ChainReport } from '../../src/records/chain-report.ts';
import { reportText } from '../../src/records/chain-report.ts';
import { makeSeal, sealJudge } from '../../src/records/seal.ts';
import { sealHead } from '../../src/records/seal-head.ts';
import { verifyChain } from '../../src/records/verify-chain.ts';
import { link, type MemoryChain, memoryChain, numberedCall, unlinked } from './memory-chain.ts';
import { newSealer } from './sealing.ts';

const sealer = await newSealer();
const judge = sealJudge([sealer.key.publicJwk]);

const verify = ({ records, chain }: MemoryChain, kept: MemoryChain['kept'] = []) =>
  verifyChain({ records, chain, judge, kept });

/** What is told of the break but its sentence. */
function where(report: ChainReport): Omit<BrokenChain, 'why' | 'intact'> {
  if (report.intact) throw new Error('the chain is intact');
  const { kind, seq, id } = report;
  return { kind, seq, id };
}

const why = (report: ChainReport) => (report.intact ? 'intact' : report.why);

/** Chains the rows from a place on anew, as somebody would who knows how. */
function rechain(memory: MemoryChain, from: number): void {
  let prev = memory.rows.find(({ seq }) => seq === from - 1)?.hash ?? '0'.repeat(64);
  memory.rows = memory.rows.map((row) => {
    if (row.seq < from) return row;
    const linked = link(unlinked(row), row.seq, prev);
    prev = linked.hash;
    return linked;
  });
  const { seq, hash } = memory.rows.at(-1)!;
  memory.end = { seq, hash };
}

function change(memory: MemoryChain, seq: number): void {
  const row = memory.rows[seq - 1]!;
  memory.rows[seq - 1] = { ...row, auth: row.auth === 'verified' ? 'none' : 'verified' };
}

describe('a chain that nobody touched', () => {
  test('is intact where there is nothing at all', async () => {
    expect(await verify(await memoryChain())).toEqual({
      intact: true,
      records: 0,
      from: null,
      to: null,
      purged: 0,
      unverified: 0,
      seals: 0,
      issuers: [],
      unsealed: 0,
    });
  });

  test('is told by how many records, from when to when, and what is sealed', async () => {
    const memory = await memoryChain(3);
    await sealHead(memory.chain, sealer);
    await memory.records.append(numberedCall(4));
    const report = await verify(memory);
    expect(report).toEqual({
      intact: true,
      records: 4,
      from: '2024-11-20T01:00:00.000Z',
      to: '2024-11-20T04:01:07.000Z',
      purged: 0,
      unverified: 0,
      seals: 1,
      issuers: [{ iss: 'tonegate', seq: 3 }],
      unsealed: 1,
    });
    expect(reportText(report)).toBe(
      'intact: 4 records, from 2024-11-20T01:00:00.000Z to 2024-11-20T04:01:07.000Z\n1 seal good, 1 record not sealed yet\n',
    );
  });

  test('begins after what was purged, however often', async () => {
    const memory = await memoryChain(6);
    await sealHead(memory.chain, sealer);
    for (const before of ['2024-11-20T03:00:00.000Z', '2024-11-20T05:00:00.000Z']) {
      await memory.chain.purge(before, (last) => makeSeal(last, sealer, before));
      memory.kept.sort((a, b) => a.seq - b.seq);
    }
    const report = await verify(memory);
    expect(report).toMatchObject({ intact: true, records: 2, purged: 4, seals: 3, unsealed: 0 });
    expect(reportText(report)).toContain('4 records before them purged, under seal');
  });

  test('is intact when all of it was purged', async () => {
    const memory = await memoryChain(2);
    const before = '2024-11-21T00:00:00.000Z';
    await memory.chain.purge(before, (last) => makeSeal(last, sealer, before));
    expect(await verify(memory)).toMatchObject({
      intact: true,
      records: 0,
      purged: 2,
      unsealed: 0,
    });
  });

  test('is intact though a record comes and is sealed while it is walked', async () => {
    const memory = await memoryChain(2);
    const { list } = memory.records;
    let isFirst = true;
    const records = {
      async *list(after?: number) {
        yield* list(after);
        if (!isFirst) return;
        isFirst = false;
        await memory.records.append(numberedCall(3));
        await sealHead(memory.chain, sealer);
      },
    };
    const report = await verifyChain({ records, chain: memory.chain, judge, kept: [] });
    expect(report).toMatchObject({ intact: true, records: 3 });
  });

  test('is intact though its first record ever comes after the list was read', async () => {
    const memory = await memoryChain();
    const { list } = memory.records;
    let isFirst = true;
    const records = {
      async *list(after?: number) {
        yield* list(after);
        if (isFirst) await memory.records.append(numberedCall(1));
        isFirst = false;
      },
    };
    const report = await verifyChain({ records, chain: memory.chain, judge, kept: [] });
    expect(report).toMatchObject({ intact: true, records: 1 });
  });

  test('is intact though its beginning is purged while it is walked', async () => {
    const memory = await memoryChain(4);
    const { list } = memory.records;
    let isFirst = true;
    const records = {
      async *list(after?: number) {
        if (isFirst) {
          isFirst = false;
          const before = '2024-11-20T03:00:00.000Z';
          await memory.chain.purge(before, (last) => makeSeal(last, sealer, before));
        }
        yield* list(after);
      },
    };
    const report = await verifyChain({ records, chain: memory.chain, judge, kept: [] });
    expect(report).toMatchObject({ intact: true, records: 2, purged: 2 });
  });
});

describe('somebody who can write the store, and knows nothing of chains', () => {
  test('changes a record', async () => {
    const memory = await memoryChain(5);
    change(memory, 3);
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'changed', seq: 3, id: 'call-3' });
    expect(reportText(report)).toBe(
      'not intact, changed: record call-3 at place 3 was changed: it does not have its hash any more\n',
    );
  });

  test('changes a record into what has no canonical form', async () => {
    const memory = await memoryChain(2);
    memory.rows[1] = { ...memory.rows[1]!, line: '\ud800' };
    expect(where(await verify(memory))).toMatchObject({ kind: 'changed', seq: 2 });
  });

  test('writes control characters into an id', async () => {
    const memory = await memoryChain(2);
    memory.rows[1] = { ...memory.rows[1]!, id: 'call\u001b[2J' };
    expect(reportText(await verify(memory))).toContain('record call?[2J at place 2');
  });

  test.each([
    [1, [1], 'place 1 is empty: what was there before record call-2 at place 2 was taken out'],
    [2, [2], 'place 2 is empty: what was there before record call-3 at place 3 was taken out'],
    [
      2,
      [2, 3],
      'places 2 to 3 are empty: what was there before record call-4 at place 4 was taken',
    ],
  ])('takes records out: place %i is the first empty one of %j', async (seq, gone, words) => {
    const memory = await memoryChain(5);
    memory.rows = memory.rows.filter((row) => !gone.includes(row.seq));
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'missing', seq, id: null });
    expect(why(report)).toContain(words);
  });

  test('takes a record out and counts the places anew', async () => {
    const memory = await memoryChain(5);
    memory.rows = memory.rows.filter(({ seq }) => seq !== 3);
    memory.rows = memory.rows.map((row, i) => ({ ...row, seq: i + 1 }));
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'changed', seq: 2, id: 'call-2' });
    expect(why(report)).toContain('or what came after it was taken out');
  });

  test('takes the first record out and counts the places anew', async () => {
    const memory = await memoryChain(3);
    memory.rows = memory.rows.slice(1).map((row, i) => ({ ...row, seq: i + 1 }));
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'missing', seq: 1, id: 'call-2' });
    expect(why(report)).toBe('the records before record call-2 at place 1 were taken out');
  });

  test('exchanges two records', async () => {
    const memory = await memoryChain(5);
    const [, second, third] = memory.rows;
    memory.rows[1] = { ...third!, seq: 2 };
    memory.rows[2] = { ...second!, seq: 3 };
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'reordered', seq: 2, id: 'call-3' });
    expect(why(report)).toContain('belongs after the record at place 3');
  });

  test('gives a record another place', async () => {
    const memory = await memoryChain(3);
    memory.rows[2] = { ...memory.rows[2]!, seq: 7 };
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'reordered', seq: 7, id: 'call-3' });
    expect(why(report)).toBe('record call-3 at place 7 belongs at place 3: places were changed');
  });

  test('moves a record to the end', async () => {
    const memory = await memoryChain(4);
    const [first, ...others] = memory.rows;
    memory.rows = [...others, first!].map((row, i) => ({ ...row, seq: i + 1 }));
    expect(where(await verify(memory))).toEqual({ kind: 'reordered', seq: 1, id: 'call-2' });
  });

  test('puts a record in, chained to nothing', async () => {
    const memory = await memoryChain(4);
    memory.rows.splice(2, 0, link(numberedCall(9), 0, 'f'.repeat(64)));
    memory.rows = memory.rows.map((row, i) => ({ ...row, seq: i + 1 }));
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'put-in', seq: 3, id: 'call-9' });
    expect(why(report)).toContain('the record before it is followed by record call-3 at place 4');
  });

  test('takes records off the end', async () => {
    const memory = await memoryChain(5);
    await sealHead(memory.chain, sealer);
    memory.rows = memory.rows.slice(0, 3);
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'cut-off', seq: 4, id: null });
    expect(why(report)).toBe(
      'the end is missing: by the seal of 2026-11-21T12:00:00.000Z there were 5 records, and the last one here is at place 3',
    );
  });

  test('takes records off the end that are not sealed yet, and leaves what the store has noted', async () => {
    const memory = await memoryChain(3);
    memory.rows = memory.rows.slice(0, 2);
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'cut-off', seq: 3, id: null });
    expect(why(report)).toContain('the store has noted 3 records');
  });

  test('takes all records away', async () => {
    const memory = await memoryChain(3);
    await sealHead(memory.chain, sealer);
    memory.rows = [];
    memory.end = null;
    expect(where(await verify(memory))).toEqual({ kind: 'cut-off', seq: 1, id: null });
  });
});

describe('somebody who can write the store, and knows how the chain is made', () => {
  test('puts a record in that fits the one before', async () => {
    const memory = await memoryChain(4);
    memory.rows.splice(2, 0, link(numberedCall(9), 0, memory.rows[1]!.hash));
    memory.rows = memory.rows.map((row, i) => ({ ...row, seq: i + 1 }));
    expect(where(await verify(memory))).toEqual({ kind: 'put-in', seq: 3, id: 'call-9' });
  });

  test('puts a record in under a seal: it is named, and not the seal alone', async () => {
    const memory = await memoryChain(4);
    memory.kept.push(await makeSeal(memory.rows[2]!, sealer));
    memory.rows.splice(2, 0, link(numberedCall(9), 0, memory.rows[1]!.hash));
    memory.rows = memory.rows.map((row, i) => ({ ...row, seq: i + 1 }));
    expect(where(await verify(memory))).toEqual({ kind: 'put-in', seq: 3, id: 'call-9' });
  });

  test('rewrites what is under a seal, and somebody else the record after it', async () => {
    const memory = await memoryChain(4);
    memory.kept.push(await makeSeal(memory.rows[1]!, sealer));
    change(memory, 2);
    rechain(memory, 2);
    change(memory, 3);
    expect(where(await verify(memory))).toEqual({ kind: 'rewritten', seq: 2, id: 'call-2' });
  });

  test.each([
    [2, 'call-3'],
    [1, 'call-2'],
    [0, 'call-1'],
  ])('puts records in behind the end, at place %i', async (seq, id) => {
    const memory = await memoryChain(3);
    memory.end = seq === 0 ? null : { seq, hash: memory.rows[seq - 1]!.hash };
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'put-in', seq: seq + 1, id });
    expect(why(report)).toContain(
      `behind the end: the store has noted ${seq} records, and the last one here is at place 3`,
    );
  });

  test('changes what the store has noted of a chain that was purged', async () => {
    const memory = await memoryChain(2);
    const before = '2024-11-21T00:00:00.000Z';
    await memory.chain.purge(before, (last) => makeSeal(last, sealer, before));
    memory.end = null;
    expect(where(await verify(memory))).toEqual({ kind: 'changed', seq: 2, id: null });
  });

  test('changes what the store notes beside a record', async () => {
    const memory = await memoryChain(3);
    memory.chain.mislabelled = async (after, upTo) =>
      after < 2 && upTo >= 2 ? { seq: 2, id: 'call-2' } : null;
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'changed', seq: 2, id: 'call-2' });
    expect(why(report)).toContain('the store notes beside it is not its own');
  });

  test('puts a record in at the very beginning', async () => {
    const memory = await memoryChain(2);
    memory.rows.unshift(link(numberedCall(9), 0, '0'.repeat(64)));
    memory.rows = memory.rows.map((row, i) => ({ ...row, seq: i + 1 }));
    expect(where(await verify(memory))).toEqual({ kind: 'put-in', seq: 1, id: 'call-9' });
  });

  test('puts a record back in that was purged', async () => {
    const memory = await memoryChain(4);
    const [first] = memory.rows;
    const before = '2024-11-20T03:00:00.000Z';
    await memory.chain.purge(before, (last) => makeSeal(last, sealer, before));
    memory.rows.unshift(first!);
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'put-in', seq: 1, id: 'call-1' });
    expect(why(report)).toContain('all up to place 2 were purged');
  });

  test('changes a record and its hash', async () => {
    const memory = await memoryChain(5);
    change(memory, 3);
    const row = memory.rows[2]!;
    memory.rows[2] = link(unlinked(row), 3, row.prev);
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'changed', seq: 3, id: 'call-3' });
    expect(why(report)).toContain('not the one that record call-4 at place 4 was chained to');
  });

  test('changes the last record and its hash', async () => {
    const memory = await memoryChain(3);
    change(memory, 3);
    const row = memory.rows[2]!;
    memory.rows[2] = link(unlinked(row), 3, row.prev);
    expect(where(await verify(memory))).toEqual({ kind: 'changed', seq: 3, id: 'call-3' });
  });

  test('chains everything anew from a record on that is under a seal', async () => {
    const memory = await memoryChain(6);
    memory.kept.push(
      await makeSeal(memory.rows[1]!, sealer),
      await makeSeal(memory.rows[4]!, sealer),
    );
    change(memory, 3);
    rechain(memory, 3);
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'rewritten', seq: 5, id: 'call-5' });
    expect(why(report)).toContain(
      'it, or one before it after place 2, where the seal before fits,',
    );
  });

  test('chains everything anew after the newest seal: that cannot be seen', async () => {
    const memory = await memoryChain(6);
    memory.kept.push(await makeSeal(memory.rows[3]!, sealer));
    change(memory, 5);
    rechain(memory, 5);
    expect(await verify(memory)).toMatchObject({ intact: true, unsealed: 2 });
  });

  test('chains everything anew and takes the seals out: a seal kept elsewhere tells', async () => {
    const memory = await memoryChain(6);
    const elsewhere = await makeSeal(memory.rows[3]!, sealer);
    change(memory, 2);
    rechain(memory, 2);
    expect(await verify(memory)).toMatchObject({ intact: true });
    expect(where(await verify(memory, [elsewhere]))).toEqual({
      kind: 'rewritten',
      seq: 4,
      id: 'call-4',
    });
  });

  test('takes off the end with its seals: a seal kept elsewhere tells', async () => {
    const memory = await memoryChain(4);
    const elsewhere = await makeSeal(memory.rows[3]!, sealer);
    const { seq, hash } = memory.rows[1]!;
    memory.rows = memory.rows.slice(0, 2);
    memory.end = { seq, hash };
    expect(where(await verify(memory, [elsewhere]))).toEqual({ kind: 'cut-off', seq: 3, id: null });
  });
});

describe('seals', () => {
  test('that are in the store and were kept elsewhere too count once', async () => {
    const memory = await memoryChain(4);
    for (const [seq, purgedBefore] of [[2], [2, '2024-11-20T03:00:00.000Z'], [3], [4]] as const) {
      memory.kept.push(await makeSeal(memory.rows[seq - 1]!, sealer, purgedBefore));
    }
    memory.rows = memory.rows.slice(2);
    const alone = await makeSeal({ seq: 1, hash: 'a'.repeat(64) }, sealer);
    const elsewhere = [alone, ...memory.kept];
    expect(await verify(memory)).toMatchObject({ intact: true, seals: 4 });
    expect(await verify(memory, elsewhere)).toMatchObject({ intact: true, seals: 5 });
    // The store tells otherwise of a seal than was kept: both are looked at.
    memory.kept[2] = { ...memory.kept[2]!, at: '2024-01-01T00:00:00.000Z' };
    expect(where(await verify(memory, elsewhere))).toMatchObject({ kind: 'bad-seal', seq: 3 });
  });

  test('of more than one issuer are told of, and where each begins', async () => {
    const memory = await memoryChain(3);
    for (const [i, issuer] of ['one', 'one', 'two\u001b'].entries()) {
      memory.kept.push(await makeSeal(memory.rows[i]!, { ...sealer, issuer }));
    }
    const report = await verify(memory);
    expect(report).toMatchObject({ intact: true, issuers: [{ seq: 1 }, { seq: 3 }] });
    expect(reportText(report)).toContain(
      'the seals name more than one issuer: one first at place 1, two? first at place 3\n',
    );
  });

  test('of a purge say whether the chain was broken', async () => {
    const memory = await memoryChain(4);
    for (const [before, isBroken] of [
      ['2024-11-20T02:00:00.000Z', true],
      ['2024-11-20T03:00:00.000Z', false],
    ] as const) {
      await memory.chain.purge(before, (last) => makeSeal(last, sealer, before, isBroken));
    }
    const report = await verify(memory);
    expect(report).toMatchObject({ intact: true, purged: 2, unverified: 1 });
    expect(reportText(report)).toContain(
      'the chain was broken when records up to place 1 were purged (--even-if-broken)\n',
    );
  });
});

describe('somebody who makes seals', () => {
  test('has another key', async () => {
    const memory = await memoryChain(3);
    memory.kept.push(await makeSeal(memory.rows[2]!, await newSealer()));
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'bad-seal', seq: 3, id: null });
    expect(why(report)).toContain('its key is not known');
  });

  test('seals what was cut off, far beyond the end', async () => {
    const memory = await memoryChain(3);
    const forged = await makeSeal({ seq: 99, hash: 'a'.repeat(64) }, await newSealer());
    memory.kept.push(forged);
    expect(where(await verify(memory))).toEqual({ kind: 'bad-seal', seq: 99, id: null });
  });

  test('takes a good seal for one of purging, to hide what was taken out', async () => {
    const memory = await memoryChain(4);
    const seal = await makeSeal(memory.rows[1]!, sealer);
    memory.kept.push({ ...seal, purged: true });
    memory.rows = memory.rows.slice(2);
    const report = await verify(memory);
    expect(where(report)).toEqual({ kind: 'bad-seal', seq: 2, id: null });
    expect(why(report)).toContain('the store says of it what its signature does not cover');
  });

  test('moves a good seal to another place', async () => {
    const memory = await memoryChain(4);
    const seal = await makeSeal(memory.rows[3]!, sealer);
    memory.kept.push({ ...seal, seq: 2, hash: memory.rows[1]!.hash });
    expect(where(await verify(memory))).toEqual({ kind: 'bad-seal', seq: 2, id: null });
  });

  test('is seen before what was done to records after it', async () => {
    const memory = await memoryChain(5);
    memory.kept.push(await makeSeal(memory.rows[1]!, await newSealer()));
    memory.rows[2] = link(unlinked(memory.rows[2]!), 3, 'f'.repeat(64));
    expect(where(await verify(memory))).toMatchObject({ kind: 'bad-seal', seq: 2 });
  });

  test('is seen after what was done to records before it', async () => {
    const memory = await memoryChain(5);
    memory.kept.push(await makeSeal(memory.rows[4]!, await newSealer()));
    change(memory, 2);
    expect(where(await verify(memory))).toMatchObject({ kind: 'changed', seq: 2 });
  });
});
