// The chain in both databases, as an auditor finds it.

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeSeal, sealJudge } from '../../src/records/seal.ts';
import { sealHead } from '../../src/records/seal-head.ts';
import { verifyChain } from '../../src/records/verify-chain.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { DATABASES, makeTamperable, type TestedDatabase } from '../store/databases.ts';
import { link, numberedCall } from './memory-chain.ts';
import { newSealer } from './sealing.ts';

const sealer = await newSealer();
const judge = sealJudge([sealer.key.publicJwk]);
const verify = ({ records, chain }: Store) => verifyChain({ records, chain, judge, kept: [] });

const purgeBefore = ({ chain }: Store, before: string) =>
  chain.purge(before, (last) => makeSeal(last, sealer, before));

async function stores(database: TestedDatabase, given?: string): Promise<[Store, Store]> {
  const url = given ?? (await database.newUrl());
  const open = async () => {
    const store = await openStore(url);
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  };
  return [await open(), await open()];
}

describe.each(DATABASES)('call records on $name', (database) => {
  it('are intact, with their seals and what was purged', async () => {
    const [store] = await stores(database);
    for (const n of [1, 2, 3, 4]) await store.records.append(numberedCall(n));
    expect(await sealHead(store.chain, sealer)).toMatchObject({ kind: 'sealed', seal: { seq: 4 } });
    await store.records.append(numberedCall(5));
    expect(await purgeBefore(store, '2024-11-20T03:00:00.000Z')).toBe(2);
    expect(await verify(store)).toEqual({
      intact: true,
      records: 3,
      from: '2024-11-20T03:00:00.000Z',
      to: '2024-11-20T05:01:07.000Z',
      purged: 2,
      unverified: 0,
      seals: 2,
      issuers: [{ iss: 'tonegate', seq: 2 }],
      unsealed: 1,
    });
  });

  it('are intact at any time, whatever others append, seal and purge meanwhile', async () => {
    const [store, other] = await stores(database);
    let isOver = false;
    async function write() {
      for (let n = 1; n <= 40; n += 1) {
        await store.records.append(numberedCall(n));
        if (n % 3 === 0) await sealHead(store.chain, sealer);
        if (n % 10 === 0) await purgeBefore(store, numberedCall(n - 5).startedAt);
      }
      isOver = true;
    }
    async function audit() {
      const found = [];
      while (!isOver) {
        found.push(await verify(other));
        // SQLite takes no turn of the event loop, and who waits for its lock needs one.
        await turn();
      }
      return found;
    }
    const [, found] = await Promise.all([write(), audit()]);
    expect(found.filter(({ intact }) => !intact)).toEqual([]);
    expect(await verify(other)).toMatchObject({ intact: true, purged: 34, records: 6 });
  });

  it('show a record that was put in behind the end, well chained', async () => {
    const url = await database.newUrl();
    const [store] = await stores(database, url);
    for (const n of [1, 2]) await store.records.append(numberedCall(n));
    const head = await store.chain.head();
    const { prev, hash } = link(numberedCall(3), 3, head?.hash as string);
    const text = JSON.stringify(numberedCall(3));
    await database.behind(
      url,
      `insert into call_records (seq, id, ended_at, record, prev, hash)
       values (3, 'call-3', '${numberedCall(3).endedAt}', '${text}', '${prev}', '${hash}')`,
    );
    expect(await verify(store)).toMatchObject({ kind: 'put-in', seq: 3, id: 'call-3' });
  });

  it.each(["ended_at = '2001-01-01T00:00:00.000Z'", "id = 'call-9'"])(
    'show a record beside which something else is noted: %s',
    async (change) => {
      const url = await database.newUrl();
      const [store] = await stores(database, url);
      for (const n of [1, 2, 3]) await store.records.append(numberedCall(n));
      await sealHead(store.chain, sealer);
      await makeTamperable(database, url);
      await database.behind(url, `update call_records set ${change} where seq = 2`);
      expect(await verify(store)).toMatchObject({ kind: 'changed', seq: 2, id: 'call-2' });
    },
  );

  it('take a seal of their newest state once, from however many workers', async () => {
    const [store, other] = await stores(database);
    await store.records.append(numberedCall(1));
    await Promise.all([store, other, store, other].map(({ chain }) => sealHead(chain, sealer)));
    expect(await verify(store)).toMatchObject({ intact: true, seals: 1 });
  });
});
