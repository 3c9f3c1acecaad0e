// How the tables came to be, step by step, in one transaction and one process at a time. A step that has
// shipped is never edited: add another. Names sort in the order of running.

import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import type { CallRecord } from '../ivr/call-record.ts';
import { GENESIS } from '../ivr/record-chain.ts';
import { linkAfter } from './chain-link.ts';
import type { Dialect } from './database.ts';
import type { CallRecordsTable, ChainHeadTable } from './schema.ts';

/** Brings the tables up to date; all or nothing. Refuses a store that a newer version has written. */
export async function migrate<Schema>(db: Kysely<Schema>, dialect: Dialect): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const untyped = transaction as unknown as Kysely<never>;
    await dialect.lockMigrations(untyped);
    const provider = { getMigrations: async () => migrations(dialect) };
    const { error } = await new Migrator({ db: untyped, provider }).migrateToLatest();
    if (error !== undefined) throw error;
  });
}

/** `newer`: with steps that are not ours. */
export type TablesState = 'none' | 'older' | 'current' | 'newer';

/** How far the tables are, for whoever may not change them. */
export async function tablesState<Schema>(
  db: Kysely<Schema>,
  dialect: Dialect,
): Promise<TablesState> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return 'none';
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}
  `.execute(db);
  if (rows.length === 0) return 'none';
  const ours = Object.keys(migrations(dialect));
  if (rows.some(({ name }) => !ours.includes(name))) return 'newer';
  return rows.length < ours.length ? 'older' : 'current';
}

function migrations(dialect: Dialect): Record<string, Migration> {
  return {
    '001-call-records': { up: (db: Kysely<never>) => callRecords(db, dialect) },
    '002-used-tokens': { up: (db: Kysely<never>) => usedTokens(db, dialect) },
    '003-chain': { up: (db: Kysely<Chaining>) => chain(db, dialect) },
    '004-calls-under-way': { up: (db: Kysely<never>) => callsUnderWay(db, dialect) },
    '005-verification': { up: (db: Kysely<never>) => verification(db, dialect) },
    '006-taking-over': { up: (db: Kysely<never>) => takingOver(db, dialect) },
  };
}

async function callRecords(db: Kysely<never>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('call_records')
    .addColumn('seq', dialect.types.counter)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('ended_at', 'text', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull().check(dialect.isJson('record')))
    .modifyEnd(dialect.strict)
    .execute();
  await dialect.makeAppendOnly(db, 'call_records');
}

async function usedTokens(db: Kysely<never>, { types, strictByKey }: Dialect): Promise<void> {
  await db.schema
    .createTable('used_tokens')
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('jti_hash', types.bytes, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('used_tokens_once', ['issuer', 'jti_hash'])
    .modifyEnd(strictByKey)
    .execute();
  await index(db, 'used_tokens_expired', 'used_tokens', ['expires_at']);
}

/** The tables of 003, and the records as they were before. */
interface Chaining {
  readonly unchained_records: {
    readonly seq: number;
    readonly id: string;
    readonly record: string;
  };
  readonly call_records: CallRecordsTable;
  readonly chain_head: ChainHeadTable;
}

/** Records that are there already are chained in their order; gaps in `seq` close. */
async function chain(db: Kysely<Chaining>, dialect: Dialect): Promise<void> {
  const { types, strict } = dialect;
  const untyped = db as unknown as Kysely<never>;
  await db.schema.alterTable('call_records').renameTo('unchained_records').execute();
  await db.schema
    .createTable('call_records')
    .addColumn('seq', types.integer, (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('ended_at', types.ordinal, (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull().check(dialect.isJson('record')))
    .addColumn('prev', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('call_records_place', ['seq'])
    .addUniqueConstraint('call_records_once', ['id'])
    .modifyEnd(strict)
    .execute();
  await db.schema
    .createTable('chain_head')
    .addColumn('id', types.integer, (column) => column.notNull().check(sql`id = 1`))
    .addColumn('seq', types.integer, (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('chain_head_one', ['id'])
    .modifyEnd(strict)
    .execute();
  await db.schema
    .createTable('seals')
    .addColumn('seq', types.integer, (column) => column.notNull())
    .addColumn('purged', types.integer, (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('jws', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('seals_once', ['seq', 'purged'])
    .modifyEnd(strict)
    .execute();
  const head = await chainAll(db);
  await db.insertInto('chain_head').values(head).execute();
  await db.schema.dropTable('unchained_records').execute();
  for (const table of ['call_records', 'seals']) await dialect.makeAppendOnly(untyped, table);
}

async function chainAll(db: Kysely<Chaining>): Promise<ChainHeadTable> {
  let head: ChainHeadTable = { id: 1, seq: 0, hash: GENESIS };
  let last = 0;
  for (;;) {
    const row = await db
      .selectFrom('unchained_records')
      .select(['seq', 'id', 'record'])
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return head;
    last = row.seq;
    const link = linkAfter(head, JSON.parse(row.record) as CallRecord);
    await db.insertInto('call_records').values(link).execute();
    head = { id: 1, seq: link.seq, hash: link.hash };
  }
}

async function callsUnderWay(db: Kysely<never>, { types, strict, isJson }: Dialect): Promise<void> {
  await db.schema
    .createTable('open_calls')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('worker_id', 'text', (column) => column.notNull())
    .addColumn('begun_at', types.integer, (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull().check(isJson('record')))
    .addPrimaryKeyConstraint('open_calls_once', ['id'])
    .modifyEnd(strict)
    .execute();
  await db.schema
    .createTable('workers')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('alive_since', types.integer, (column) => column.notNull())
    .addColumn('lease_until', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('workers_once', ['id'])
    .modifyEnd(strict)
    .execute();
}

async function verification(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const { types, strict, strictByKey } = dialect;
  await db.schema
    .createTable('codes')
    .addColumn('challenge', 'text', (column) => column.notNull())
    .addColumn('digest', types.bytes, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .addColumn('submissions_left', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('codes_once', ['challenge'])
    .modifyEnd(strictByKey)
    .execute();
  await index(db, 'codes_expired', 'codes', ['expires_at']);
  await db.schema
    .createTable('tallies')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('tally', 'text', (column) => column.notNull())
    .addColumn('hard_after', types.integer, (column) => column.notNull())
    .addColumn('hard_ms', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('tallies_once', ['kind', 'tally'])
    .modifyEnd(strictByKey)
    .execute();
  await index(db, 'tallies_expired', 'tallies', ['expires_at']);
  await db.schema
    .createTable('tries')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('tally', 'text', (column) => column.notNull())
    .addColumn('caller_hash', 'text')
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('counts', types.integer, (column) => column.notNull())
    .addColumn('expires_at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('tries_once', ['id'])
    .modifyEnd(strict)
    .execute();
  await index(db, 'tries_at_account', 'tries', ['tally', 'kind', 'at']);
  await index(db, 'tries_of_caller', 'tries', ['caller_hash', 'at']);
  await index(db, 'tries_lately', 'tries', ['at']);
  await index(db, 'tries_expired', 'tries', ['expires_at']);
  await db.schema
    .createTable('lock_clearings')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('ref', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('cleared_by', 'text', (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('lock_clearings_once', ['id'])
    .modifyEnd(strict)
    .execute();
  await dialect.makeAppendOnly(db, 'lock_clearings');
}

async function takingOver(db: Kysely<never>, { types }: Dialect): Promise<void> {
  await db.schema
    .alterTable('open_calls')
    .addColumn('generation', types.integer, (column) => column.notNull().defaultTo(1))
    .execute();
  await db.schema.alterTable('open_calls').addColumn('note', types.bytes).execute();
  await db.schema
    .alterTable('open_calls')
    .addColumn('noted_at', types.integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('workers').addColumn('lock_key', types.integer).execute();
}

async function index(
  db: Kysely<never>,
  name: string,
  table: string,
  columns: string[],
): Promise<void> {
  await db.schema.createIndex(name).on(table).columns(columns).execute();
}
