// The worker as a process, without a LiveKit server.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
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
    /** The log line with this message, once it is there; of several the `nth`, from 0. */
    async logged(message: string, nth = 0): Promise<Record<string, unknown>> {
      for (;;) {
        const lines = output.split('\n').filter((text) => text.includes(`"msg":"${message}"`));
        const line = lines[nth];
        if (line !== undefined) return JSON.parse(line);
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`ended without "${message}": ${output}`);
        }
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

test('SIGHUP takes over new lines, and names the keys that wait for a restart', async () => {
  const source = demo.replace('port: 7081', 'port: 0');
  const file = await configured(source);
  const worker = tonegate(['worker', '--config', file], await environment());
  const { http } = await worker.logged('worker started');
  await configured(source.replace('name: frontdesk', 'name: reception').replace('60', '7'));
  worker.child.kill('SIGHUP');
  const taken = await worker.logged('new version taken over: new calls go by it');
  expect(taken).toMatchObject({
    from: { bank: expect.any(String), frontdesk: expect.any(String) },
    to: { bank: expect.any(String), reception: expect.any(String) },
  });
  const waiting = await worker.logged('these keys have changed and need a restart');
  expect(waiting.keys).toEqual(['capacity']);
  const figures = await (await fetch(`${http}/metrics`)).text();
  expect(figures).toContain('tonegate_calls{line="reception"} 0');
});

test('a broken version is refused with all that is wrong, and the worker says so and goes on', async () => {
  const source = demo.replace('port: 7081', 'port: 0');
  const file = await configured(source);
  const worker = tonegate(['worker', '--config', file], await environment());
  const { http } = await worker.logged('worker started');
  const prompts = async () => {
    const { checks } = (await (await fetch(`${http}/readyz`)).json()) as {
      checks: { prompts: { ok: boolean; why?: string } };
    };
    return checks.prompts;
  };
  expect(await prompts()).toEqual({ ok: true });

  await configured(source.replace('capacity: 60', 'capacity: 0\ncolour: blue'));
  worker.child.kill('SIGHUP');
  const { fault } = await worker.logged('new version refused: calls go by the one before');
  expect(fault).toMatchObject({ message: expect.stringMatching(/capacity.*colour/s) });
  expect(await prompts()).toEqual({ ok: true, why: expect.stringMatching(/capacity.*colour/s) });

  await configured(source);
  worker.child.kill('SIGHUP');
  await worker.logged('new version taken over: new calls go by it');
  expect(await prompts()).toEqual({ ok: true });
  worker.child.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
});

test('SIGHUP while a worker is starting does not end it: it reads everything once more', async () => {
  const file = await configured(demo.replace('port: 7081', 'port: 0'));
  const pepper = join(folder, 'pepper');
  await promisify(execFile)('mkfifo', [pepper]);
  const { TONEGATE_PEPPER, ...rest } = await environment();
  const worker = tonegate(['worker', '--config', file], { ...rest, TONEGATE_PEPPER_FILE: pepper });
  // Opened when the worker reads it, which it has to before anything else.
  const asked = await open(pepper, 'w');
  worker.child.kill('SIGHUP');
  await asked.writeFile(TONEGATE_PEPPER ?? '');
  await asked.close();
  await worker.logged('new version taken over: new calls go by it');
  await worker.logged('worker started');
  worker.child.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
});

test.for(['SIGTERM', 'SIGINT'] as const)(
  '%s while a worker is starting ends it, with nothing taken',
  async (signal) => {
    const file = await configured(demo.replace('port: 7081', 'port: 0'));
    const pepper = join(folder, `pepper-${signal}`);
    await promisify(execFile)('mkfifo', [pepper]);
    const { TONEGATE_PEPPER, ...rest } = await environment();
    const worker = tonegate(['worker', '--config', file], {
      ...rest,
      TONEGATE_PEPPER_FILE: pepper,
    });
    const asked = await open(pepper, 'w');
    worker.child.kill(signal);
    await asked.writeFile(TONEGATE_PEPPER ?? '');
    await asked.close();
    // Not by the signal itself, which the kernel keeps from the first process of a container.
    expect(await worker.exited).toBe(0);
    expect(worker.output()).not.toContain('worker started');
  },
);

/** A worker in a terminal, with some of its input and output elsewhere, and what it logs. */
async function inTerminal(redirections: string) {
  const file = await configured(demo.replace('port: 7081', 'port: 0'));
  const main = join(process.cwd(), 'src/main.ts');
  const log = join(await mkdtemp(join(folder, 'terminal-')), 'log');
  // `script` (of Debian's bsdutils) is the terminal.
  const command = `exec ${process.execPath} ${main} worker --config ${file} >${log} ${redirections}`;
  const options = { cwd: folder, env: await environment(), stdio: 'ignore' } as const;
  const terminal = spawn(
    '/usr/bin/script',
    ['--quiet', '--command', command, '/dev/null'],
    options,
  );
  running.add(terminal);
  const output = async () => await readFile(log, 'utf8').catch(() => '');
  /** Done when it has logged these messages, in this order and nothing of them twice. */
  const logged = async (...messages: string[]) => {
    const those = async () =>
      [...(await output()).matchAll(/"msg":"([^"]*)"/g)]
        .map(([, message]) => message ?? '')
        .filter((message) => STAGES.includes(message));
    await expect.poll(those, { timeout: 15_000 }).toEqual(messages);
  };
  const pid = async () => Number(/"workerId":"[^"]*-(\d+)-[^-"]*"/.exec(await output())?.[1]);
  // It outlives its terminal, and would outlive this test too.
  onTestFinished(async () => {
    if (!(await output()).includes('worker stopped')) process.kill(await pid(), 'SIGKILL');
  });
  await logged('worker started');
  return {
    terminal,
    logged,
    signal: async (name: NodeJS.Signals) => process.kill(await pid(), name),
  };
}

const TAKEN_OVER = 'new version taken over: new calls go by it';
const STAGES = ['worker started', TAKEN_OVER, 'draining', 'worker stopped'];

test('a worker whose terminal is closed ends in order', async () => {
  const { terminal, logged } = await inTerminal('');
  terminal.kill('SIGKILL');
  await logged('worker started', 'draining', 'worker stopped');
});

test('a worker that has nothing of its terminal outlives it, and takes SIGHUP for what it is', async () => {
  const { terminal, logged, signal } = await inTerminal('2>&1 </dev/null');
  terminal.kill('SIGKILL');
  await logged('worker started', TAKEN_OVER);
  await signal('SIGHUP');
  await logged('worker started', TAKEN_OVER, TAKEN_OVER);
  await signal('SIGTERM');
  await logged('worker started', TAKEN_OVER, TAKEN_OVER, 'draining', 'worker stopped');
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
