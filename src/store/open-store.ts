// Opens the store that TONEGATE_STORE names. Promises: once open, the tables are up to date, what was
// appended survives a crash, and any number of processes may have the same store open.

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { IvrFault } from '../ivr/fault.ts';
import type { RecordStore, UsedTokens } from '../ivr/ports.ts';
import { callRecords } from './call-records.ts';
import { migrations } from './migrations.ts';
import type { StoreSchema } from './schema.ts';
import { nodeSqliteDialect } from './sqlite-dialect.ts';
import { attempt, LOCK_WAIT_MS } from './store-fault.ts';
import { usedTokens } from './used-tokens.ts';

/** An open store. Disposing closes it; nothing of it may be used after that. */
export interface Store extends AsyncDisposable {
  readonly records: RecordStore;
  readonly usedTokens: UsedTokens;
}

/**
 * Opens the store, making its file (mode 0600) and folder where they are missing, and brings its
 * tables up to date. `url` is `sqlite:PATH`; `sqlite::memory:` is gone when closed. Another kind of
 * URL is an `IVR_CONFIG_INVALID`, a file that cannot be used an `IVR_STORE_UNAVAILABLE`.
 */
export async function openStore(url: string): Promise<Store> {
  const path = pathIn(url);
  const db = await attempt(
    'The store of TONEGATE_STORE could not be opened. Check that its folder can be written to, that the file is a store, and that no newer version has written it.',
    () => open(path),
  );
  return {
    records: callRecords(db),
    usedTokens: usedTokens(db),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

function pathIn(url: string): string {
  const path = /^sqlite:(?!\/\/[^/])(.+)$/.exec(url)?.[1];
  if (path === undefined) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      'TONEGATE_STORE must be sqlite:PATH, for example sqlite:data/tonegate.db. Other databases are not supported.',
    );
  }
  return path === ':memory:' ? path : resolve(path);
}

async function open(path: string): Promise<Kysely<StoreSchema>> {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Left to itself SQLite makes the file readable for everybody.
    closeSync(openSync(path, 'a', 0o600));
  }
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
  try {
    // WAL: reading does not wait for writing. FULL: an appended record survives a power cut.
    database.exec('pragma journal_mode = wal; pragma synchronous = full');
    const db = new Kysely<StoreSchema>({ dialect: nodeSqliteDialect(database) });
    await migrate(database, db);
    return db;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Kysely takes no lock on SQLite, so the run is one exclusive transaction; closing undoes half of it. */
async function migrate(database: DatabaseSync, db: Kysely<StoreSchema>): Promise<void> {
  database.exec('begin exclusive');
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  database.exec('commit');
}
