// Kysely on node:sqlite. Promises: a value that SQLite would bind wrongly is refused, never guessed; a
// transaction that has begun need not wait for a lock any more; between two of them everything else of this
// process gets its turn. Knows nothing of tables.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';

/** The dialect over a database that is opened when it is first used, and closed when Kysely is destroyed. */
export function nodeSqliteDialect(open: () => DatabaseSync): SqliteDialect {
  return new NodeSqliteDialect({
    async database() {
      const database = open();
      return {
        close: () => database.close(),
        prepare: (sql) => asKyselyStatement(database.prepare(sql)),
      };
    },
  });
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class ImmediateDriver extends SqliteDriver {
  /**
   * What SQLite does it does at once, so without a pause one piece of work after another would keep
   * everything else of this process waiting, and other processes out of the file.
   */
  override async acquireConnection(): Promise<DatabaseConnection> {
    await new Promise((turn) => setImmediate(turn));
    return await super.acquireConnection();
  }

  /** A plain `begin` takes the write lock with the first write, where waiting for it is too late. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** SQLite can undo changes of tables; Kysely believes that it cannot, and would migrate without. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  };
}

/**
 * node:sqlite takes an object in the first place (a Date, say) for named parameters, and then every
 * value after it moves up by one without an error.
 */
function bindable(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value;
    default:
      if (value === null || value instanceof Uint8Array) return value;
      throw new TypeError('SQLite stores text, numbers, bytes and null: convert the value first.');
  }
}
