// The local stack: Redis, LiveKit server and SIP bridge as processes of ours. Promises: when it is
// there, a call goes through; when it is disposed of, its processes are gone and nobody else's.

import { accessSync, constants } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IvrFault } from '../ivr/fault.ts';
import { type Child, type ChildOptions, spawnChild } from './child.ts';
import { checkPortsFree, LOOPBACK } from './ports.ts';
import {
  bridgeConfig,
  livekitConfig,
  portUses,
  type StackKeys,
  type StackPorts,
} from './stack-config.ts';
import { bridgeIsReady, redisAnswers, serverIsReady, until } from './stack-ready.ts';

export interface StackOptions extends StackKeys {
  readonly ports: StackPorts;
  /** Folder for configuration and logs, readable by us only. The bridge's log holds calling numbers. */
  readonly dataDir: string;
  /** Gives up starting, and stops what was started. */
  readonly signal?: AbortSignal;
}

/** The running stack. Disposing of it stops bridge, server and Redis, in this order. */
export interface Stack extends AsyncDisposable {
  readonly redis: Child;
  readonly server: Child;
  readonly bridge: Child;
}

const READY_WITHIN_MS = 30_000;
const TOOLS = fileURLToPath(new URL('../../stack/bin/', import.meta.url));

/**
 * Starts the stack. Done when all of it is ready for calls. Throws `IVR_PORT_BUSY`, naming the port,
 * before anything is started, or `IVR_STACK`, naming the process and its last words, with nothing left
 * running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await checkPortsFree(portUses(options.ports));
  const parts = await stackParts(options);
  await using started = new AsyncDisposableStack();
  const redis = started.use(await parts.redis.start());
  const server = started.use(await parts.server.start());
  const bridge = started.use(await parts.bridge.start());
  const running = started.move();
  return { redis, server, bridge, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** A part of the stack that is not running, or not any more. */
export interface StackPart {
  /** Done when it is ready for what the others ask of it. Throws `IVR_STACK` with nothing left running. */
  start(): Promise<Child>;
}

/** The parts of a stack, in the order in which they need each other. Writes their configuration, starts none. */
export async function stackParts(
  options: StackOptions,
): Promise<Readonly<Record<'redis' | 'server' | 'bridge', StackPart>>> {
  const { ports, dataDir } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const configured = async (name: string, content: string) => {
    const path = join(dataDir, name);
    await writeFile(path, content, { mode: 0o600 });
    return ['--config', path];
  };
  const part = (launch: Launch, ready: () => Promise<boolean>): StackPart => ({
    async start() {
      const file = join(dataDir, `${launch.name}.log`);
      await using starting = new AsyncDisposableStack();
      const child = starting.use(await spawnChild({ ...launch, output: { file } }));
      await waitUntilReady(child, ready, file, options);
      starting.move();
      return child;
    },
  });
  return {
    redis: part(
      {
        name: 'redis',
        command: redisProgram(),
        // Debian's redis-tools has the server under another name; it goes by the name it is called.
        argv0: 'redis-server',
        args: redisArguments(ports.redis, dataDir),
      },
      () => redisAnswers(ports.redis),
    ),
    server: part(
      {
        name: 'livekit',
        command: join(TOOLS, 'server'),
        args: await configured('livekit.yaml', livekitConfig(ports, options)),
        // A first signal has it wait for participants to leave, and is lost while it is still starting.
        stopping: [
          ['SIGTERM', 500],
          ['SIGINT', 4500],
        ],
      },
      () => serverIsReady(ports.livekit, ports.redis),
    ),
    bridge: part(
      {
        name: 'sip',
        command: join(TOOLS, 'livekit-sip'),
        args: await configured('sip.yaml', bridgeConfig(ports, options)),
        // SIGTERM would wait for calls without limit; SIGINT ends them with a BYE.
        stopping: [['SIGINT', 5000]],
      },
      () => bridgeIsReady(ports.redis),
    ),
  };
}

type Launch = Omit<ChildOptions, 'output'>;

async function waitUntilReady(
  child: Child,
  ready: () => Promise<boolean>,
  log: string,
  { apiKey, apiSecret, signal }: StackOptions,
): Promise<void> {
  const tooLate = AbortSignal.timeout(READY_WITHIN_MS);
  const gone = new AbortController();
  void child.ended.then(() => gone.abort());
  const signals = [tooLate, gone.signal, ...(signal ? [signal] : [])];
  try {
    await until(ready, AbortSignal.any(signals));
  } catch (cause) {
    signal?.throwIfAborted();
    const what = gone.signal.aborted
      ? `ended at once (exit code ${child.exitCode})`
      : 'did not become ready';
    const words = await lastWords(log, [apiKey, apiSecret]);
    throw new IvrFault('IVR_STACK', `${child.name} ${what}; its log ends:\n${words}`, { cause });
  }
}

async function lastWords(log: string, secrets: readonly string[]): Promise<string> {
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-5);
  return lines.map((line) => secrets.reduce(hide, line).slice(0, 400)).join('\n');
}

function hide(line: string, secret: string): string {
  return line.replaceAll(secret, '[secret]');
}

function redisArguments(port: number, dataDir: string): string[] {
  const options = { port: String(port), bind: LOOPBACK, save: '', appendonly: 'no', dir: dataDir };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

function redisProgram(): string {
  const names = ['redis-server', 'redis-check-rdb'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isProgram) ?? 'redis-server';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
