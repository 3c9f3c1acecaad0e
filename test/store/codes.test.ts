import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { DATABASES, pass } from './databases.ts';

const DIGEST = randomBytes(32);
const MINUTES = 60_000;

/** A store that keeps the code `c1` for five minutes. */
async function keeping(url: string, submissions = 3): Promise<Store> {
  const store = await openStore(url);
  await store.codes.keep({ challenge: 'c1', digest: DIGEST, ttlMs: 5 * MINUTES, submissions });
  return store;
}

describe.each(DATABASES)('a one-time code on $name', (database) => {
  const { newUrl, behind } = database;

  it('gives its digest to compare with as often as it may be submitted', async () => {
    await using store = await keeping(await newUrl());
    for (let i = 0; i < 3; i += 1) {
      expect(DIGEST.equals((await store.codes.submit('c1')) as Uint8Array)).toBe(true);
    }
    expect(await store.codes.submit('c1')).toBeNull();
    expect(await store.codes.submit('c1')).toBeNull();
  });

  it('may be consumed after its last submission', async () => {
    await using store = await keeping(await newUrl(), 1);
    await store.codes.submit('c1');
    expect(await store.codes.consume('c1')).toBe(true);
  });

  it('is consumed once, and then gives nothing', async () => {
    await using store = await keeping(await newUrl());
    expect(await store.codes.consume('c1')).toBe(true);
    expect(await store.codes.consume('c1')).toBe(false);
    expect(await store.codes.submit('c1')).toBeNull();
  });

  it('gives nothing once it is revoked', async () => {
    await using store = await keeping(await newUrl());
    await store.codes.revoke('c1');
    expect(await store.codes.submit('c1')).toBeNull();
    expect(await store.codes.consume('c1')).toBe(false);
    await store.codes.revoke('c1');
  });

  it('gives nothing once its time is over', async () => {
    const url = await newUrl();
    await using store = await keeping(url);
    await pass(5 * MINUTES - 5000, database, url);
    expect(await store.codes.submit('c1')).not.toBeNull();
    await pass(5000, database, url);
    expect(await store.codes.submit('c1')).toBeNull();
    expect(await store.codes.consume('c1')).toBe(false);
  });

  it('gives nothing by another name', async () => {
    await using store = await keeping(await newUrl());
    for (const other of ['c2', 'C1', 'c1 ', '', "' or 1=1 --", '%']) {
      expect(await store.codes.submit(other)).toBeNull();
      expect(await store.codes.consume(other)).toBe(false);
      await store.codes.revoke(other);
    }
    expect(await store.codes.submit('c1')).not.toBeNull();
  });

  it('cannot be kept again under the same name, as more submissions', async () => {
    await using store = await keeping(await newUrl(), 1);
    const again = { challenge: 'c1', digest: DIGEST, ttlMs: 5 * MINUTES, submissions: 5 };
    await expect(store.codes.keep(again)).rejects.toMatchObject({ code: 'IVR_STORE_UNAVAILABLE' });
    await store.codes.submit('c1');
    expect(await store.codes.submit('c1')).toBeNull();
  });

  it('is known to every worker and after a restart', async () => {
    const url = await newUrl();
    await (await keeping(url))[Symbol.asyncDispose]();
    await using again = await openStore(url);
    expect(await again.codes.submit('c1')).not.toBeNull();
    expect(await again.codes.consume('c1')).toBe(true);
  });

  it('leaves nothing behind, consumed, revoked or expired', async () => {
    const url = await newUrl();
    await using store = await keeping(url);
    await store.codes.consume('c1');
    await store.codes.keep({ challenge: 'c2', digest: DIGEST, ttlMs: MINUTES, submissions: 3 });
    await store.codes.revoke('c2');
    await store.codes.keep({ challenge: 'c3', digest: DIGEST, ttlMs: MINUTES, submissions: 3 });
    await store.codes.keep({ challenge: 'c4', digest: DIGEST, ttlMs: 9 * MINUTES, submissions: 3 });
    await pass(MINUTES, database, url);
    await store.records.beat('w1', 4000);
    expect(await behind(url, 'select challenge from codes')).toEqual([{ challenge: 'c4' }]);
  });

  it('is accepted once of many that submit it rightly at once', async () => {
    const url = await newUrl();
    await using store = await keeping(url, 50);
    await using other = await openStore(url);
    const accepted = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const { codes } = i % 2 ? store : other;
        return (await codes.submit('c1')) !== null && (await codes.consume('c1'));
      }),
    );
    expect(accepted.filter(Boolean)).toHaveLength(1);
  });

  it('is submitted no more often than it may be, by many at once', async () => {
    await using store = await keeping(await newUrl(), 5);
    const given = await Promise.all(Array.from({ length: 40 }, () => store.codes.submit('c1')));
    expect(given.filter((digest) => digest !== null)).toHaveLength(5);
  });
});
