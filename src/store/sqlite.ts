// The store in a file, for one machine: SQLite as it comes with Node. Promises: what was kept survives a
// crash and a power cut, any number of processes may have the file open, and the file is its owner's only.

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, type RawBuilder, sql } from 'kysely';
import type { Database, Dialect } from './database.ts';
import { nodeSqliteDialect } from './sqlite-dialect.ts';
import { attemptWith } from './store-fault.ts';

const SQLITE_BUSY = 5;
const GIVEN_NOW = 'given_now';

/**
 * The store in the file `path`; `make`: file (mode 0600) and folder are made where they are missing. `now`: its
 * time, ms since 1970; SQLite's own unless given.
 */
export function sqliteAt<Schema>(
  path: string,
  mode: 'make' | 'existing',
  now?: () => number,
): Database<Schema> {
  function open(): DatabaseSync {
    const database = openFile(path === ':memory:' ? path : resolve(path), mode);
    if (now !== undefined) database.function(GIVEN_NOW, () => Math.round(now()));
    return database;
  }
  return {
    db: new Kysely<Schema>({ dialect: nodeSqliteDialect(open) }),
    dialect:
      now === undefined ? dialect : { ...dialect, now: sql<number>`${sql.raw(GIVEN_NOW)}()` },
    attempt: attemptWith({ isPassing: isBusy, word: wordOf }),
    holdPlace: () => ({ [Symbol.asyncDispose]: async () => undefined }),
    mend: 'Check that its folder can be written to, that the file is a store, and that no newer version has written it.',
  };
}

function isBusy(error: Error): boolean {
  // The low byte is the plain result code; the rest says which kind of busy.
  return (Number(Reflect.get(error, 'errcode')) & 0xff) === SQLITE_BUSY;
}

function wordOf(error: Error): string | undefined {
  const result: unknown = Reflect.get(error, 'errcode');
  if (typeof result === 'number') return `SQLite ${result}`;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined;
}

function openFile(path: string, mode: 'make' | 'existing'): DatabaseSync {
  // SQLite would make a missing file, too.
  if (mode === 'existing') closeSync(openSync(path, 'r+'));
  else if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Left to itself SQLite makes the file readable for everybody.
    closeSync(openSync(path, 'a', 0o600));
  }
  // No waiting in SQLite itself: it would hold up every call of this process.
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // WAL: reading does not wait for writing. The file keeps that, and would if it were none of ours.
    if (mode === 'make') database.exec('pragma journal_mode = wal');
    // What was kept survives a power cut.
    database.exec('pragma synchronous = full');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const nothing = sql``;

const dialect: Dialect = {
  now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
  // A transaction has the whole file from its beginning.
  locked: nothing,
  lockedIfFree: nothing,
  lockedCallsIfFree: nothing,
  canBeAway: false,
  types: {
    integer: sql`integer`,
    bytes: sql`blob`,
    ordinal: sql`text`,
    counter: sql`integer primary key autoincrement`,
  },
  isJson: (column) => sql`json_valid(${sql.raw(column)})`,
  strict: sql`strict`,
  strictByKey: sql`strict, without rowid`,

  async makeAppendOnly(db, table) {
    for (const change of ['update', 'delete'] as const) await forbid(change, table).execute(db);
  },

  async whileRemovable(db, table, work) {
    await sql`drop trigger ${sql.ref(`${table}_no_delete`)}`.execute(db);
    const result = await work();
    await forbid('delete', table).execute(db);
    return result;
  },

  async endLeasesOfDead() {
    // A lease that runs out is all there is to see.
  },

  async lockMigrations() {
    // Whoever is in a transaction is alone.
  },
};

function forbid(change: 'update' | 'delete', table: string): RawBuilder<unknown> {
  const message = `${table.replace('_', ' ')} are append-only`;
  return sql`
    create trigger ${sql.ref(`${table}_no_${change}`)}
    before ${sql.raw(change)} on ${sql.table(table)}
    begin select raise(abort, ${sql.lit(message)}); end
  `;
}
