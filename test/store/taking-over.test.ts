// Calls of lost workers, as others find them in the store and go on with them.

import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { idsIn, recordsIn } from './chains.ts';
import { DATABASES, POSTGRES, pass, type TestedDatabase } from './databases.ts';
import { callRecord } from './records.ts';

const LEASE = 40_000;
const ROUND = LEASE / 4;
/** How long somebody may take to go on with a call. */
const ORPHANED = 20_000;
const NOTE = new Uint8Array([0, 1, 2, 255]);

/** Time passes while these workers beat. */
async function beating(
  workerIds: readonly string[],
  ms: number,
  store: Store,
  database: TestedDatabase,
  url: string,
) {
  for (let passed = 0; passed < ms; passed += ROUND) {
    for (const id of workerIds) await store.records.beat(id, LEASE);
    await pass(ROUND, database, url);
  }
}

describe.each(DATABASES)('a call on $name', ({ newUrl, behind }) => {
  it('is known by its SIP call while it runs, and lately afterwards, and can be forgotten', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    const { records } = store;
    const call = callRecord({ id: 'c1', sipCallId: 'SCL_one' });
    expect(await records.isBegunBefore('c2', 'SCL_one')).toBe(false);
    await records.begin(call);
    await records.begin(callRecord({ id: 'c2', sipCallId: 'SCL_one' }));
    expect(await records.isBegunBefore('c2', 'SCL_one')).toBe(true);
    expect(await records.isBegunBefore('c2', 'SCL_on')).toBe(false);
    await records.forget('c2');
    expect(await behind(url, 'select id from open_calls')).toEqual([{ id: 'c1' }]);
    expect(await records.isBegunBefore('c1', 'SCL_one')).toBe(false);
    await records.append(call);
    expect(await records.isBegunBefore('c2', 'SCL_one')).toBe(true);
    expect(await records.isBegunBefore('c2', 'SCL_other')).toBe(false);
    await records.forget('c1');
    expect(await idsIn(store)).toEqual(['c1']);
  });
});

describe.each(DATABASES)('a call of a lost worker on $name', (database) => {
  const { newUrl, behind } = database;

  /** The worker w1 has begun the call c1 and beats no more; w2 has beaten all the time. */
  async function lost(note?: Uint8Array) {
    const url = await newUrl();
    const store = await openStore(url);
    onTestFinished(() => store[Symbol.asyncDispose]());
    await store.records.beat('w1', LEASE);
    await store.records.begin(callRecord({ id: 'c1', workerId: 'w1' }), note);
    await beating(['w2'], LEASE, store, database, url);
    await store.records.beat('w2', LEASE);
    return { url, store };
  }

  it('is taken over as it was said last, and only once', async () => {
    const { url, store } = await lost(NOTE);
    await using other = await openStore(url);
    await other.records.beat('w3', 10 * LEASE);
    const found = await Promise.all([
      store.records.takeOver('w2', LEASE, 10),
      store.records.takeOver('w2', LEASE, 10),
      other.records.takeOver('w3', 0, 10),
    ]);
    const [call, ...others] = found.flat();
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      id: 'c1',
      generation: 2,
      ifLost: callRecord({ id: 'c1', workerId: 'w1' }),
    });
    expect([...(call?.note ?? [])]).toEqual([...NOTE]);
    expect(call?.notedAgoMs).toBeGreaterThanOrEqual(LEASE);
  });

  it('is left to a worker that lives', async () => {
    const { url, store } = await lost(NOTE);
    await store.records.beat('w1', LEASE);
    await pass(ROUND, database, url);
    await store.records.beat('w2', LEASE);
    expect(await store.records.takeOver('w2', LEASE, 10)).toEqual([]);
  });

  it('is left alone by a worker that was late itself', async () => {
    const { store } = await lost(NOTE);
    expect(await store.records.takeOver('nobody', LEASE, 10)).toEqual([]);
    await store.records.beat('w3', LEASE);
    const taken = await store.records.takeOver('w3', LEASE, 10);
    // A file is not away while its users live: there nothing but its worker can have lost the call.
    expect(taken).toHaveLength(database.name === 'SQLite' ? 1 : 0);
  });

  it('is no more of its first worker’s, whatever that one says', async () => {
    const { store } = await lost(NOTE);
    await store.records.takeOver('w2', LEASE, 10);
    expect(await store.records.takenOver('w1', ['c1', 'c2'])).toEqual(['c1']);
    expect(await store.records.takenOver('w2', ['c1'])).toEqual([]);
    await store.records.begin(callRecord({ id: 'c1', workerId: 'w1', auth: 'failed' }));
    expect(await store.records.append(callRecord({ id: 'c1', workerId: 'w1' }))).toBe(false);
    expect(await idsIn(store)).toEqual([]);
    const record = callRecord({ id: 'c1', workerId: 'w2', resumed: true });
    expect(await store.records.append(record)).toBe(true);
    expect(await recordsIn(store)).toEqual([record]);
    expect(await store.records.takenOver('w1', ['c1'])).toEqual(['c1']);
  });

  it('can be lost again, and is taken over again', async () => {
    const { url, store } = await lost(NOTE);
    await store.records.takeOver('w2', LEASE, 10);
    await beating(['w3'], LEASE + ROUND, store, database, url);
    await store.records.beat('w3', LEASE);
    expect(await store.records.takeOver('w3', LEASE, 10)).toMatchObject([{ generation: 3 }]);
  });

  it('is left alone by a worker that has not beaten lately: the store may have been away since', async () => {
    const { url, store } = await lost(NOTE);
    await pass((3 * LEASE) / 4, database, url);
    const taken = await store.records.takeOver('w2', LEASE, 10);
    expect(taken).toHaveLength(database.name === 'SQLite' ? 1 : 0);
  });

  it('is not taken over where nobody could go on with it', async () => {
    const { store } = await lost();
    expect(await store.records.takeOver('w2', LEASE, 10)).toEqual([]);
    expect(await store.records.beat('w2', LEASE)).toHaveLength(0);
  });

  it('waits for somebody to go on with it, and has its record when nobody does', async () => {
    const { url, store } = await lost(NOTE);
    // What the database itself takes passes, too.
    await pass(ORPHANED / 2, database, url);
    expect(await store.records.beat('w2', 0)).toHaveLength(0);
    await pass(ORPHANED / 2, database, url);
    expect(await store.records.beat('w2', 0)).toHaveLength(1);
    expect(await behind(url, 'select id from open_calls')).toEqual([]);
  });

  it('hazard: has its chance after all workers were away, before anybody closes it', async () => {
    const { url, store } = await lost(NOTE);
    await pass(2 * LEASE + ORPHANED, database, url);
    for (let passed = 0; passed < 2 * LEASE; passed += ROUND) {
      expect(await store.records.beat('w2', LEASE)).toHaveLength(0);
      await pass(ROUND, database, url);
    }
    expect(await store.records.takeOver('w2', LEASE, 10)).toMatchObject([{ id: 'c1' }]);
  });

  it('is one of no more than there is room for, the oldest first', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await store.records.beat('w1', LEASE);
    for (const id of ['c1', 'c2', 'c3']) {
      await store.records.begin(callRecord({ id, workerId: 'w1' }), NOTE);
      await pass(1000, database, url);
    }
    await beating(['w2'], LEASE, store, database, url);
    await store.records.beat('w2', LEASE);
    const taken = [];
    for (let i = 0; i < 3; i += 1) {
      const calls = await store.records.takeOver('w2', LEASE, 2);
      taken.push(calls.map(({ id }) => id));
    }
    expect(taken).toEqual([['c1', 'c2'], ['c3'], []]);
  });

  it('hazard: is safe where it was begun by a worker that has just come back', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await store.records.beat('w1', LEASE);
    await beating(['w2'], 2 * LEASE, store, database, url);
    await store.records.begin(callRecord({ id: 'c1', workerId: 'w1' }), NOTE);
    await store.records.beat('w2', LEASE);
    expect(await store.records.takeOver('w2', LEASE, 10)).toEqual([]);
  });
});

describe('a worker that holds its place at PostgreSQL', () => {
  const nothing = {
    onLost: () => undefined,
    onHeld: () => undefined,
    onPooled: () => undefined,
  };

  /** The worker w1 has begun the call c1, and has a long lease; w2 looks from a store of its own. */
  async function placed(events = nothing) {
    const url = await POSTGRES.newUrl();
    const [store, other] = [await openStore(url), await openStore(url)];
    onTestFinished(() => store[Symbol.asyncDispose]());
    onTestFinished(() => other[Symbol.asyncDispose]());
    const place = store.holdPlace('w1', events);
    onTestFinished(() => place[Symbol.asyncDispose]());
    const beside = other.holdPlace('w2', nothing);
    onTestFinished(() => beside[Symbol.asyncDispose]());
    await until(async () => (await keysIn(url)).length === 2);
    await store.records.beat('w1', 10 * LEASE);
    await store.records.begin(callRecord({ id: 'c1', workerId: 'w1' }), NOTE);
    await other.records.beat('w2', 10 * LEASE);
    const look = (lease = 0) => other.records.takeOver('w2', lease, 10);
    return { url, place, beside, look };
  }

  const keysIn = async (url: string) =>
    POSTGRES.behind(url, 'select id, lock_key from workers where lock_key is not null order by id');

  async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await isSo())) await new Promise((next) => setTimeout(next, 5));
  }

  /** As the server sees it when the worker's process is killed. */
  const endPlaces = (url: string) =>
    POSTGRES.behind(
      url,
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory'
         and database = (select oid from pg_database where datname = current_database())`,
    );

  it('is seen to live, and to be gone at once, whatever its lease says', async () => {
    const { place, look } = await placed();
    for (let i = 0; i < 3; i += 1) expect(await look()).toEqual([]);
    await place[Symbol.asyncDispose]();
    expect(await look()).toMatchObject([{ id: 'c1' }]);
  });

  it('is told when it has lost it, and holds another one', async () => {
    const lost: true[] = [];
    const held: true[] = [];
    const { url } = await placed({
      ...nothing,
      onLost: () => void lost.push(true),
      onHeld: () => void held.push(true),
    });
    const [before] = await keysIn(url);
    await endPlaces(url);
    await until(() => lost.length === 1);
    await until(async () => (await keysIn(url))[0]?.lock_key !== before?.lock_key);
    await until(() => held.length === 2);
    const locks = await POSTGRES.behind(
      url,
      `select 1 from pg_locks where locktype = 'advisory' and granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    expect(locks).toHaveLength(2);
  });

  it('hazard: that a server which was restarted knows no lock says of nobody that it is dead', async () => {
    const { url, place, look } = await placed();
    await pass(LEASE, POSTGRES, url);
    const [, before] = await keysIn(url);
    await Promise.all([endPlaces(url), place[Symbol.asyncDispose]()]);
    // As soon as it answers, and until the one that looks has its own again; then it waits for the others.
    while ((await keysIn(url))[1]?.lock_key === before?.lock_key) {
      expect(await look(LEASE)).toEqual([]);
    }
    for (let i = 0; i < 3; i += 1) expect(await look(LEASE)).toEqual([]);
  });

  it('concludes nothing from the locks of others while it has none of its own', async () => {
    const { place, beside, look } = await placed();
    await beside[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    expect(await look()).toEqual([]);
  });
});
