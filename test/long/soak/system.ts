// A real LiveKit server with a bank and a store, for workers that serve for long.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse, stringify } from 'yaml';
import { startDemoBank } from '../../../src/demo/bank.ts';
import type { CallRecord } from '../../../src/ivr/call-record.ts';
import { Secret } from '../../../src/machines/secret.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { generateSigningKey } from '../../../src/ticket/keys.ts';
import { routed, startTestStack, type TestStack } from '../../livekit/room-kit.ts';
import { startDesk } from './desk.ts';

const ports = { livekit: 29700, sip: 29760, rtp: 29200, redis: 29779 };
const WORKER_PORT = 29781;
const HERE = import.meta.dirname;
export const MAIN = join(HERE, '../../../src/main.ts');

export interface SoakSystem extends AsyncDisposable {
  readonly livekit: TestStack;
  readonly sipPort: number;
  readonly workerUrl: string;
  readonly env: NodeJS.ProcessEnv;
  /** Writes a configuration; answers what a worker is started with. */
  configured(changes: object): Promise<string[]>;
  records(): Promise<readonly CallRecord[]>;
  /** Lets so many calls come, so many at once; answers how each ended for its caller. */
  callers(calls: number, width: number, onCall?: (over: number) => void): Promise<string[]>;
}

export async function startSoakSystem(): Promise<SoakSystem> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-soak-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const livekit = started.use(await startTestStack(ports));
  await routed(livekit.api, { name: 'bank-trunk', numbers: ['+15105550101'] });
  const token = 'token-of-the-bank';
  const bank = started.use(
    await startDemoBank({ host: '127.0.0.1', port: 0, token: Secret.of(token) }),
  );
  started.use(await startDesk(livekit.api, 'soak-desk'));
  const url = `sqlite:${join(folder, 'store.db')}`;
  const store = started.use(await openStore(url));
  const { host, key, secret } = livekit.api;
  const held = started.move();
  return {
    livekit,
    sipPort: ports.sip,
    workerUrl: `http://127.0.0.1:${WORKER_PORT}`,
    env: {
      PATH: process.env.PATH,
      LIVEKIT_URL: host,
      LIVEKIT_API_KEY: key,
      LIVEKIT_API_SECRET: secret,
      TONEGATE_STORE: url,
      TONEGATE_PEPPER: 'pepper-of-at-least-32-characters-01',
      TONEGATE_SIGNING_KEY: await generateSigningKey(),
      TONEGATE_BACKEND_TOKEN: token,
      TONEGATE_SMS_TOKEN: token,
      TONEGATE_DEV: '1',
    },
    async configured(changes) {
      const config = parse(await readFile('tonegate.yaml', 'utf8'));
      Object.assign(config, changes);
      config.backend.url = bank.url;
      // A machine that is busy with so many calls may be late to read the headers.
      config.screening.mode = 'observe';
      config.desks.general.agent = 'soak-desk';
      const file = join(folder, 'tonegate.yaml');
      await writeFile(file, stringify(config));
      return ['--config', file, '--port', String(WORKER_PORT)];
    },
    async records() {
      const kept: CallRecord[] = [];
      for await (const record of store.records.list()) kept.push(record);
      return kept;
    },
    async callers(calls, width, onCall = () => undefined) {
      const args = [host, key, secret, String(calls), String(width)];
      const child = spawn(process.execPath, [join(HERE, 'callers.ts'), ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ends: string[] = [];
      for await (const line of createInterface(child.stdout)) {
        ends.push(JSON.parse(line).how);
        onCall(ends.length);
      }
      await over(child);
      return ends;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Done when a process has ended; answers its exit code. */
export async function over(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** What a process has in memory now, in MB; of a process that is gone 0. */
export async function rssMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
}
