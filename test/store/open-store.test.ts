import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { expectUnbroken, idsIn, recordsIn } from './chains.ts';
import { DATABASES, SQLITE } from './databases.ts';
import { temporaryFolder } from './folder.ts';
import { callRecord } from './records.ts';
import { SHIPPED } from './shipped.ts';
import { writer } from './writers.ts';

describe.each(DATABASES)('a store on $name', ({ newUrl, newEmptyUrl, behind }) => {
  it('is made where there is none, and finds what was there before', async () => {
    const url = await newEmptyUrl();
    {
      await using store = await openStore(url);
      await store.records.append(callRecord());
    }
    await using again = await openStore(url);
    expect(await idsIn(again)).toEqual(['call-1']);
  });

  it('may be made by several processes that start at once', async () => {
    const url = await newEmptyUrl();
    const writers = ['a', 'b', 'c', 'd'].map((name) => writer(url, name, 5).hasKept(`${name}-4`));
    const [store] = await Promise.all([openStore(url), ...writers]);
    await using _ = store;
    expect(new Set(await idsIn(store)).size).toBe(20);
    await expectUnbroken(store);
  });

  it('may be made by several at once', async () => {
    const url = await newEmptyUrl();
    const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(url)));
    await Promise.all(stores.map((store, i) => store.records.append(callRecord({ id: `${i}` }))));
    for (const store of stores.slice(1)) await store[Symbol.asyncDispose]();
    await using last = stores[0] as Store;
    await expectUnbroken(last);
  });

  it('is left alone where a newer version has written it', async () => {
    const url = await newUrl();
    await (await openStore(url))[Symbol.asyncDispose]();
    await behind(
      url,
      "insert into kysely_migration values ('999-later', '2030-01-01T00:00:00.000Z')",
    );
    await expect(openStore(url)).rejects.toMatchObject({
      code: 'IVR_STORE_UNAVAILABLE',
      message: expect.stringContaining('no newer version'),
    });
  });

  it('is read while another process writes, and shows what it has appended', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    const done = writer(url, 'a', 120)
      .hasKept('a-119')
      .then(() => true);
    let counts = 0;
    while (!(await Promise.race([done, new Promise((next) => setImmediate(next, false))]))) {
      const seen = await idsIn(store);
      // Whatever the moment, what is seen is a beginning of the whole.
      expect(seen).toEqual(seen.map((_, i) => `a-${i}`));
      counts += 1;
    }
    expect(counts).toBeGreaterThan(0);
    expect(await idsIn(store)).toHaveLength(120);
  });
});

describe('a SQLite store', () => {
  it('has its folder and files for the owner only', async () => {
    const path = join(temporaryFolder(), 'a', 'b', 'store.db');
    await using store = await openStore(`sqlite:${path}`);
    await store.records.append(callRecord());
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('that the first version wrote gets a chain, in the order of its records', async () => {
    const url = await SQLITE.newUrl();
    const path = url.slice('sqlite:'.length);
    {
      using database = new DatabaseSync(path);
      database.exec(SHIPPED);
      const insert = database.prepare(
        'insert into call_records (seq, id, ended_at, record) values (?, ?, ?, ?)',
      );
      for (const seq of [2, 3, 7, 1200]) {
        const record = callRecord({ id: `call-${seq}` });
        insert.run(seq, record.id, record.endedAt, JSON.stringify(record));
      }
    }
    await using store = await openStore(url);
    expect(await idsIn(store)).toEqual(['call-2', 'call-3', 'call-7', 'call-1200']);
    await store.records.append(callRecord({ id: 'new' }));
    expect((await recordsIn(store))[1]).toEqual(callRecord({ id: 'call-3' }));
    await expectUnbroken(store);
    await expect(SQLITE.behind(url, 'delete from call_records')).rejects.toThrow('append-only');
    // The same tables as in a store that was never older.
    const tables = (of: string) =>
      SQLITE.behind(of, 'select type, name, sql from sqlite_schema order by type, name');
    const fresh = await SQLITE.newUrl();
    await (await openStore(fresh))[Symbol.asyncDispose]();
    expect(await tables(url)).toEqual(await tables(fresh));
  });

  it('that cannot be brought up to date stays as it was', async () => {
    const url = await SQLITE.newUrl();
    const path = url.slice('sqlite:'.length);
    using database = new DatabaseSync(path);
    database.exec(SHIPPED);
    database.exec("insert into call_records values (1, 'call-1', 'now', '{}')");
    database.exec('create table chain_head (something_else)');
    const tables = () => database.prepare('select name, sql from sqlite_schema').all();
    const before = tables();
    await expect(openStore(url)).rejects.toMatchObject({ code: 'IVR_STORE_UNAVAILABLE' });
    expect(tables()).toEqual(before);
  });

  it('keeps waiting writers going without standing still', async () => {
    const path = join(temporaryFolder(), 'store.db');
    await using store = await openStore(`sqlite:${path}`);
    using other = new DatabaseSync(path);
    other.exec('begin immediate');
    const appending = store.records.append(callRecord());
    // The lock goes only when this process has lived on beside the waiting append.
    setTimeout(() => other.exec('rollback'), 1);
    await appending;
    expect(await idsIn(store)).toEqual(['call-1']);
  });

  it('answers a ping when it could be written to, not before', async () => {
    const path = join(temporaryFolder(), 'store.db');
    await using store = await openStore(`sqlite:${path}`);
    using other = new DatabaseSync(path);
    other.exec('begin immediate');
    let answered = false;
    const ping = store.records.ping().then(() => {
      answered = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(answered).toBe(false);
    other.exec('rollback');
    await ping;
  });

  it.each<[string, (path: string) => void]>([
    ['a folder', (path) => mkdirSync(path)],
    ['some other file', (path) => writeFileSync(path, 'This is no database. '.repeat(100))],
  ])('is unavailable where there is %s', async (_, make) => {
    const path = join(temporaryFolder(), 'store.db');
    make(path);
    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'IVR_STORE_UNAVAILABLE',
    });
  });

  it('is unavailable where no folder can be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(openStore(`sqlite:${folder}/file/store.db`)).rejects.toMatchObject({
      code: 'IVR_STORE_UNAVAILABLE',
      message: expect.stringMatching(/folder.*\((ENOTDIR|EEXIST)\)$/),
    });
  });
});

describe('a store that nothing names', () => {
  it.each([
    '',
    'sqlite:',
    'tonegate.db',
    'mysql://teller:hush-hush@db.example/calls',
    'postgres:calls',
    'postgres://teller:hush-hush@db.example:99999/calls',
    'postgres://teller:hush-hush@[db.example/calls',
    'postgres://teller:hush-hush@db.example/calls?sslrootcert=/no/such/hush-file',
    'sqlite://data/store.db',
  ])('refuses %j as a wrong setting, and does not repeat it', async (url) => {
    const error = await openStore(url).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'IvrFault', code: 'IVR_CONFIG_INVALID' });
    expect(error.message).toMatch(/sqlite:|postgres:\/\//);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hush|teller|data\/store/);
  });
});
