// Those who are compared, each behind the same few promises. A contender serves calls of the bench's line in
// processes of its own, which is all that is measured of it.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from 'livekit-server-sdk';
import { spawnChild } from '../../src/demo/child.ts';
import { generateSigningKey } from '../../src/ticket/keys.ts';
import { startWorker } from '../../test/chaos/worker-process.ts';
import type { CrowdCall } from './crowd.ts';
import { cpuMs, family } from './proc.ts';
import type { BenchSystem } from './system.ts';

export interface Contender extends AsyncDisposable {
  readonly name: 'floor' | 'tonegate' | 'agents';
  /** Its processes now. */
  processes(): readonly number[];
  /** Has the call served. Answers when its agent was sent for; null where there is no such thing. */
  serve(call: CrowdCall): Promise<number | null>;
  /** Done when it can take a call without starting anything for it. */
  warm(): Promise<void>;
  /** When what follows an entry was decided: by the bank, or by the last key. */
  decidedAt(call: CrowdCall, entry: number, lastKeyAt: number): number | null;
  /** The keys of entries that it has had of these calls, as far as can be shown. */
  keysReceived(calls: readonly CrowdCall[]): number;
  /**
   * How late its event loop was at the 99th percentile since this was asked last, in milliseconds; null: nobody
   * watches it.
   */
  loopP99Ms(): Promise<number | null>;
}

const FIRST_PORT = 26_900;
const WARM_WITHIN_MS = 20_000;
const LOOK_MS = 250;
/** Of a processor: what still starts uses more. */
const QUIET = 0.08;

let started = 0;

/** Bare rooms of the media library in one process. */
export async function startFloor(system: BenchSystem): Promise<Contender> {
  const { api, folder, recordings } = system;
  const keys = new Map<string, number>();
  const ready = Promise.withResolvers<void>();
  const child = await spawnChild({
    name: 'floor',
    command: process.execPath,
    args: [join(import.meta.dirname, 'floor.ts'), recordings],
    output: { file: join(folder, `floor-${++started}.log`) },
    onMessage(message) {
      const told = message as { ready?: true; id?: string; keys?: number; why?: string };
      if (told.ready) ready.resolve();
      if (told.id !== undefined) keys.set(told.id, (keys.get(told.id) ?? 0) + (told.keys ?? 0));
      if (told.why !== undefined) ready.reject(new Error(`the floor failed: ${told.why}`));
    },
  });
  await ready.promise;
  return {
    name: 'floor',
    processes: () => family(child.pid),
    async serve({ id, room }) {
      const token = new AccessToken(api.key, api.secret, { identity: `floor-${id}` });
      token.kind = 'agent';
      token.addGrant({ roomJoin: true, room, agent: true, canPublish: true, canPublishData: true });
      child.send(JSON.stringify([api.host, await token.toJwt(), id]));
      return null;
    },
    warm: async () => undefined,
    decidedAt: (_call, _entry, lastKeyAt) => lastKeyAt,
    keysReceived: (calls) => calls.reduce((sum, { id }) => sum + (keys.get(id) ?? 0), 0),
    loopP99Ms: async () => null,
    [Symbol.asyncDispose]: () => child.stop(),
  };
}

/** Prom-client's monitor looks every so often, and counts that as delay. */
const LOOP_RESOLUTION_MS = 10;

/** The worker as it is shipped. `nodeOptions`: for looking into it. */
export async function startTonegate(system: BenchSystem): Promise<Contender> {
  const { api, folder, config, bank } = system;
  const nth = ++started;
  const worker = await startWorker({
    config,
    port: FIRST_PORT + nth,
    log: join(folder, `tonegate-${nth}.log`),
    env: {
      LIVEKIT_URL: api.host,
      LIVEKIT_API_KEY: api.key,
      LIVEKIT_API_SECRET: api.secret,
      TONEGATE_STORE: `sqlite:${join(folder, `store-${nth}.db`)}`,
      TONEGATE_PEPPER: randomBytes(32).toString('base64url'),
      TONEGATE_SIGNING_KEY: await generateSigningKey(),
      TONEGATE_BACKEND_TOKEN: 'token-of-the-bench',
      ...(process.env.BENCH_NODE_OPTIONS ? { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS } : {}),
    },
  });
  await worker.ready();
  return {
    name: 'tonegate',
    processes: () => family(worker.pid),
    serve: (call) => call.sendFor('tonegate'),
    warm: async () => undefined,
    decidedAt: ({ calling }, entry) => bank.verdicts(accountOf(calling))[entry]?.at ?? null,
    keysReceived: (calls) =>
      calls
        .flatMap(({ calling }) => bank.verdicts(accountOf(calling)))
        .reduce((sum, { keys }) => sum + keys, 0),
    async loopP99Ms() {
      const metrics = await (await fetch(`${worker.url}/metrics`)).text();
      const seconds = Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(metrics)?.[1]);
      return Math.max(0, seconds * 1000 - LOOP_RESOLUTION_MS);
    },
    async [Symbol.asyncDispose]() {
      if (process.env.BENCH_NODE_OPTIONS) await worker.drain();
      await worker[Symbol.asyncDispose]();
    },
  };
}

/** A minimal agent of `@livekit/agents`, a process for each job. */
export async function startAgents(system: BenchSystem, program: string): Promise<Contender> {
  const { api, folder, recordings } = system;
  const nth = ++started;
  const keys = join(folder, `agents-${nth}.keys`);
  const child = await spawnChild({
    name: 'agents',
    command: process.execPath,
    args: [program],
    env: {
      ...process.env,
      LIVEKIT_URL: api.host,
      LIVEKIT_API_KEY: api.key,
      LIVEKIT_API_SECRET: api.secret,
      BENCH_RECORDINGS: recordings,
      BENCH_KEYS: keys,
      BENCH_PORT: String(FIRST_PORT + nth),
    },
    output: { file: join(folder, `agents-${nth}.log`) },
    stopping: [['SIGTERM', 10_000]],
  });
  const processes = () => family(child.pid);

  async function warm(): Promise<void> {
    const deadline = performance.now() + WARM_WITHIN_MS;
    for (;;) {
      const before = cpuMs(processes());
      const since = performance.now();
      await sleep(LOOK_MS);
      const used = (cpuMs(processes()) - before) / (performance.now() - since);
      // What has just begun to start a process has not used anything yet.
      if (processes().length > 2 && used < QUIET) return;
      if (child.exitCode !== null) throw new Error(`the agents ended (${child.exitCode})`);
      if (performance.now() > deadline) return;
    }
  }
  return {
    name: 'agents',
    processes,
    serve: (call) => call.sendFor('bench-agents'),
    warm,
    decidedAt: (_call, _entry, lastKeyAt) => lastKeyAt,
    keysReceived: () =>
      existsSync(keys)
        ? readFileSync(keys, 'utf8')
            .split('\n')
            .reduce((sum, line) => sum + Number(line), 0)
        : 0,
    loopP99Ms: async () => null,
    async [Symbol.asyncDispose]() {
      await child.stop();
    },
  };
}

/** The account that a caller keys; each has its own, by its number. */
export function accountOf(calling: string): string {
  return `1${calling.slice(-7)}`;
}
