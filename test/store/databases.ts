// Both databases for the store tests, which run over each of them: a new store for every test, and the ways
// of somebody who gets at the database without us.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { createDatabase, type TestDatabase, withClient } from '../kit/postgres.ts';
import { temporaryFolder } from './folder.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface TestedDatabase {
  readonly name: 'SQLite' | 'PostgreSQL';
  /** URL of a store with nothing in it; gone when the test has finished. */
  newUrl(): Promise<string>;
  /** The same, but not even the tables are there yet. */
  newEmptyUrl(): Promise<string>;
  /** Runs a statement behind the store's back. */
  behind(url: string, statement: string): Promise<readonly Row[]>;
}

async function newFile(): Promise<string> {
  return `sqlite:${join(temporaryFolder(), 'store.db')}`;
}

const sqlite: TestedDatabase = {
  name: 'SQLite',
  newUrl: newFile,
  newEmptyUrl: newFile,
  async behind(url, statement) {
    using database = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 5000 });
    return database
      .prepare(statement)
      .all()
      .map((row) => ({ ...row }));
  },
};

/** Copying it is quicker than making the tables for every test. */
let template: Promise<TestDatabase> | undefined;

async function makeTemplate(): Promise<TestDatabase> {
  const made = await createDatabase();
  await using _ = await openStore(made.url);
  return made;
}

afterAll(async () => {
  await (await template)?.drop();
});

async function newPostgres(from?: string): Promise<string> {
  const { url, drop } = await createDatabase(from);
  onTestFinished(drop);
  return url;
}

const postgres: TestedDatabase = {
  name: 'PostgreSQL',
  async newUrl() {
    template ??= makeTemplate();
    return await newPostgres((await template).name);
  },
  newEmptyUrl: () => newPostgres(),
  behind: (url, statement) =>
    withClient(url, async (client) => (await client.query<Row>(statement)).rows),
};

export const DATABASES = [sqlite, postgres] as const;
export const [SQLITE, POSTGRES] = DATABASES;

/** Takes the safeguard off that keeps call records from being changed. */
export async function makeTamperable({ name, behind }: TestedDatabase, url: string): Promise<void> {
  await behind(
    url,
    name === 'SQLite'
      ? 'drop trigger call_records_no_update'
      : 'alter table call_records disable trigger call_records_no_change',
  );
}

/** Has `ms` pass, as far as the store can tell. */
export async function pass(ms: number, database: TestedDatabase, url: string): Promise<void> {
  for (const [table, ...columns] of [
    ['tries', 'at', 'expires_at'],
    ['tallies', 'expires_at'],
    ['codes', 'expires_at'],
    ['used_tokens', 'expires_at'],
    ['open_calls', 'begun_at', 'noted_at'],
    ['workers', 'alive_since', 'lease_until'],
  ]) {
    const changes = columns.map((column) => `${column} = ${column} - ${ms}`);
    await database.behind(url, `update ${table} set ${changes.join(', ')}`);
  }
}
