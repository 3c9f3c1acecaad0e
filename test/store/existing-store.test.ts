// A store that is only looked at: opening it makes and changes nothing.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { idsIn } from './chains.ts';
import { DATABASES, SQLITE } from './databases.ts';
import { temporaryFolder } from './folder.ts';
import { callRecord } from './records.ts';
import { SHIPPED } from './shipped.ts';

const look = (url: string) => openStore(url, { mode: 'existing' });

const unavailable = (message: string) => ({
  code: 'IVR_STORE_UNAVAILABLE',
  message: expect.stringContaining(message),
});

describe.each(DATABASES)('looking at a store on $name', ({ newUrl, newEmptyUrl, behind }) => {
  it('finds what is there, and can write to it', async () => {
    const url = await newUrl();
    await using made = await openStore(url);
    await made.records.append(callRecord());
    await using store = await look(url);
    await store.records.append(callRecord({ id: 'call-2' }));
    expect(await idsIn(store)).toEqual(['call-1', 'call-2']);
  });

  it('makes none where there is none', async () => {
    const url = await newEmptyUrl();
    await expect(look(url)).rejects.toMatchObject(unavailable('There is no store'));
    await expect(look(url)).rejects.toMatchObject(unavailable('start "tonegate worker"'));
  });

  it('does not bring an older one up to date', async () => {
    const url = await newUrl();
    await (await openStore(url))[Symbol.asyncDispose]();
    await behind(url, "delete from kysely_migration where name = '005-verification'");
    await expect(look(url)).rejects.toMatchObject(unavailable('An older version'));
    expect(await behind(url, 'select name from kysely_migration')).not.toContainEqual({
      name: '005-verification',
    });
  });

  it('leaves a newer one alone', async () => {
    const url = await newUrl();
    await (await openStore(url))[Symbol.asyncDispose]();
    await behind(url, "insert into kysely_migration values ('999-later', 'now')");
    await expect(look(url)).rejects.toMatchObject(unavailable('A newer version'));
  });
});

describe('looking at a file', () => {
  const newPath = () => join(temporaryFolder(), 'store.db');

  it('makes none, and no folder', async () => {
    const path = join(temporaryFolder(), 'a', 'store.db');
    await expect(look(`sqlite:${path}`)).rejects.toMatchObject(unavailable('There is no store'));
    expect(existsSync(join(path, '..'))).toBe(false);
  });

  it.each<[string, (path: string) => void, string]>([
    ['nothing in it', (path) => writeFileSync(path, ''), 'There is no store'],
    [
      'something else in it',
      (path) => {
        using other = new DatabaseSync(path);
        other.exec('create table accounts (id)');
      },
      'There is no store',
    ],
    [
      'no database in it',
      (path) => writeFileSync(path, 'This is no database. '.repeat(100)),
      'SQLite 26',
    ],
    [
      'an older store in it',
      (path) => {
        using older = new DatabaseSync(path);
        older.exec(SHIPPED);
      },
      'An older version',
    ],
  ])('leaves it byte by byte as it is: one with %s', async (_, make, message) => {
    const path = newPath();
    make(path);
    const before = readFileSync(path);
    await expect(look(`sqlite:${path}`)).rejects.toMatchObject(unavailable(message));
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it('takes a copy that was made by "vacuum into"', async () => {
    const url = await SQLITE.newUrl();
    await using store = await openStore(url);
    await store.records.append(callRecord());
    const copy = newPath();
    await SQLITE.behind(url, `vacuum into '${copy}'`);
    await using looked = await look(`sqlite:${copy}`);
    expect(await idsIn(looked)).toEqual(['call-1']);
  });
});
