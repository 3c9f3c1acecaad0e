import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { expectUnbroken, idsIn, linksIn, recordsIn } from './chains.ts';
import { DATABASES, pass } from './databases.ts';
import { callRecord } from './records.ts';

const SECOND = 1000;

describe.each(DATABASES)('call records on $name', (database) => {
  const { newUrl, behind } = database;

  it('come back exactly as they were appended', async () => {
    await using store = await openStore(await newUrl());
    const record = callRecord({ line: null, callerLast2: null, handoff: null, steps: [] });
    const odd = callRecord({ id: 'odd', inviteCallId: 'é "\\ \u0000 \u{1f4de}', dialled: '' });
    await store.records.append(record);
    await store.records.append(odd);
    expect(await recordsIn(store)).toEqual([record, odd]);
    await expectUnbroken(store);
  });

  it('are none at first', async () => {
    await using store = await openStore(await newUrl());
    expect(await linksIn(store)).toEqual([]);
    await expectUnbroken(store);
  });

  it('are kept once, as they were first, however often they are appended', async () => {
    await using store = await openStore(await newUrl());
    expect(await store.records.append(callRecord({ auth: 'verified' }))).toBe(true);
    const others = await Promise.all([
      store.records.append(callRecord({ auth: 'failed' })),
      store.records.append(callRecord({ auth: 'none' })),
    ]);
    expect(others).toEqual([false, false]);
    // As after an answer that was lost on its way.
    expect(await store.records.append(callRecord({ auth: 'verified' }))).toBe(true);
    await store.records.append(callRecord({ id: 'next' }));
    expect(await recordsIn(store)).toEqual([
      callRecord({ auth: 'verified' }),
      callRecord({ id: 'next' }),
    ]);
    await expectUnbroken(store);
  });

  it('are listed in the order of appending, over many pages, from anywhere', async () => {
    await using store = await openStore(await newUrl());
    const ids = Array.from({ length: 1203 }, (_, i) => `call-${(i * 7919) % 1203}`);
    for (const id of ids) await store.records.append(callRecord({ id }));
    expect(await idsIn(store)).toEqual(ids);
    expect((await linksIn(store, 1000)).map(({ id }) => id)).toEqual(ids.slice(1000));
    expect(await linksIn(store, 1203)).toEqual([]);
    await expectUnbroken(store);
  });

  it('may be appended while they are listed', async () => {
    await using store = await openStore(await newUrl());
    await store.records.append(callRecord({ id: 'first' }));
    for await (const { id } of store.records.list()) {
      expect(id).toBe('first');
      await store.records.append(callRecord({ id: 'second' }));
    }
    expect(await idsIn(store)).toEqual(['first', 'second']);
  });

  it('appended all at once make one chain', async () => {
    await using store = await openStore(await newUrl());
    const ids = Array.from({ length: 40 }, (_, i) => `call-${i}`);
    await Promise.all(ids.map((id) => store.records.append(callRecord({ id }))));
    expect((await idsIn(store)).toSorted()).toEqual(ids.toSorted());
    await expectUnbroken(store);
  });

  it.each([
    "update call_records set record = '{}'",
    "update call_records set hash = ''",
    'delete from call_records',
    'delete from call_records where seq = 1',
  ])('cannot be changed behind our back: %s', async (statement) => {
    const url = await newUrl();
    await using store = await openStore(url);
    await store.records.append(callRecord());
    await expect(behind(url, statement)).rejects.toThrow('call records are append-only');
    expect(await recordsIn(store)).toEqual([callRecord()]);
  });

  describe('of a call that has begun', () => {
    const lease = 40 * SECOND;
    const round = lease / 4;

    /** Time passes while these workers beat; answers how many records they have kept of others' calls. */
    async function beating(workerIds: readonly string[], ms: number, store: Store, url: string) {
      let kept = 0;
      for (let passed = 0; passed < ms; passed += round) {
        for (const id of workerIds) kept += (await store.records.beat(id, lease)).length;
        await pass(round, database, url);
      }
      return kept;
    }

    it('are there once it has ended, and no beat adds another', async () => {
      await using store = await openStore(await newUrl());
      await store.records.begin(callRecord({ workerId: 'gone', auth: 'none' }));
      await store.records.append(callRecord({ workerId: 'gone', auth: 'verified' }));
      expect(await store.records.beat('w2', lease)).toHaveLength(0);
      expect(await recordsIn(store)).toEqual([callRecord({ workerId: 'gone', auth: 'verified' })]);
    });

    it('are kept by another worker when theirs lives no more, and end then', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.begin(callRecord({ id: 'lost', workerId: 'w1', auth: 'none' }));
      expect(await beating(['w1', 'w2'], 2 * lease, store, url)).toBe(0);
      // The last beat of w1 was a round ago.
      expect(await beating(['w2'], lease - round, store, url)).toBe(0);
      const before = Date.now();
      expect(await store.records.beat('w2', lease)).toHaveLength(1);
      const [record] = await recordsIn(store);
      const endedAt = record?.endedAt as string;
      expect(record).toEqual(callRecord({ id: 'lost', workerId: 'w1', auth: 'none', endedAt }));
      expect(Math.abs(Date.parse(endedAt) - before)).toBeLessThan(10 * SECOND);
      expect(await store.records.beat('w2', lease)).toHaveLength(0);
      await expectUnbroken(store);
    });

    it('wait as long as their worker says that it lives', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.begin(callRecord({ workerId: 'w1' }));
      for (let i = 0; i < 5; i += 1) {
        await store.records.beat('w1', lease);
        expect(await beating(['w2'], lease - round, store, url)).toBe(0);
      }
      expect(await linksIn(store)).toEqual([]);
    });

    it('are never kept by their own worker, however late it beats', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.beat('w1', lease);
      await store.records.begin(callRecord({ workerId: 'w1' }));
      await pass(60 * SECOND, database, url);
      expect(await store.records.beat('w1', 0)).toHaveLength(0);
      expect(await store.records.beat('w1', lease)).toHaveLength(0);
      expect(await store.records.beat('w2', 0)).toHaveLength(0);
    });

    it('are safe for a while where their worker has not beaten yet, and kept after that', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.begin(callRecord({ workerId: 'w1' }));
      await pass(12 * SECOND, database, url);
      expect(await store.records.beat('w2', 0)).toHaveLength(0);
      await pass(3 * SECOND, database, url);
      expect(await store.records.beat('w2', 0)).toHaveLength(1);
    });

    it('are safe for as long where their worker has beaten, but not lately', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.beat('w1', lease);
      await pass(2 * lease, database, url);
      await store.records.begin(callRecord({ workerId: 'w1' }));
      await pass(12 * SECOND, database, url);
      expect(await store.records.beat('w2', 0)).toHaveLength(0);
      await pass(3 * SECOND, database, url);
      expect(await store.records.beat('w2', 0)).toHaveLength(1);
    });

    it('hazard: are left alone by a worker that is back first, until all had their time', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.begin(callRecord({ workerId: 'w1', auth: 'none' }));
      await beating(['w1', 'w2'], 2 * lease, store, url);
      // The store is away, or its clock is put forward: nobody beats.
      await pass(2 * lease, database, url);
      expect(await beating(['w2'], lease - round, store, url)).toBe(0);
      expect(await beating(['w1', 'w2'], 2 * lease, store, url)).toBe(0);
      const record = callRecord({ workerId: 'w1', auth: 'verified' });
      expect(await store.records.append(record)).toBe(true);
      expect(await recordsIn(store)).toEqual([record]);
    });

    it('hazard: are left alone where the lease of one ran out and that of the other nearly', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.begin(callRecord({ workerId: 'w1' }));
      await beating(['w1', 'w2'], 2 * lease, store, url);
      await store.records.beat('w1', lease);
      await pass(round, database, url);
      await store.records.beat('w2', lease);
      await pass(lease - round, database, url);
      expect(await store.records.beat('w2', lease)).toHaveLength(0);
    });

    it('stay as they were kept when a worker thought dead comes back', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.begin(callRecord({ workerId: 'w1', auth: 'none' }));
      expect(await beating(['w2'], 3 * lease, store, url)).toBe(1);
      const truth = callRecord({ workerId: 'w1', auth: 'verified' });
      expect(await store.records.append(truth)).toBe(false);
      await store.records.begin(truth);
      expect(await beating(['w2'], 2 * lease, store, url)).toBe(0);
      expect(await recordsIn(store)).toMatchObject([{ auth: 'none' }]);
      await expectUnbroken(store);
    });

    it('are not there twice when it is said to begin after its end', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.append(callRecord({ workerId: 'w1', auth: 'verified' }));
      await store.records.begin(callRecord({ workerId: 'w1', auth: 'none' }));
      expect(await behind(url, 'select id from open_calls')).toEqual([]);
      await pass(60 * SECOND, database, url);
      expect(await store.records.beat('w2', 0)).toHaveLength(0);
      expect(await recordsIn(store)).toMatchObject([{ auth: 'verified' }]);
    });

    it('are one, as it was said last, when it is said to begin again', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.begin(callRecord({ workerId: 'w1', auth: 'none' }));
      await pass(10 * SECOND, database, url);
      await store.records.begin(callRecord({ workerId: 'w1', auth: 'identified' }));
      await store.records.begin(callRecord({ workerId: 'w1', auth: 'verified' }));
      await pass(5 * SECOND, database, url);
      expect(await store.records.beat('w2', 0)).toHaveLength(1);
      expect(await recordsIn(store)).toMatchObject([{ auth: 'verified' }]);
    });

    it('are kept by one of several workers that find them at once', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await using other = await openStore(url);
      for (let i = 0; i < 30; i += 1) {
        await store.records.begin(callRecord({ id: `call-${i}`, workerId: 'w1' }));
      }
      await pass(60 * SECOND, database, url);
      const kept = await Promise.all([
        store.records.beat('w2', 0),
        store.records.beat('w3', 0),
        other.records.beat('w4', 0),
      ]);
      expect(kept.flat()).toHaveLength(30);
      expect(new Set(await idsIn(store)).size).toBe(30);
      await expectUnbroken(store);
    });

    it('are kept a bounded number at a beat, until none is left', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      for (let i = 0; i < 130; i += 1) {
        await store.records.begin(callRecord({ id: `call-${i}`, workerId: 'w1' }));
      }
      await pass(60 * SECOND, database, url);
      const kept: number[] = [];
      for (let i = 0; i < 3; i += 1) kept.push((await store.records.beat('w2', 0)).length);
      expect(kept).toEqual([100, 30, 0]);
      await expectUnbroken(store);
    });
  });

  describe('of a store that cannot be used', () => {
    it('are a fault that holds nothing of the record', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await behind(url, 'drop table call_records');
      const error = await store.records.append(callRecord()).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'IvrFault', code: 'IVR_STORE_UNAVAILABLE' });
      const told = inspect(error, { depth: 9, showHidden: true });
      for (const value of ['call-1', 'SCL_1', '+15105550100', 'aGFzaA', 'insert']) {
        expect(told).not.toContain(value);
      }
      await expect(linksIn(store)).rejects.toMatchObject({ code: 'IVR_STORE_UNAVAILABLE' });
    });

    it('are a fault that holds nothing of a record that the database refuses', async () => {
      await using store = await openStore(await newUrl());
      // No database takes it: what it says of that would hold the whole row.
      const record = callRecord({ endedAt: null as unknown as string });
      const error = await store.records.append(record).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'IVR_STORE_UNAVAILABLE' });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/SCL_1|call-1|aGFzaA/);
      await store.records.append(callRecord());
      await expectUnbroken(store);
    });

    it('cannot be pinged where somebody has put a record behind the end of the chain', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.records.append(callRecord());
      await behind(
        url,
        "insert into call_records (seq, id, ended_at, record, prev, hash) values (2, 'x', 'x', '{}', 'x', 'x')",
      );
      await expect(store.records.ping()).rejects.toMatchObject({
        code: 'IVR_STORE_UNAVAILABLE',
        message: expect.stringContaining('calls verify'),
      });
      await expect(store.records.append(callRecord({ id: 'next' }))).rejects.toThrow();
    });

    it('cannot be pinged either', async () => {
      const store = await openStore(await newUrl());
      await store.records.ping();
      await store.records.append(callRecord());
      await store.records.ping();
      expect(await linksIn(store)).toHaveLength(1);
      await store[Symbol.asyncDispose]();
      await expect(store.records.ping()).rejects.toMatchObject({ code: 'IVR_STORE_UNAVAILABLE' });
    });
  });
});
