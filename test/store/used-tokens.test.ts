import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { DATABASES } from './databases.ts';

/** Far enough from now for any test. */
const SOON = Date.now() + 600_000;
const LONG_AGO = Date.now() - 1000;

describe.each(DATABASES)('an upstream token on $name', ({ newUrl, behind }) => {
  it('is used for the first time once', async () => {
    await using store = await openStore(await newUrl());
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(true);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(false);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON + 1)).toBe(false);
  });

  it('is known by its issuer and its id together', async () => {
    await using store = await openStore(await newUrl());
    for (const [issuer, jti] of [
      ['pbx', 'jti-1'],
      ['pbx', 'jti-2'],
      ['ivr', 'jti-1'],
      ['pbxj', 'ti-1'],
      ['pbx', 'JTI-1'],
      ['', ''],
    ] as const) {
      expect(await store.usedTokens.firstUse(issuer, jti, SOON)).toBe(true);
    }
  });

  it('may have any id: quotes, commands and other letters are only text', async () => {
    await using store = await openStore(await newUrl());
    for (const jti of ["'; drop table used_tokens; --", '\u0000', 'ä', '%', 'x'.repeat(100_000)]) {
      expect(await store.usedTokens.firstUse('pbx', jti, SOON)).toBe(true);
      expect(await store.usedTokens.firstUse('pbx', jti, SOON)).toBe(false);
    }
  });

  it('stays used when the store is opened again', async () => {
    const url = await newUrl();
    {
      await using store = await openStore(url);
      await store.usedTokens.firstUse('pbx', 'jti-1', SOON);
    }
    await using again = await openStore(url);
    expect(await again.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(false);
  });

  it('is kept as a hash of its id, which may hold anything', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await store.usedTokens.firstUse('pbx', 'customer-1001', SOON);
    const [row] = await behind(url, 'select * from used_tokens');
    const hash = createHash('sha256').update('customer-1001').digest();
    expect(hash.equals(row?.jti_hash as Uint8Array)).toBe(true);
    expect(inspect(row)).not.toContain('1001');
  });

  it('is forgotten once it has expired', async () => {
    await using store = await openStore(await newUrl());
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', LONG_AGO)).toBe(true);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(true);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(false);
  });

  it('that has expired goes by itself, and no other does', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    for (let n = 0; n < 20; n += 1) {
      await store.usedTokens.firstUse(n % 2 ? 'pbx' : 'ivr', `old-${n}`, LONG_AGO);
    }
    await store.usedTokens.firstUse('pbx', 'jti-1', SOON);
    await store.usedTokens.firstUse('pbx', 'jti-2', SOON + 1);
    await store.records.beat('w1', 4000);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(false);
    expect(await behind(url, 'select issuer from used_tokens')).toHaveLength(2);
  });

  it('is used first by one of many at once', async () => {
    const url = await newUrl();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(url)));
    for (let n = 0; n < 20; n += 1) {
      const uses = stores.flatMap((store) =>
        Array.from({ length: 5 }, () => store.usedTokens.firstUse('pbx', `jti-${n}`, SOON)),
      );
      expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
    }
    for (const store of stores) await store[Symbol.asyncDispose]();
  });

  describe('of which it cannot be known whether this is its first use', () => {
    const unknown = { name: 'IvrFault', code: 'IVR_STORE_UNAVAILABLE' };
    const used = (store: Store) =>
      store.usedTokens.firstUse('canary-issuer', 'canary-jti', SOON).catch((error) => error);

    it('is a fault that says nothing of the token', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await behind(url, 'drop table used_tokens');
      const error = await used(store);
      expect(error).toMatchObject(unknown);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary/);
    });

    it('is a fault where the store is closed', async () => {
      const store = await openStore(await newUrl());
      await store[Symbol.asyncDispose]();
      expect(await used(store)).toMatchObject(unknown);
    });
  });
});
