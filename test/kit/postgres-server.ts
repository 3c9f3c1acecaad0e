// A PostgreSQL server of our own, started from Debian's programs and gone without a trace when disposed of. It
// may be stopped and started again on the same port, with what it holds.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Child, spawnChild } from '../../src/demo/child.ts';

const START_MS = 30_000;

export interface PostgresServer extends AsyncDisposable {
  /** Lets us make databases and roles. */
  readonly url: string;
  /** Every connection is cut. Done when nobody listens any more. */
  stop(): Promise<void>;
  /** Done when it lets us in. */
  start(): Promise<void>;
}

/** Makes a server with nothing in it and starts it. */
export async function startPostgres(): Promise<PostgresServer> {
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
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  // Without fsync: the machine goes on, whatever a test ends.
  const serving = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F'];
  const [command = '', ...args] = [...as, join(programs, 'postgres'), ...serving];
  const log = join(folder, 'log');
  let server: Child;

  async function start(): Promise<void> {
    server = await spawnChild({
      name: 'PostgreSQL',
      command,
      args,
      output: { file: log },
      stopping: [['SIGINT', 10_000]],
    });
    const end = performance.now() + START_MS;
    while ((await faultOf(url)) !== null) {
      if (server.exitCode !== null || performance.now() > end) {
        await server.stop();
        throw new Error(`PostgreSQL did not start:\n${readFileSync(log, 'utf8')}`);
      }
      await delay(50);
    }
  }
  await start();
  return {
    url,
    start,
    stop: () => server.stop(),
    async [Symbol.asyncDispose]() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
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

/** What keeps us from making databases and roles there; null where nothing does. */
export async function faultOf(url: string): Promise<string | null> {
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
    'The tests of the store need PostgreSQL: a server at 127.0.0.1:5432 that lets us in, one that TONEGATE_TEST_POSTGRES names, or its programs to start one (on Debian: apt-get install --no-install-recommends postgresql).',
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
