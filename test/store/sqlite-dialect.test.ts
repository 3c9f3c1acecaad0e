import { DatabaseSync } from 'node:sqlite';
import { type Generated, Kysely, sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { nodeSqliteDialect } from '../../src/store/sqlite-dialect.ts';

interface Things {
  things: { id: Generated<number>; name: unknown; size: unknown };
}

async function open(): Promise<Kysely<Things>> {
  const db = new Kysely<Things>({ dialect: nodeSqliteDialect(() => new DatabaseSync(':memory:')) });
  onTestFinished(() => db.destroy());
  await sql`create table things (id integer primary key, name, size)`.execute(db);
  return db;
}

it('keeps text, numbers, bytes and null as they are', async () => {
  const db = await open();
  const rows = [
    { name: 'a', size: 1 },
    { name: null, size: 1.5 },
    { name: new Uint8Array([1, 2]), size: 12n },
  ];
  await db.insertInto('things').values(rows).execute();
  expect(await db.selectFrom('things').select(['name', 'size']).orderBy('id').execute()).toEqual([
    { name: 'a', size: 1 },
    { name: null, size: 1.5 },
    { name: new Uint8Array([1, 2]), size: 12 },
  ]);
});

it.each([[new Date(0)], [{ name: 'x' }], [['x']], [true], [undefined], [Symbol('x')]])(
  'refuses %s instead of moving the other values up',
  async (name) => {
    const db = await open();
    // A value list, for Kysely would leave an undefined column out.
    const inserting = sql`insert into things (name, size) values (${name}, ${2})`.execute(db);
    await expect(inserting).rejects.toThrow('convert the value first');
    expect(await db.selectFrom('things').selectAll().execute()).toEqual([]);
  },
);

it('answers what was inserted, both asked for and not', async () => {
  const db = await open();
  const values = { name: 'a', size: 1 };
  const plain = await db.insertInto('things').values(values).executeTakeFirstOrThrow();
  expect(plain).toMatchObject({ insertId: 1n, numInsertedOrUpdatedRows: 1n });
  const returned = db.insertInto('things').values(values).returning('id');
  expect(await returned.executeTakeFirstOrThrow()).toEqual({ id: 2 });
});

it('streams row by row', async () => {
  const db = await open();
  await db
    .insertInto('things')
    .values([
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ])
    .execute();
  const names: unknown[] = [];
  for await (const { name } of db.selectFrom('things').select('name').stream()) names.push(name);
  expect(names).toEqual(['a', 'b']);
});

it('lets everything else of the process have its turn between two pieces of work', async () => {
  const db = await open();
  let turns = 0;
  const turn = () => {
    turns += 1;
    setImmediate(turn).unref();
  };
  turn();
  const work = Array.from({ length: 50 }, (_, size) =>
    db.transaction().execute(async (transaction) => {
      await transaction.insertInto('things').values({ name: 'a', size }).execute();
    }),
  );
  await Promise.all(work);
  expect(turns).toBeGreaterThanOrEqual(50);
});
