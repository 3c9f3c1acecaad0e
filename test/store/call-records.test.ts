import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { temporaryFolder } from './folder.ts';
import { callRecord } from './records.ts';

async function all(store: Store): Promise<CallRecord[]> {
  const records: CallRecord[] = [];
  for await (const record of store.records.list()) records.push(record);
  return records;
}

describe('call records', () => {
  it('come back exactly as they were appended', async () => {
    await using store = await openStore('sqlite::memory:');
    const record = callRecord({ line: null, callerLast2: null, handoff: null, steps: [] });
    await store.records.append(record);
    expect(await all(store)).toEqual([record]);
  });

  it('are none at first', async () => {
    await using store = await openStore('sqlite::memory:');
    expect(await all(store)).toEqual([]);
  });

  it('are kept once, as they were first, however often they are appended', async () => {
    await using store = await openStore('sqlite::memory:');
    await store.records.append(callRecord({ auth: 'verified' }));
    await Promise.all([
      store.records.append(callRecord({ auth: 'failed' })),
      store.records.append(callRecord({ auth: 'none' })),
    ]);
    expect(await all(store)).toEqual([callRecord({ auth: 'verified' })]);
  });

  it('are listed in the order of appending, over many pages', async () => {
    await using store = await openStore('sqlite::memory:');
    const ids = Array.from({ length: 1203 }, (_, i) => `call-${(i * 7919) % 1203}`);
    for (const id of ids) await store.records.append(callRecord({ id }));
    expect((await all(store)).map(({ id }) => id)).toEqual(ids);
  });

  it('may be appended while they are listed', async () => {
    await using store = await openStore('sqlite::memory:');
    await store.records.append(callRecord({ id: 'first' }));
    for await (const { id } of store.records.list()) {
      expect(id).toBe('first');
      await store.records.append(callRecord({ id: 'second' }));
    }
    expect(await all(store)).toHaveLength(2);
  });

  it.each(["update call_records set record = '{}'", 'delete from call_records'])(
    'cannot be changed behind our back: %s',
    async (statement) => {
      const path = join(temporaryFolder(), 'store.db');
      await using store = await openStore(`sqlite:${path}`);
      await store.records.append(callRecord());
      using database = new DatabaseSync(path);
      expect(() => database.exec(statement)).toThrow('append-only');
      expect(await all(store)).toEqual([callRecord()]);
    },
  );
});

describe('a store that cannot be used', () => {
  /** A store whose tables are gone. */
  async function broken(): Promise<Store> {
    const path = join(temporaryFolder(), 'store.db');
    const store = await openStore(`sqlite:${path}`);
    using database = new DatabaseSync(path);
    database.exec('drop table call_records');
    return store;
  }

  it('is a fault that holds nothing of the record', async () => {
    await using store = await broken();
    const error = await store.records.append(callRecord()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'IvrFault', code: 'IVR_STORE_UNAVAILABLE' });
    const told = inspect(error, { depth: 9, showHidden: true });
    for (const value of ['call-1', 'SCL_1', '+15105550100', 'aGFzaA']) {
      expect(told).not.toContain(value);
    }
    await expect(all(store)).rejects.toMatchObject({ code: 'IVR_STORE_UNAVAILABLE' });
  });

  it('answers a ping while it works, and fails it once it does not', async () => {
    const store = await openStore('sqlite::memory:');
    await store.records.ping();
    await store.records.append(callRecord());
    await store.records.ping();
    expect(await all(store)).toHaveLength(1);
    await store[Symbol.asyncDispose]();
    await expect(store.records.ping()).rejects.toMatchObject({ code: 'IVR_STORE_UNAVAILABLE' });
  });
});
