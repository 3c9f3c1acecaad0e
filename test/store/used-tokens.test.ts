import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { temporaryFolder } from './folder.ts';

/** Far enough from now for any test. */
const SOON = Date.now() + 600_000;
const LONG_AGO = Date.now() - 1000;

function newFile(): string {
  return join(temporaryFolder(), 'store.db');
}

/** All that is remembered. */
function rowsIn(path: string): unknown[] {
  using database = new DatabaseSync(path);
  return database.prepare('select * from used_tokens').all();
}

describe('a token', () => {
  it('is used for the first time once', async () => {
    await using store = await openStore('sqlite::memory:');
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(true);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(false);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON + 1)).toBe(false);
  });

  it('is known by its issuer and its id together', async () => {
    await using store = await openStore('sqlite::memory:');
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
    await using store = await openStore('sqlite::memory:');
    for (const jti of ["'; drop table used_tokens; --", '\u0000', 'ä', '%', 'x'.repeat(100_000)]) {
      expect(await store.usedTokens.firstUse('pbx', jti, SOON)).toBe(true);
      expect(await store.usedTokens.firstUse('pbx', jti, SOON)).toBe(false);
    }
  });

  it('stays used when the store is opened again', async () => {
    const url = `sqlite:${newFile()}`;
    {
      await using store = await openStore(url);
      await store.usedTokens.firstUse('pbx', 'jti-1', SOON);
    }
    await using again = await openStore(url);
    expect(await again.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(false);
  });

  it('is remembered by a store too that was made before there were any', async () => {
    const path = newFile();
    await (await openStore(`sqlite:${path}`))[Symbol.asyncDispose]();
    using database = new DatabaseSync(path);
    database.exec(`
      drop table used_tokens;
      delete from kysely_migration where name = '002-used-tokens';
    `);
    await using store = await openStore(`sqlite:${path}`);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(true);
  });

  it('is kept as a hash of its id, which may hold anything', async () => {
    const path = newFile();
    await using store = await openStore(`sqlite:${path}`);
    await store.usedTokens.firstUse('pbx', 'customer-1001', SOON);
    const hash = createHash('sha256').update('customer-1001').digest();
    expect(rowsIn(path)).toEqual([
      { issuer: 'pbx', jti_hash: new Uint8Array(hash), expires_at: SOON },
    ]);
  });

  it('is forgotten once it has expired', async () => {
    const path = newFile();
    await using store = await openStore(`sqlite:${path}`);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', LONG_AGO)).toBe(true);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(true);
    expect(await store.usedTokens.firstUse('pbx', 'jti-1', SOON)).toBe(false);
  });

  it('that has expired goes with the next use of any, and no other does', async () => {
    const path = newFile();
    await using store = await openStore(`sqlite:${path}`);
    for (let n = 0; n < 20; n += 1) {
      await store.usedTokens.firstUse(n % 2 ? 'pbx' : 'ivr', `old-${n}`, LONG_AGO);
    }
    await store.usedTokens.firstUse('pbx', 'jti-1', SOON);
    await store.usedTokens.firstUse('pbx', 'jti-2', SOON + 1);
    expect(rowsIn(path)).toMatchObject([{ expires_at: SOON }, { expires_at: SOON + 1 }]);
  });

  it('that has expired is found by an index, however many have not', async () => {
    const path = newFile();
    await using _ = await openStore(`sqlite:${path}`);
    using database = new DatabaseSync(path);
    const plan = database
      .prepare('explain query plan delete from used_tokens where expires_at <= 1')
      .all();
    expect(plan).toMatchObject([{ detail: expect.stringContaining('used_tokens_expired') }]);
  });
});

describe('of many uses of a token at once, one is the first', () => {
  it('in one process', async () => {
    await using store = await openStore('sqlite::memory:');
    const uses = Array.from({ length: 50 }, () => store.usedTokens.firstUse('pbx', 'jti-1', SOON));
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
  });

  it('over several connections', async () => {
    const url = `sqlite:${newFile()}`;
    const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(url)));
    onTestFinished(async () => {
      for (const store of stores) await store[Symbol.asyncDispose]();
    });
    for (let n = 0; n < 20; n += 1) {
      const uses = stores.map((store) => store.usedTokens.firstUse('pbx', `jti-${n}`, SOON));
      expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
    }
  });

  it('over several processes', async () => {
    const url = `sqlite:${newFile()}`;
    const users = ['a', 'b', 'c', 'd'].map(() => {
      const child = fork(new URL('./token-user.ts', import.meta.url), [url, '100']);
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    });
    await Promise.all(users.map((user) => once(user, 'message')));
    const told = users.map(async (user) => ((await once(user, 'message')) as [string[]])[0]);
    for (const user of users) user.send('go');
    const firsts = (await Promise.all(told)).flat();
    expect(firsts).toHaveLength(100);
    expect(new Set(firsts).size).toBe(100);
  });
});

describe('where it cannot be known whether it is the first', () => {
  const unknown = { name: 'IvrFault', code: 'IVR_STORE_UNAVAILABLE' };

  it('a fault says so, and nothing of the token', async () => {
    const path = newFile();
    await using store = await openStore(`sqlite:${path}`);
    using database = new DatabaseSync(path);
    database.exec('drop table used_tokens');
    const error = await used(store).catch((reason: unknown) => reason);
    expect(error).toMatchObject(unknown);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary/);
  });

  it('it is not known from a store that is closed', async () => {
    const store = await openStore('sqlite::memory:');
    await store[Symbol.asyncDispose]();
    await expect(used(store)).rejects.toMatchObject(unknown);
  });

  it('another process holding the lock is waited for, and then it is known', async () => {
    const path = newFile();
    await using store = await openStore(`sqlite:${path}`);
    using other = new DatabaseSync(path);
    other.exec('begin immediate');
    const asked = used(store);
    setTimeout(() => other.exec('rollback'), 1);
    expect(await asked).toBe(true);
    expect(await used(store)).toBe(false);
  });
});

function used(store: Store): Promise<boolean> {
  return store.usedTokens.firstUse('canary-issuer', 'canary-jti', SOON);
}
