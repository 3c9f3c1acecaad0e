// kill -9 of a process amid its work: every call that has begun has one record, and the chain is whole.

import { copyFileSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { expectUnbroken, idsIn, linksIn } from './chains.ts';
import { DATABASES, pass, SQLITE } from './databases.ts';
import { temporaryFolder } from './folder.ts';
import { callRecord } from './records.ts';
import { type Writer, writer } from './writers.ts';

describe.each(DATABASES)('a worker that is killed on $name', (database) => {
  const { newUrl, behind } = database;

  /** Holds that each call has its record, once, and that nothing is left to be closed. */
  async function expectAllKept(store: Store, url: string, writers: readonly Writer[]) {
    await pass(60_000, database, url);
    while ((await store.records.beat('other', 0)).length > 0);
    const ids = await idsIn(store);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { begun, kept } of writers) {
      expect(ids).toEqual(expect.arrayContaining([...begun]));
      expect(ids).toEqual(expect.arrayContaining([...kept]));
    }
    expect(await behind(url, 'select id from open_calls')).toEqual([]);
    await expectUnbroken(store);
  }

  it('loses nothing that was kept, and leaves no call without a record', async () => {
    const url = await newUrl();
    const one = writer(url, 'a', 1_000_000);
    await one.hasKept('a-40');
    await one.kill();
    await using store = await openStore(url);
    await expectAllKept(store, url, [one]);
    const ids = await idsIn(store);
    // One after the other: no gap, and one call was under way at most.
    expect(ids).toEqual(ids.map((_, i) => `a-${i}`));
    const lost = (await linksIn(store)).filter(({ ending }) => ending.reason === 'worker-lost');
    expect(lost.length).toBeLessThan(2);
    await store.records.append(callRecord({ id: 'after' }));
    await expectUnbroken(store);
  });

  it('again and again, among others at work, with many calls at once', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    const survivor = writer(url, 'survivor', 1_000_000, 4);
    const victims: Writer[] = [];
    for (let i = 0; i < 5; i += 1) {
      const victim = writer(url, `victim${i}`, 1_000_000, 8);
      victims.push(victim);
      // Each a little further on, so that no two die at the same place of their work.
      await victim.hasKept(`victim${i}-${i * 7}`);
      await victim.kill();
    }
    await survivor.hasKept('survivor-30');
    await survivor.kill();
    await expectAllKept(store, url, [survivor, ...victims]);
  });
});

it('a SQLite store whose last writes were torn by a power cut is whole up to there', async () => {
  const path = (await SQLITE.newUrl()).slice('sqlite:'.length);
  await using store = await openStore(`sqlite:${path}`);
  for (let i = 0; i < 20; i += 1) await store.records.append(callRecord({ id: `call-${i}` }));
  const written = readFileSync(`${path}-wal`).length;
  const found = new Set<number>();
  for (let cut = 0; cut <= 40; cut += 1) {
    const copy = join(temporaryFolder(), 'store.db');
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, Math.round((written * cut) / 40));
    await using torn = await openStore(`sqlite:${copy}`);
    const ids = await idsIn(torn);
    expect(ids).toEqual(ids.map((_, i) => `call-${i}`));
    await expectUnbroken(torn);
    found.add(ids.length);
  }
  // All is there where nothing was torn, and the cuts were not all at the same place.
  expect(found).toContain(20);
  expect(found.size).toBeGreaterThan(5);
});
