// What only a server can do to us: be away, go away, hang, and let us do less than we would like.

import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { administer, withClient } from '../kit/postgres.ts';
import { expectUnbroken, idsIn, linksIn } from './chains.ts';
import { POSTGRES } from './databases.ts';
import { callRecord } from './records.ts';
import { writer } from './writers.ts';

const { newUrl, newEmptyUrl, behind } = POSTGRES;
const lost = { name: 'IvrFault', code: 'IVR_STORE_UNAVAILABLE' };

/** Ends all of the store's connections, as a server does that is stopped. */
const END_ALL = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'tonegate' and datname = current_database()
`;
const WAITING = `
  select pid from pg_stat_activity
  where application_name = 'tonegate' and datname = current_database() and wait_event_type = 'Lock'
`;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((next) => setTimeout(next, 5));
}

describe('a PostgreSQL store that cannot be reached', () => {
  const about = (change: (url: URL) => void) => async () => {
    const url = new URL(await newEmptyUrl());
    url.password ||= 'hush-hush';
    change(url);
    return await openStore(url.href).catch((error: unknown) => error);
  };

  it.each([
    ['nobody listens', 'ECONNREFUSED', about((url) => (url.port = '1'))],
    ['there is no such database', '3D000', about((url) => (url.pathname = '/hush-database'))],
    ['there is no such user', '28000|28P01', about((url) => (url.username = 'hush-user'))],
    // Either the server has no certificate, or one that nobody vouches for.
    [
      'nobody vouches for it',
      'NO_TLS|[A-Z_]*CERT[A-Z_]*',
      about((url) => (url.search = 'sslmode=verify-full')),
    ],
  ])('says so in a word where %s, and shows nothing of its URL', async (_, word, open) => {
    const error = await open();
    expect(error).toMatchObject({ ...lost, message: expect.stringMatching(`\\((${word})\\)$`) });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hush|127\.0\.0\.1/);
  });

  it('is not waited for longer than two seconds where nobody answers', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const opening = openStore(`postgres://postgres:hush@127.0.0.1:${port}/calls`);
    await expect(opening).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('(TIMEOUT)'),
    });
  });
});

describe('a PostgreSQL server that goes away', () => {
  it('between two calls, is found again by the next', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await store.records.append(callRecord({ id: 'before' }));
    for (let i = 0; i < 3; i += 1) {
      await behind(url, END_ALL);
      // The end of a connection is told by the server; the call after that makes a new one.
      await until(async () =>
        store.records.ping().then(
          () => true,
          () => false,
        ),
      );
      await store.records.append(callRecord({ id: `after-${i}` }));
    }
    expect(await idsIn(store)).toEqual(['before', 'after-0', 'after-1', 'after-2']);
    await expectUnbroken(store);
  });

  it('amid an append, keeps nothing of it, and takes it again later', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    await withClient(url, async (other) => {
      await other.query('begin; lock table call_records in exclusive mode');
      const appending = store.records.append(callRecord()).catch((error: unknown) => error);
      await until(async () => (await behind(url, WAITING)).length === 1);
      await behind(url, END_ALL);
      expect(await appending).toMatchObject({
        ...lost,
        message: expect.stringContaining('(57P01)'),
      });
      await other.query('rollback');
    });
    expect(await linksIn(store)).toEqual([]);
    await store.records.append(callRecord());
    await expectUnbroken(store);
  });

  it('amid many calls, ends none of this process', async () => {
    const url = await newUrl();
    await using store = await openStore(url);
    const ids = Array.from({ length: 100 }, (_, i) => `call-${i}`);
    const appending = ids.map((id) =>
      store.records.append(callRecord({ id })).then(
        () => [id],
        (error: unknown) => {
          expect(error).toMatchObject(lost);
          return [];
        },
      ),
    );
    for (let i = 0; i < 5; i += 1) await behind(url, END_ALL);
    const kept = (await Promise.all(appending)).flat();
    expect(await idsIn(store)).toEqual(expect.arrayContaining(kept));
    await expectUnbroken(store);
  });
});

describe('a PostgreSQL server that hangs', () => {
  /** A way to the server that can be stopped, without an end. */
  async function stoppable(url: string) {
    const { port, hostname } = new URL(url);
    const sockets = new Set<Socket>();
    let isStopped = false;
    const proxy = createServer((near) => {
      const far = connect(Number(port || 5432), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.pipe(to);
        if (isStopped) from.pause();
        from.on('close', () => to.destroy());
        from.on('error', () => to.destroy());
      }
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    const way = new URL(url);
    way.port = String((proxy.address() as AddressInfo).port);
    way.searchParams.set('query_timeout', '1500');
    return {
      url: way.href,
      // Not even the end of a connection gets through.
      stop: () => {
        isStopped = true;
        for (const socket of sockets) socket.pause();
      },
      goOn: () => {
        isStopped = false;
        for (const socket of sockets) socket.resume();
      },
    };
  }

  it('ends what was asked of it with a fault, and is asked over new connections afterwards', async () => {
    const way = await stoppable(await newUrl());
    await using store = await openStore(way.url);
    await store.records.append(callRecord({ id: 'before' }));
    way.stop();
    const policy = { softAfter: 9, softMs: 1, softLongestMs: 1, hardAfter: 9, hardMs: 1000 };
    await expect(store.tries.take('check', 'passcode', 'a1', null, policy)).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('(TIMEOUT)'),
    });
    await expect(store.codes.submit('c1')).rejects.toMatchObject(lost);
    way.goOn();
    await store.records.append(callRecord({ id: 'after' }));
    expect(await idsIn(store)).toEqual(['before', 'after']);
  });

  it('does not keep a process alive that has closed the store', async () => {
    const way = await stoppable(await newUrl());
    const child = fork(new URL('./closer.ts', import.meta.url), [way.url]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'message');
    way.stop();
    child.send('close');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

it('a worker that is frozen amid an append holds up the others for three seconds at most', async () => {
  const url = await newUrl();
  await using store = await openStore(url);
  const frozen = writer(url, 'frozen', 1_000_000);
  await frozen.hasKept('frozen-0');
  await withClient(url, async (other) => {
    // It has locked the end of the chain, and waits here.
    await other.query('begin; lock table call_records in exclusive mode');
    await until(async () => (await behind(url, WAITING)).length === 1);
    frozen.signal('SIGSTOP');
    await other.query('rollback');
  });
  await store.records.append(callRecord({ id: 'other' }));
  expect(await idsIn(store)).toContain('other');
  await expectUnbroken(store);
});

describe('a role with the rights of a worker', () => {
  /** URL of the same database for a new role, with the rights that docs/store.md gives it. */
  async function asWorker(url: string): Promise<string> {
    const role = `tonegate_worker_${randomUUID().slice(0, 8)}`;
    const [sql = ''] =
      /^create role tonegate_worker [^`]+/m.exec(readFileSync('docs/store.md', 'utf8')) ?? [];
    const statements = sql
      .replaceAll('tonegate_worker', role)
      .replace('on database tonegate ', `on database ${new URL(url).pathname.slice(1)} `);
    await behind(url, statements);
    onTestFinished(async () => {
      await behind(url, `drop owned by ${role}`);
      await administer(`drop role ${role}`);
    });
    const changed = new URL(url);
    changed.username = role;
    changed.password = '…';
    return changed.href;
  }

  it('can do what a worker does, and neither change nor purge records', async () => {
    const url = await newUrl();
    await (await openStore(url))[Symbol.asyncDispose]();
    await using store = await openStore(await asWorker(url));
    await store.records.begin(callRecord());
    await store.records.append(callRecord());
    await store.records.beat('w1', 4000);
    await store.records.ping();
    const policy = { softAfter: 9, softMs: 1, softLongestMs: 1, hardAfter: 9, hardMs: 1000 };
    const taking = await store.tries.take('check', 'passcode', 'a1', null, policy);
    await store.tries.settle(taking.kind === 'taken' ? taking.id : '', 'accepted');
    await store.tries.forgive('a1', ['passcode']);
    await store.codes.keep({
      challenge: 'c1',
      digest: new Uint8Array(32),
      ttlMs: 1000,
      submissions: 1,
    });
    expect(await store.codes.submit('c1')).not.toBeNull();
    expect(await store.codes.consume('c1')).toBe(true);
    expect(await store.usedTokens.firstUse('pbx', 'jti', Date.now() + 1000)).toBe(true);
    await store.chain.keepSeal({ seq: 1, hash: 'h', at: '', jws: '', purged: false });
    const purging = store.chain.purge('2100-01-01', async (last) => ({
      ...last,
      at: '',
      jws: '',
      purged: true,
    }));
    await expect(purging).rejects.toMatchObject({ message: expect.stringContaining('42501') });
    await expectUnbroken(store);
  });
});
