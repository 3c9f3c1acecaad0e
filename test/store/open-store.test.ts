import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { temporaryFolder } from './folder.ts';
import { callRecord } from './records.ts';

async function idsIn(store: Store): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of store.records.list()) ids.push(id);
  return ids;
}

/** Another process that opens the store and appends `count` records: `name-0`, `name-1`, … */
function writer(url: string, name: string, count: number): ChildProcess {
  const child = fork(new URL('./writer.ts', import.meta.url), [url, name, String(count)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Done when the writer says that it has appended this record; fails if it ends before. */
async function appended(child: ChildProcess, id: string): Promise<void> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new Error('the writer ended')));
  for await (const [told] of on(child, 'message', { signal: ended.signal })) {
    if (told === id) return;
  }
}

describe('opening a store', () => {
  it('makes the folder and the file, for the owner only', async () => {
    const path = join(temporaryFolder(), 'a', 'b', 'store.db');
    await using store = await openStore(`sqlite:${path}`);
    await store.records.append(callRecord());
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('finds what was there before', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'store.db')}`;
    {
      await using store = await openStore(url);
      await store.records.append(callRecord());
    }
    await using again = await openStore(url);
    expect(await idsIn(again)).toEqual(['call-1']);
  });

  it.each([
    '',
    'sqlite:',
    'tonegate.db',
    'postgres://teller:hush-hush@db.example/calls',
    'sqlite://data/store.db',
  ])('refuses %j as a wrong setting, and does not repeat it', async (url) => {
    const error = await openStore(url).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'IvrFault', code: 'IVR_CONFIG_INVALID' });
    expect(`${error.message}${error.cause}`).not.toMatch(/hush|teller|data\/store/);
  });

  it.each<[string, (path: string) => void]>([
    ['a folder', (path) => mkdirSync(path)],
    ['some other file', (path) => writeFileSync(path, 'This is no database. '.repeat(100))],
  ])('fails as unavailable on %s', async (_, make) => {
    const path = join(temporaryFolder(), 'store.db');
    make(path);
    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'IVR_STORE_UNAVAILABLE',
    });
  });

  it('leaves a store alone that a newer version has written', async () => {
    const path = join(temporaryFolder(), 'store.db');
    using database = new DatabaseSync(path);
    database.exec(`
      create table kysely_migration (name text primary key, timestamp text not null);
      insert into kysely_migration values ('999-later', '2030-01-01T00:00:00.000Z');
    `);
    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'IVR_STORE_UNAVAILABLE',
    });
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    expect(tables).toEqual([{ name: 'kysely_migration' }]);
  });

  it('fails as unavailable where no folder can be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(openStore(`sqlite:${folder}/file/store.db`)).rejects.toMatchObject({
      code: 'IVR_STORE_UNAVAILABLE',
    });
  });
});

describe('several processes with one store', () => {
  it('may all start at once on a file that is not there yet', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'store.db')}`;
    const writers = ['a', 'b', 'c', 'd'].map((name) => appended(writer(url, name, 5), `${name}-4`));
    const [store] = await Promise.all([openStore(url), ...writers]);
    await using _ = store;
    expect(new Set(await idsIn(store)).size).toBe(20);
  });

  it('read while another one writes, and see what it has appended', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'store.db')}`;
    await using store = await openStore(url);
    const done = appended(writer(url, 'a', 300), 'a-299').then(() => true);
    let counts = 0;
    while (!(await Promise.race([done, new Promise((next) => setImmediate(next, false))]))) {
      const seen = await idsIn(store);
      // Whatever the moment, what is seen is a beginning of the whole.
      expect(seen).toEqual(seen.map((_, i) => `a-${i}`));
      counts += 1;
    }
    expect(counts).toBeGreaterThan(0);
    expect(await idsIn(store)).toHaveLength(300);
  });

  it('lose nothing that was appended when one is killed amid its work', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'store.db')}`;
    const child = writer(url, 'a', 1_000_000);
    await appended(child, 'a-40');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await using store = await openStore(url);
    const kept = await idsIn(store);
    expect(kept.length).toBeGreaterThan(40);
    expect(kept).toEqual(kept.map((_, i) => `a-${i}`));
    await store.records.append(callRecord({ id: 'after' }));
    expect(await idsIn(store)).toEqual([...kept, 'after']);
  });

  it('wait for each other without standing still', async () => {
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
});
