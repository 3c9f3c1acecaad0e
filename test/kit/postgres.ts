// A PostgreSQL server for the tests: the one that TONEGATE_TEST_POSTGRES names, the machine's own where it
// lets us in, or one that is started for this run from Debian's programs and is gone after it.

import { randomUUID } from 'node:crypto';
import { faultOf, startPostgres, withClient } from './postgres-server.ts';

export { withClient } from './postgres-server.ts';

const VARIABLE = 'TONEGATE_TEST_POSTGRES';
const OF_THE_MACHINE = ['postgres', 'root'].map(
  (user) => `postgres://${user}@127.0.0.1:5432/postgres`,
);

/** Once for a run: finds or starts the server, and leaves its URL in the environment for all tests. */
export async function setup(): Promise<() => Promise<void>> {
  const given = process.env[VARIABLE];
  if (given !== undefined) {
    const fault = await faultOf(given);
    if (fault === null) return async () => undefined;
    throw new Error(`${VARIABLE} names no server that lets us make databases and roles (${fault})`);
  }
  for (const url of OF_THE_MACHINE) {
    if ((await faultOf(url)) !== null) continue;
    process.env[VARIABLE] = url;
    return async () => undefined;
  }
  const server = await startPostgres();
  process.env[VARIABLE] = server.url;
  return async () => server[Symbol.asyncDispose]();
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own, empty or a copy of `template`, to which nobody may be connected. */
export async function createDatabase(template = 'template0'): Promise<TestDatabase> {
  const name = `tonegate_test_${randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name} template ${template} encoding 'UTF8'`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => administer(`drop database ${name} with (force)`) };
}

/** Runs a statement on the server, in no database of a test. */
export async function administer(statement: string): Promise<void> {
  await withClient(serverUrl(), (client) => client.query(statement));
}

function serverUrl(): string {
  const url = process.env[VARIABLE];
  if (url === undefined) throw new Error('test/kit/postgres.ts is not in globalSetup');
  return url;
}
