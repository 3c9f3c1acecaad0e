import { describe, expect, it } from 'vitest';
import type { LockOutPolicy, TryKind } from '../../src/ivr/ports.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { all } from './chains.ts';
import { DATABASES, pass } from './databases.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const POLICY: LockOutPolicy = {
  softAfter: 2,
  softMs: 60 * SECOND,
  softLongestMs: HOUR,
  hardAfter: 3,
  hardMs: 24 * HOUR,
};
/** The same without waits, to fail often in one go. */
const ABRUPT: LockOutPolicy = { ...POLICY, softAfter: 3 };

async function fail(store: Store, tally: string, times: number, kind: TryKind = 'check') {
  for (let i = 0; i < times; i += 1)
    await store.tries.take(kind, 'oneTimeCode', tally, null, ABRUPT);
}

describe.each(DATABASES)('lock-outs on $name', (database) => {
  const { newUrl, behind } = database;

  it('are listed while they last, with what they are and until when', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    const before = Date.now();
    await fail(store, 'one', 1);
    await fail(store, 'two', 2);
    await fail(store, 'three', 3);
    await fail(store, '?none', 3);
    const listed = await store.locks.list(POLICY);
    expect(listed).toMatchObject([
      { ref: '?none', kind: 'hard', failures: 3 },
      { ref: 'three', kind: 'hard', failures: 3 },
      { ref: 'two', kind: 'soft', failures: 2 },
    ]);
    const minutes = listed.map(({ until }) => Math.round((Date.parse(until) - before) / 60_000));
    expect(minutes).toEqual([1440, 1440, 1]);
    expect(listed[0]?.until).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    await pass(60 * SECOND, database, url);
    expect(await store.locks.list(POLICY)).toHaveLength(2);
    await pass(24 * HOUR, database, url);
    expect(await store.locks.list(POLICY)).toEqual([]);
  });

  it('are listed where no code is sent any more, once for an account', async () => {
    await using store = await openStore(await newUrl());
    await fail(store, 'both', 2);
    await fail(store, 'both', 3, 'send');
    expect(await store.locks.list(POLICY)).toMatchObject([{ ref: 'both', kind: 'hard' }]);
  });

  it('count what failed in the window, as of the last', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 2);
    await pass(23 * HOUR, database, url);
    await fail(store, 'a1', 1);
    await pass(2 * HOUR, database, url);
    expect(await store.locks.list(POLICY)).toMatchObject([{ kind: 'hard', failures: 3 }]);
  });

  it('do not count what failed before the window', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 1);
    await pass(25 * HOUR, database, url);
    await fail(store, 'a1', 2);
    expect(await store.locks.list(POLICY)).toMatchObject([{ kind: 'soft', failures: 2 }]);
  });

  it('are gone when cleared, checks and codes, and all tries are back', async () => {
    await using store = await openStore(await newUrl());
    await fail(store, 'a1', 3);
    await fail(store, 'a1', 3, 'send');
    await fail(store, 'a2', 3);
    const by = { ref: 'a1', reason: 'called from the branch', by: 'teller' };
    expect(await store.locks.clear(by)).toBe(true);
    expect(await store.locks.list(POLICY)).toMatchObject([{ ref: 'a2' }]);
    await fail(store, 'a1', 2);
    expect(await store.tries.isLocked('a1', ABRUPT)).toBe(false);
    expect(await store.tries.take('send', 'oneTimeCode', 'a1', null, ABRUPT)).toMatchObject({
      kind: 'taken',
    });
  });

  it('may be cleared before they come to be', async () => {
    await using store = await openStore(await newUrl());
    await fail(store, 'a1', 1);
    expect(await store.locks.clear({ ref: 'a1', reason: 'r', by: 'b' })).toBe(true);
  });

  it('leave a note when cleared, and none where nothing was', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await fail(store, 'a1', 3);
    await fail(store, 'a2', 3);
    const before = Date.now();
    await store.locks.clear({ ref: 'a2', reason: 'first', by: 'teller' });
    // Notes of the same millisecond have no order.
    while (Date.now() <= before + 2) await new Promise(setImmediate);
    await store.locks.clear({ ref: 'a1', reason: "it's “fine”", by: 'root' });
    expect(await store.locks.clear({ ref: 'a1', reason: 'again', by: 'root' })).toBe(false);
    expect(await store.locks.clear({ ref: 'a3', reason: 'never', by: 'root' })).toBe(false);
    const notes = await all(store.locks.clearings());
    expect(notes).toMatchObject([
      { ref: 'a2', reason: 'first', by: 'teller' },
      { ref: 'a1', reason: "it's “fine”", by: 'root' },
    ]);
    for (const { at } of notes) expect(Math.abs(Date.parse(at) - before)).toBeLessThan(10_000);
    for (const statement of [
      "update lock_clearings set reason = ''",
      'delete from lock_clearings',
    ]) {
      await expect(behind(url, statement)).rejects.toThrow('append-only');
    }
  });
});
