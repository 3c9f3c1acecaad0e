// A PostgreSQL server for the tests: the one that TONEGATE_TEST_POSTGRES names, the machine's own where it
// lets us in, or one that is started for this run from Debian's programs and is gone after it.

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { spawnChild } from '../../src/demo/child.ts';

const VARIABLE = 'TONEGATE_TEST_POSTGRES';
const OF_THE_MACHINE = ['postgres', 'root'].map(
  (user) => `postgres://${user}@127.0.0.1:5432/postgres`,
);
const START_MS = 30_000;

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
  const server = await startServer();
  process.env[VARIABLE] = server.url;
  return server.stop;
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

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env[VARIABLE];
  if (url === undefined) throw new Error('test/kit/postgres.ts is not in globalSetup');
  return url;
}

/** What keeps us from making databases and roles there; null where nothing does. */
async function faultOf(url: string): Promise<string | null> {
  try {
    const { rows } = await withClient(url, (client) =>
      client.query(
        'select rolsuper or (rolcreatedb and rolcreaterole) as able from pg_roles where rolname = current_user',
      ),
    );
    return rows[0]?.able ? null : 'this user may not make them';
  } catch (error) {
    return String(Reflect.get(Object(error), 'code') ?? 'no answer');
  }
}

async function startServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const programs = serverPrograms();
  // Not below the project: only root may be able to go there, and as root PostgreSQL does not run.
  const folder = mkdtempSync(join(tmpdir(), 'tonegate-postgres-'));
  const owner = unprivilegedUser();
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  const as = owner === null ? [] : ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`];
  if (owner !== null) as.push('--clear-groups', '--');

  const data = join(folder, 'data');
  const making = `-D ${data} -U postgres -A trust -E UTF8 --locale=C --no-sync`.split(' ');
  const [initdb = '', ...initdbArgs] = [...as, join(programs, 'initdb'), ...making];
  const made = spawnSync(initdb, initdbArgs, { encoding: 'utf8', cwd: folder });
  if (made.status !== 0) throw new Error(`initdb of PostgreSQL failed:\n${made.stderr}`);

  const port = await freePort();
  // Without fsync: what a test of ours kills is never the server.
  const serving = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F'];
  const [command = '', ...args] = [...as, join(programs, 'postgres'), ...serving];
  const log = join(folder, 'log');
  const server = await spawnChild({
    name: 'PostgreSQL',
    command,
    args,
    output: { file: log },
    stopping: [['SIGINT', 10_000]],
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const end = performance.now() + START_MS;
  while ((await faultOf(url)) !== null) {
    if (server.exitCode !== null || performance.now() > end) {
      await server.stop();
      throw new Error(`PostgreSQL did not start:\n${readFileSync(log, 'utf8')}`);
    }
    await delay(50);
  }
  return {
    url,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Debian keeps them out of the path, in a folder for each version: the newest is taken. */
function serverPrograms(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  versions.sort((a, b) => Number(b) - Number(a));
  const path = (process.env.PATH ?? '').split(delimiter);
  const folders = [...path, ...versions.map((version) => join(debian, version, 'bin'))];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found !== undefined) return found;
  throw new Error(
    `The tests of the store need PostgreSQL: a server at 127.0.0.1:5432 that lets us in, one that ${VARIABLE} names, or its programs to start one (on Debian: apt-get install --no-install-recommends postgresql).`,
  );
}

/** Who runs the server where we are root; null where we are not. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string, name: string) => {
    const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : null;
  };
  const name = idOf('-u', 'postgres') === null ? 'nobody' : 'postgres';
  return { uid: idOf('-u', name) ?? 65_534, gid: idOf('-g', name) ?? 65_534 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
