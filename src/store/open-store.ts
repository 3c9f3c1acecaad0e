// Opens the store that TONEGATE_STORE names. Promises: once open, the tables are up to date, what was kept
// survives a crash, and any number of processes may have the same store open. Who only looks makes nothing.

import { existsSync } from 'node:fs';
import { IvrFault } from '../ivr/fault.ts';
import type {
  CodeStore,
  LockBook,
  RecordChain,
  RecordStore,
  TryStore,
  UsedTokens,
} from '../ivr/ports.ts';
import { callRecords } from './call-records.ts';
import { callsUnderWay } from './calls-under-way.ts';
import { codes } from './codes.ts';
import type { Database, PlaceEvents } from './database.ts';
import { lockBook } from './lock-book.ts';
import { migrate, type TablesState, tablesState } from './migrations.ts';
import { postgresAt } from './postgres.ts';
import { recordChain } from './record-chain.ts';
import type { StoreSchema } from './schema.ts';
import { sqliteAt } from './sqlite.ts';
import { tries } from './tries.ts';
import { usedTokens } from './used-tokens.ts';

/** An open store. Disposing closes it; nothing of it may be used after that. */
export interface Store extends AsyncDisposable {
  readonly records: RecordStore;
  readonly chain: RecordChain;
  readonly codes: CodeStore;
  readonly tries: TryStore;
  readonly locks: LockBook;
  readonly usedTokens: UsedTokens;
  /**
   * Holds a worker's place for as long as this process lives: where the database can, others see at once that it is
   * gone, and need not wait for its lease to run out. Disposing gives it up.
   */
  holdPlace(workerId: string, events: PlaceEvents): AsyncDisposable;
}

interface OpenStore {
  /**
   * `make` (default): file, folder and tables are made where they are missing, and brought up to date.
   * `existing`: none of these; what is missing or older is an `IVR_STORE_UNAVAILABLE` that says what to do.
   */
  readonly mode?: 'make' | 'existing';
  /** The time of a store in memory, ms since 1970: for calls on a virtual clock. */
  readonly now?: () => number;
}

/**
 * Opens the store. `url` is `sqlite:PATH` (a file of mode 0600; `sqlite::memory:` is gone when closed) or
 * `postgres://…`. Another kind of URL is an `IVR_CONFIG_INVALID`, a store that cannot be used an
 * `IVR_STORE_UNAVAILABLE`.
 */
export async function openStore(
  url: string,
  { mode = 'make', now }: OpenStore = {},
): Promise<Store> {
  const database = databaseAt(url, mode, now);
  const { db, dialect, attempt, mend } = database;
  const failed = `The store of TONEGATE_STORE could not be opened. ${mend}`;
  try {
    if (mode === 'make') await attempt(failed, () => migrate(db, dialect));
    else refuse(await attempt(failed, () => tablesState(db, dialect)));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    records: { ...callRecords(database), ...callsUnderWay(database) },
    chain: recordChain(database),
    codes: codes(database),
    tries: tries(database),
    locks: lockBook(database),
    usedTokens: usedTokens(database),
    holdPlace: database.holdPlace,
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

const NO_STORE =
  'There is no store at TONEGATE_STORE. If that is where it should be, start "tonegate worker": it makes one.';

/** Throws unless the tables are up to date. */
function refuse(state: TablesState): void {
  switch (state) {
    case 'current':
      return;
    case 'none':
      throw new IvrFault('IVR_STORE_UNAVAILABLE', NO_STORE);
    case 'older':
      throw new IvrFault(
        'IVR_STORE_UNAVAILABLE',
        'An older version has written the store of TONEGATE_STORE. Start "tonegate worker" of this version: it brings it up to date.',
      );
    case 'newer':
      throw new IvrFault(
        'IVR_STORE_UNAVAILABLE',
        'A newer version, or another program, has written the store of TONEGATE_STORE. Use the version of the workers.',
      );
  }
}

function databaseAt(
  url: string,
  mode: 'make' | 'existing',
  now?: () => number,
): Database<StoreSchema> {
  const path = /^sqlite:(?!\/\/[^/])(.+)$/.exec(url)?.[1];
  if (path !== undefined) {
    if (mode === 'existing' && !existsSync(path)) {
      throw new IvrFault('IVR_STORE_UNAVAILABLE', NO_STORE);
    }
    return sqliteAt(path, mode, path === ':memory:' ? now : undefined);
  }
  if (/^postgres(ql)?:\/\//.test(url)) return postgresAt(url);
  throw new IvrFault(
    'IVR_CONFIG_INVALID',
    'TONEGATE_STORE must be sqlite:PATH, for example sqlite:data/tonegate.db, or postgres://USER:PASSWORD@HOST:5432/DATABASE.',
  );
}
