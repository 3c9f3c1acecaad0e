import { describe, expect, it } from 'vitest';
import type { Seal } from '../../src/ivr/ports.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { all, expectUnbroken, idsIn, linksIn } from './chains.ts';
import { DATABASES, makeTamperable, POSTGRES, type TestedDatabase } from './databases.ts';
import { callRecord } from './records.ts';

function seal(changes: Partial<Seal> = {}): Seal {
  const at = '2026-11-20T12:00:00.000Z';
  return { seq: 1, hash: 'h1', at, jws: 'e30.e30.sig', purged: false, ...changes };
}

/** As a signer would: says what it was given. */
const sign = async (last: { seq: number; hash: string }) => seal({ ...last, purged: true });

/** Appends records `day-1` … that ended on these days of November, in this order. */
async function appendDays(store: Store, ...days: readonly number[]): Promise<void> {
  for (const [i, day] of days.entries()) {
    const endedAt = `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`;
    await store.records.append(callRecord({ id: `call-${i + 1}`, endedAt }));
  }
}

/** A statement that writes so many records of a call of 1 November, as if they were chained. */
function manyRecords(name: TestedDatabase['name'], length: number): string {
  const numbers =
    name === 'SQLite'
      ? `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${length})`
      : `with n (i) as (select generate_series(1, ${length}))`;
  const endedAt = '2026-11-01T10:00:00.000Z';
  return `${numbers} insert into call_records (seq, id, ended_at, record, prev, hash)
    select i, 'old-' || i, '${endedAt}', '${JSON.stringify({ endedAt })}', '', 'h' || i from n`;
}

async function firstPlace(store: Store): Promise<number | undefined> {
  for await (const { seq } of store.records.list()) return seq;
  return undefined;
}

describe.each(DATABASES)('the chain of call records on $name', (database) => {
  const { name, newUrl, behind } = database;

  it('has no end before there is a record', async () => {
    await using store = await openStore(await newUrl());
    expect(await store.chain.head()).toBeNull();
  });

  it('ends with the last record', async () => {
    await using store = await openStore(await newUrl());
    await appendDays(store, 1, 2, 3);
    const last = (await linksIn(store)).at(-1);
    expect(await store.chain.head()).toEqual({ seq: 3, hash: last?.hash });
  });

  it('keeps its seals, each once', async () => {
    await using store = await openStore(await newUrl());
    const seals = [
      seal(),
      seal({ purged: true, jws: 'other' }),
      seal({ seq: 12, hash: 'h12', jws: 'x'.repeat(400) }),
    ];
    for (const each of seals.toReversed()) await store.chain.keepSeal(each);
    await store.chain.keepSeal(seal({ jws: 'again', at: '2027-01-01T00:00:00.000Z' }));
    expect(await all(store.chain.seals())).toEqual(seals);
  });

  it('lists any number of seals, and knows the newest', async () => {
    await using store = await openStore(await newUrl());
    expect(await store.chain.newestSeal()).toBeNull();
    const seals = Array.from({ length: 1003 }, (_, i) =>
      seal({ seq: 1 + Math.floor(i / 2), purged: i % 2 === 1 }),
    );
    await Promise.all(seals.map((each) => store.chain.keepSeal(each)));
    expect(await all(store.chain.seals())).toEqual(seals);
    expect(await store.chain.newestSeal()).toEqual(seals.at(-1));
  });

  it.each(["id = 'other'", "ended_at = '2026-11-02T10:00:00.001Z'"])(
    'finds the first record with a wrong note beside it: %s',
    async (change) => {
      const url = await newUrl();
      await using store = await openStore(url);
      await appendDays(store, 1, 2, 3);
      expect(await store.chain.mislabelled(0, 3)).toBeNull();
      await makeTamperable(database, url);
      await behind(url, `update call_records set ${change} where seq = 2`);
      expect(await store.chain.mislabelled(0, 3)).toEqual({ seq: 2, id: 'call-2' });
      expect(await store.chain.mislabelled(0, 1)).toBeNull();
      expect(await store.chain.mislabelled(2, 3)).toBeNull();
    },
  );

  it.each(["update seals set jws = ''", 'delete from seals'])(
    'keeps its seals from being changed behind our back: %s',
    async (statement) => {
      const url = await newUrl();
      await using store = await openStore(url);
      await store.chain.keepSeal(seal());
      await expect(behind(url, statement)).rejects.toThrow('seals are append-only');
    },
  );

  describe('when old records are purged', () => {
    it('loses those before the first that is not old, and keeps the seal of the last one lost', async () => {
      await using store = await openStore(await newUrl());
      await appendDays(store, 1, 3, 2, 8, 4, 9);
      const third = (await linksIn(store))[2];
      expect(await store.chain.purge('2026-11-05', sign)).toBe(3);
      expect(await idsIn(store)).toEqual(['call-4', 'call-5', 'call-6']);
      const [kept, ...more] = await all(store.chain.seals());
      expect(kept).toEqual(seal({ seq: 3, hash: third?.hash as string, purged: true }));
      expect(more).toEqual([]);
      await expectUnbroken(store, { seq: 3, hash: third?.hash as string });
    });

    it('goes on where it ended, even if nothing is left', async () => {
      await using store = await openStore(await newUrl());
      await appendDays(store, 1, 2);
      const head = await store.chain.head();
      expect(await store.chain.purge('2026-11-03', sign)).toBe(2);
      expect(await store.chain.head()).toEqual(head);
      await store.records.append(callRecord({ id: 'next' }));
      expect(await linksIn(store)).toMatchObject([{ id: 'next', seq: 3, prev: head?.hash }]);
    });

    it('loses a record that ended at that very moment no more than a later one', async () => {
      await using store = await openStore(await newUrl());
      await appendDays(store, 1, 2);
      expect(await store.chain.purge('2026-11-02T10:00:00Z', sign)).toBe(1);
    });

    it('understands a moment with an offset', async () => {
      await using store = await openStore(await newUrl());
      await appendDays(store, 1, 2);
      expect(await store.chain.purge('2026-11-02T23:00:00+13:00', sign)).toBe(1);
    });

    it.each([
      ['nothing is there', []],
      ['nothing is old', [5]],
      ['what is old is not at the beginning', [5, 1]],
    ])('loses nothing and seals nothing where %s', async (_, days) => {
      await using store = await openStore(await newUrl());
      await appendDays(store, ...days);
      const never = () => Promise.reject(new Error('asked to sign'));
      expect(await store.chain.purge('2026-11-04', never)).toBe(0);
      expect(await linksIn(store)).toHaveLength(days.length);
    });

    it('loses nothing where no seal can be made', async () => {
      await using store = await openStore(await newUrl());
      await appendDays(store, 1, 2);
      const failing = () => Promise.reject(new Error('no key'));
      await expect(store.chain.purge('2026-11-09', failing)).rejects.toThrow('no key');
      expect(await linksIn(store)).toHaveLength(2);
      expect(await all(store.chain.seals())).toEqual([]);
    });

    it('cannot be shortened behind our back afterwards either', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await appendDays(store, 1, 2, 3);
      await store.chain.purge('2026-11-02', sign);
      await expect(behind(url, 'delete from call_records')).rejects.toThrow('append-only');
      // The connection that purged is no other.
      await expect(store.chain.purge('2026-11-03', sign)).resolves.toBe(1);
      expect(await idsIn(store)).toEqual(['call-3']);
    });

    it('loses many piece by piece, each under a seal, and others write meanwhile', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await using other = await openStore(url);
      await behind(url, manyRecords(name, 12_000));
      await behind(url, "update chain_head set seq = 12000, hash = 'h12000'");
      const found: object[] = [];
      const purged = await store.chain.purge('2026-11-05', async (last) => {
        await other.records.append(callRecord({ id: `next-${found.length}` }));
        const first = await firstPlace(other);
        const newest = await other.chain.newestSeal();
        found.push({ last: last.seq, first, sealed: newest?.seq ?? null });
        return await sign(last);
      });
      expect(purged).toBe(12_000);
      expect(found).toEqual([
        { last: 5000, first: 1, sealed: null },
        { last: 10_000, first: 5001, sealed: 5000 },
        { last: 12_000, first: 10_001, sealed: 10_000 },
      ]);
      expect(await idsIn(store)).toEqual(['next-0', 'next-1', 'next-2']);
      expect((await all(store.chain.seals())).map(({ seq }) => seq)).toEqual([
        5000, 10_000, 12_000,
      ]);
    });

    it('ends at a record that does not say when its call ended', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await appendDays(store, 1, 2, 3);
      await makeTamperable(database, url);
      await behind(url, "update call_records set record = '{}' where seq = 2");
      expect(await store.chain.purge('2026-11-09', sign)).toBe(1);
      expect(await store.chain.mislabelled(0, 3)).toEqual({ seq: 2, id: null });
    });

    it('goes by what the records themselves say, not by what is noted beside them', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await appendDays(store, 1, 8, 9);
      await makeTamperable(database, url);
      await behind(url, "update call_records set ended_at = '2001-01-01T00:00:00.000Z'");
      expect(await store.chain.mislabelled(0, 3)).toEqual({ seq: 1, id: 'call-1' });
      expect(await store.chain.purge('2026-11-05', sign)).toBe(1);
      expect(await idsIn(store)).toEqual(['call-2', 'call-3']);
    });

    it('may be appended to meanwhile', async () => {
      const url = await newUrl();
      await using store = await openStore(url);
      await using other = await openStore(url);
      await appendDays(store, 1, 2);
      let appending: Promise<unknown> | undefined;
      await store.chain.purge('2026-11-09', async (last) => {
        appending = other.records.append(callRecord({ id: 'next' }));
        return await sign(last);
      });
      await appending;
      expect(await linksIn(store)).toMatchObject([{ id: 'next', seq: 3 }]);
    });
  });
});

describe('on PostgreSQL', () => {
  const { newUrl, behind } = POSTGRES;

  it.each(['call_records', 'seals', 'lock_clearings'])('%s cannot be emptied', async (table) => {
    const url = await newUrl();
    await using _ = await openStore(url);
    await expect(behind(url, `truncate ${table}`)).rejects.toThrow('append-only');
  });
});
