// What SQLite and PostgreSQL do not have in common, as the queries need it. Everything else of the store is
// written once (docs/adr/0014-one-set-of-queries.md).

import type { Kysely, RawBuilder } from 'kysely';
import type { StoreSchema } from './schema.ts';
import type { Attempt } from './store-fault.ts';

export interface Dialect {
  /** The store's own time, ms since 1970; the same throughout a statement. */
  readonly now: RawBuilder<number>;
  /** Ends a select: its rows are nobody else's to change until the transaction ends. */
  readonly locked: RawBuilder<unknown>;
  /** The same, and rows that somebody else has are left out. */
  readonly lockedIfFree: RawBuilder<unknown>;
  /** The same of the rows of `open_calls` in a join. */
  readonly lockedCallsIfFree: RawBuilder<unknown>;
  /** Whether it can be away while its users live, so that all their leases run out together. */
  readonly canBeAway: boolean;
  /** How columns are defined. */
  readonly types: {
    /** 53 bits at least. */
    readonly integer: RawBuilder<unknown>;
    readonly bytes: RawBuilder<unknown>;
    /** Text that is compared byte by byte. */
    readonly ordinal: RawBuilder<unknown>;
    /** A primary key that the database counts up. */
    readonly counter: RawBuilder<unknown>;
  };
  /** A condition: the text in this column is JSON. */
  isJson(column: string): RawBuilder<unknown>;
  /** Ends the definition of a table: its columns take values of their own type only. */
  readonly strict: RawBuilder<unknown>;
  /** The same; the rows lie in the order of the primary key where the database can do that. */
  readonly strictByKey: RawBuilder<unknown>;
  /** Has the database refuse to change or remove rows of `table`. */
  makeAppendOnly(db: Kysely<never>, table: string): Promise<void>;
  /**
   * Lets `work` remove rows of `table` all the same, within a transaction; not others, and not afterwards. That is
   * against slips: in PostgreSQL any user with the right to delete can set what this sets.
   */
  whileRemovable<T>(db: Kysely<never>, table: string, work: () => Promise<T>): Promise<T>;
  /**
   * Ends the leases of other workers whose session lock is free, while this one holds its own: they live no more.
   * Does nothing where there are no such locks.
   */
  endLeasesOfDead(db: Kysely<StoreSchema>, workerId: string): Promise<void>;
  /** Waits until no other process is migrating, and keeps them waiting until the transaction ends. */
  lockMigrations(db: Kysely<never>): Promise<void>;
}

/** What becomes of the place that a worker holds in the store. */
export interface PlaceEvents {
  /** It is lost: others may think this worker dead. */
  readonly onLost: () => void;
  /** It is held, at first or again. */
  readonly onHeld: () => void;
  /** There is none to be had here, for a pooler hands connections around: leases alone tell who lives. */
  readonly onPooled: () => void;
}

/** A database, opened when it is first used and closed by `db.destroy()`. */
export interface Database<Schema> {
  readonly db: Kysely<Schema>;
  readonly dialect: Dialect;
  readonly attempt: Attempt;
  /** See `Store.holdPlace`. */
  holdPlace(workerId: string, events: PlaceEvents): AsyncDisposable;
  /** What to look at where it cannot be opened. */
  readonly mend: string;
}
