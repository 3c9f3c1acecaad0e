// The worker as a process, without a LiveKit server.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { generateSigningKey } from '../../src/ticket/keys.ts';

let folder: string;
let demo: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-worker-'));
  demo = await readFile('tonegate.yaml', 'utf8');
});
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  }
  running.clear();
});
afterAll(() => rm(folder, { recursive: true }));

async function environment(): Promise<NodeJS.ProcessEnv> {
  return {
    PATH: process.env.PATH,
    // Port 1 is nobody's: connections are refused.
    LIVEKIT_URL: 'ws://127.0.0.1:1',
    LIVEKIT_API_KEY: 'key',
    LIVEKIT_API_SECRET: 'secret-of-at-least-32-characters-01',
    TONEGATE_STORE: `sqlite:${join(folder, 'store.db')}`,
    TONEGATE_PEPPER: 'pepper-of-at-least-32-characters-01',
    TONEGATE_SIGNING_KEY: await generateSigningKey(),
    TONEGATE_BACKEND_TOKEN: 'token',
  };
}

async function configured(source: string): Promise<string> {
  const file = join(folder, 'tonegate.yaml');
  await writeFile(file, source);
  return file;
}

/** Starts `tonegate` in the scratch folder, where no `.tonegate/env` lies. */
function tonegate(args: readonly string[], env: NodeJS.ProcessEnv) {
  const main = join(process.cwd(), 'src/main.ts');
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number);
  return {
    child,
    exited,
    output: () => output,
    /** The log line with this message, once it is there. */
    async logged(message: string): Promise<Record<string, unknown>> {
      for (;;) {
        const line = output.split('\n').find((text) => text.includes(`"msg":"${message}"`));
        if (line !== undefined) return JSON.parse(line);
        if (child.exitCode !== null) throw new Error(`ended without "${message}": ${output}`);
        await Promise.race([once(child.stdout, 'data'), exited]);
      }
    },
  };
}

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as { port: number }).port };
}

test('a worker without LiveKit lives, says why it is not ready, and ends when told', async () => {
  const file = await configured(demo.replace('port: 7081', 'port: 0'));
  const worker = tonegate(['worker', '--config', file], await environment());
  const { http } = await worker.logged('worker started');
  await worker.logged('LiveKit unreachable');
  expect((await fetch(`${http}/healthz`)).status).toBe(200);
  const ready = await fetch(`${http}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    ready: false,
    checks: { livekit: { ok: false, why: expect.stringMatching(/\S/) }, store: { ok: true } },
  });
  const { keys } = (await (await fetch(`${http}/.well-known/jwks.json`)).json()) as {
    keys: object[];
  };
  expect(keys).toEqual([expect.objectContaining({ kty: 'OKP', crv: 'Ed25519', use: 'sig' })]);
  expect(keys[0]).not.toHaveProperty('d');
  worker.child.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
});

test('a configuration with faults ends it with all of them and exit code 2', async () => {
  const file = await configured(demo.replace('capacity: 60', 'capacity: 0\ncolour: blue'));
  const worker = tonegate(['worker', '--config', file], await environment());
  expect(await worker.exited).toBe(2);
  expect(worker.output()).toMatch(/capacity/);
  expect(worker.output()).toMatch(/colour/);
});

test('an environment that is not complete ends it with every name and exit code 2', async () => {
  const file = await configured(demo);
  const worker = tonegate(['worker', '--config', file], { PATH: process.env.PATH });
  expect(await worker.exited).toBe(2);
  for (const name of ['LIVEKIT_URL', 'TONEGATE_STORE', 'TONEGATE_PEPPER', 'TONEGATE_SIGNING_KEY']) {
    expect(worker.output()).toContain(name);
  }
});

test('a key that cannot sign ends it with the name of the variable, and no key in the message', async () => {
  const file = await configured(demo);
  const env = { ...(await environment()), TONEGATE_SIGNING_KEY: 'c2VjcmV0LWtleQ' };
  const worker = tonegate(['worker', '--config', file], env);
  expect(await worker.exited).toBe(2);
  expect(worker.output()).toMatch(/TONEGATE_SIGNING_KEY.*Ed25519/);
  expect(worker.output()).not.toContain('c2VjcmV0LWtleQ');
});

test('a port that is taken ends it with the name of the port and exit code 3', async () => {
  const { server, port } = await listening();
  const file = await configured(demo);
  const args = ['worker', '--config', file, '--port', String(port)];
  const worker = tonegate(args, await environment());
  expect(await worker.exited).toBe(3);
  expect(worker.output()).toContain(`port ${port} (worker) is in use`);
  server.close();
});

test.each([
  [['nonsense'], 2, /unknown command/],
  [['worker', '--port', 'abc'], 2, /whole number from 1 to 65535/],
  [['config', 'check', '--config', 'nowhere.yaml'], 2, /ENOENT.*--config/],
  [['calls', '--json'], 2, /TONEGATE_STORE/],
  [['--help'], 0, /worker.*serve calls/],
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
])('`tonegate %j` ends with exit code %i and says what is meant', async (args, code, words) => {
  const command = tonegate(args, { PATH: process.env.PATH });
  expect(await command.exited).toBe(code);
  expect(command.output()).toMatch(words);
});

test('`dev` names a busy port before it starts anything', async () => {
  const { server, port } = await listening();
  const file = await configured(demo);
  const args = ['dev', '--config', file, '--port-bank', String(port)];
  const dev = tonegate(args, { PATH: process.env.PATH });
  expect(await dev.exited).toBe(3);
  expect(dev.output()).toMatch(new RegExp(`port ${port} \\(bank\\) is in use.*--port-bank`));
  server.close();
});
