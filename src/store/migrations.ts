// How the tables came to be, step by step. A step that has shipped is never edited: add another.
// Names sort in the order of running.

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const callRecords: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('call_records')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('ended_at', 'text', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull().check(sql`json_valid(record)`))
      .modifyEnd(sql`strict`)
      .execute();
    // Append-only by the database too. Who purges drops the second trigger and puts it back within
    // one transaction, so that a record is never lost by a slip.
    for (const change of ['update', 'delete']) {
      await sql`
        create trigger ${sql.ref(`call_records_no_${change}`)}
        before ${sql.raw(change)} on call_records
        begin select raise(abort, 'call records are append-only'); end
      `.execute(db);
    }
  },
};

const usedTokens: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('used_tokens')
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('jti_hash', 'blob', (column) => column.notNull())
      .addColumn('expires_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('used_tokens_once', ['issuer', 'jti_hash'])
      .modifyEnd(sql`strict, without rowid`)
      .execute();
    await db.schema
      .createIndex('used_tokens_expired')
      .on('used_tokens')
      .column('expires_at')
      .execute();
  },
};

export const migrations: Record<string, Migration> = {
  '001-call-records': callRecords,
  '002-used-tokens': usedTokens,
};
