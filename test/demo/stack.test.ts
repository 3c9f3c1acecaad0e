import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { spawnChild } from '../../src/demo/child.ts';
import { checkPortsFree, LOOPBACK } from '../../src/demo/ports.ts';
import { type Stack, type StackOptions, startStack } from '../../src/demo/stack.ts';
import { livekitConfig, portUses } from '../../src/demo/stack-config.ts';

const ports = { livekit: 21700, sip: 21760, rtp: 21300, redis: 21779 };
const keys = { apiKey: 'devkey', apiSecret: 'secretsecretsecretsecretsecretsecretsecret' };

let dataDir: string;
let options: StackOptions;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tonegate-stack-'));
  options = { ports, dataDir, ...keys };
});
afterAll(() => rm(dataDir, { recursive: true }));

test('clients of the local server are sent to no other machine, nor to where the media is', () => {
  const { rtc } = parse(livekitConfig(ports, keys));
  expect(rtc.stun_servers).toHaveLength(1);
  const [host, port] = rtc.stun_servers[0].split(':');
  expect(host).toBe(LOOPBACK);
  // libwebrtc takes whatever comes from there for an answer to STUN.
  expect(Number(port)).not.toBe(rtc.udp_port);
});

describe('the local stack', () => {
  test('answers SIP and HTTP when it has started, and is gone without a trace when disposed of', async () => {
    const stack = await startStack(options);
    const pids = [stack.redis, stack.server, stack.bridge].map(({ pid }) => pid);
    try {
      expect(await sipOptions(ports.sip)).toMatch(/^SIP\/2\.0 200 /);
      expect((await fetch(`http://${LOOPBACK}:${ports.livekit}/`)).status).toBe(200);
      expect(pids.map(isAlive)).toEqual([true, true, true]);
      expect(await listenersBeyondLoopback(pids)).toEqual([]);
    } finally {
      await stack[Symbol.asyncDispose]();
    }
    expect(pids.map(isAlive)).toEqual([false, false, false]);
    await checkPortsFree(portUses(ports));
    while ((await children()).length > 0) await delay(10);
  });

  test('keeps its logs and keys to its own user', async () => {
    await using _stack: Stack = await startStack(options);
    const names = await readdir(dataDir);
    expect(names.toSorted()).toEqual(
      ['livekit.log', 'livekit.yaml', 'redis.log', 'sip.log', 'sip.yaml'].toSorted(),
    );
    for (const name of names) {
      expect((await stat(join(dataDir, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  test('names a port that is taken, and how to move it, before it starts anything', async () => {
    const squatter = createServer().listen(ports.sip, LOOPBACK);
    await once(squatter, 'listening');
    try {
      await expect(startStack(options)).rejects.toMatchObject({
        code: 'IVR_PORT_BUSY',
        message:
          'port 21760 (sip) is in use: stop what uses it or choose another with --port-sip or TONEGATE_PORT_SIP',
      });
    } finally {
      squatter.close();
    }
  });

  test('says which part ended at once, with its last words but not its secret', async () => {
    const bin = join(dataDir, 'bin');
    await mkdir(bin);
    const program = `#!/bin/sh\necho starting\necho 'cannot use ${keys.apiSecret}'\nexit 1\n`;
    await writeFile(join(bin, 'redis-server'), program, { mode: 0o700 });
    vi.stubEnv('PATH', bin);
    try {
      await expect(startStack(options)).rejects.toMatchObject({
        code: 'IVR_STACK',
        message: 'redis ended at once (exit code 1); its log ends:\nstarting\ncannot use [secret]',
      });
    } finally {
      vi.unstubAllEnvs();
      await rm(bin, { recursive: true });
    }
    await checkPortsFree(portUses(ports));
  });

  test('stops what it started when starting is given up', async () => {
    const giveUp = new AbortController();
    const starting = startStack({ ...options, signal: giveUp.signal });
    giveUp.abort(new Error('no more'));
    await expect(starting).rejects.toThrow('no more');
    await checkPortsFree(portUses(ports));
  });
});

describe('a port check', () => {
  test('names every port that is taken, also one that two uses share', async () => {
    const squatter = createSocket('udp4');
    squatter.bind(21790, LOOPBACK);
    await once(squatter, 'listening');
    try {
      const checking = checkPortsFree([
        { name: 'sip', port: 21790, protocol: 'udp' },
        { name: 'page', port: 21791, protocol: 'tcp' },
        { name: 'bank', port: 21791, protocol: 'tcp' },
      ]);
      await expect(checking).rejects.toThrow(
        /21790 \(sip\) is in use.*\n.*21791 \(bank\) is in use/,
      );
    } finally {
      squatter.close();
    }
    await checkPortsFree([{ name: 'page', port: 21791, protocol: 'tcp' }]);
  });
});

describe('a child process', () => {
  test('that cannot be started is named', async () => {
    const starting = spawnChild({
      name: 'nonesuch',
      command: '/nonexistent/nonesuch',
      args: [],
      output: 'inherit',
    });
    await expect(starting).rejects.toMatchObject({
      code: 'IVR_STACK',
      message: 'nonesuch cannot be started (ENOENT): is it installed?',
    });
  });

  test('tells its exit code, and then takes no more signals', async () => {
    const child = await spawnChild({
      name: 'seven',
      command: '/bin/sh',
      args: ['-c', 'exit 7'],
      output: 'inherit',
    });
    expect(await child.ended).toBe(7);
    child.signal('SIGTERM');
    await child.stop();
    expect(child.exitCode).toBe(7);
  });

  test('that does not listen is killed', async () => {
    const log = join(dataDir, 'deaf.log');
    const child = await spawnChild({
      name: 'deaf',
      command: '/bin/sh',
      args: ['-c', 'trap "" TERM; echo deaf; while :; do sleep 1; done'],
      output: { file: log },
      stopping: [['SIGTERM', 100]],
    });
    while ((await readFile(log, 'utf8')) === '') await delay(10);
    await child.stop();
    expect(child.exitCode).toBe(128 + 9);
    await rm(log);
  });

  test('does not outlive a parent that is killed', async () => {
    const log = join(dataDir, 'parent.log');
    const parent = await spawnChild({
      name: 'parent',
      command: process.execPath,
      args: [join(import.meta.dirname, '..', 'fixtures', 'parent.ts')],
      output: { file: log },
    });
    let pid = '';
    while (!pid.endsWith('\n')) {
      await delay(10);
      pid = await readFile(log, 'utf8');
    }
    expect(isAlive(Number(pid))).toBe(true);
    parent.signal('SIGKILL');
    await parent.ended;
    while (isAlive(Number(pid))) await delay(10);
    await rm(log);
  });
});

/** Whether the process is there and not just waiting to be buried (Linux). */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

/** Processes that this one has started and that are still there (Linux). */
async function children(): Promise<string[]> {
  const lists = (await readdir('/proc/self/task')).map((thread) =>
    readFile(`/proc/self/task/${thread}/children`, 'utf8'),
  );
  return (await Promise.all(lists)).flatMap((list) => list.split(' ').filter((pid) => pid !== ''));
}

async function sipOptions(port: number): Promise<string> {
  const socket = createSocket('udp4');
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  const me = `${LOOPBACK}:${socket.address().port}`;
  const request = [
    `OPTIONS sip:${LOOPBACK}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${me};branch=z9hG4bK-probe`,
    `From: <sip:probe@${me}>;tag=1`,
    `To: <sip:probe@${LOOPBACK}:${port}>`,
    `Call-ID: probe@${me}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
  socket.send(request, port, LOOPBACK);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return answer.toString();
}

/** Local addresses other than loopback on which one of the processes listens (Linux). */
async function listenersBeyondLoopback(pids: readonly number[]): Promise<string[]> {
  const inodes = new Set<string>();
  for (const pid of pids) {
    for (const fd of await readdir(`/proc/${pid}/fd`)) {
      const inode = /socket:\[(\d+)\]/.exec(
        await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''),
      );
      if (inode?.[1]) inodes.add(inode[1]);
    }
  }
  const found: string[] = [];
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
    for (const line of (await readFile(`/proc/net/${table}`, 'utf8')).split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const isListening = table.startsWith('udp') || state === '0A';
      if (inodes.has(inode) && isListening && !local.startsWith('0100007F')) found.push(local);
    }
  }
  return found;
}
