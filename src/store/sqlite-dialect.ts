// Kysely on node:sqlite. Promises: a value that SQLite would bind wrongly is refused, never guessed.
// Knows nothing of tables.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { SqliteDialect, type SqliteStatement } from 'kysely';

/** The dialect over an open database, which Kysely closes when it is destroyed. */
export function nodeSqliteDialect(database: DatabaseSync): SqliteDialect {
  return new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare: (sql) => asKyselyStatement(database.prepare(sql)),
    },
  });
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
