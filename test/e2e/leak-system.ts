// A system of its own to look for leaks in: what `npm start` runs, on PostgreSQL, with the log at its most
// talkative. All it prints and keeps can be had.

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse, stringify } from 'yaml';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';

const PORTS = {
  livekit: 24180,
  sip: 24160,
  rtp: 24200,
  redis: 24179,
  page: 24170,
  bank: 24171,
  worker: 24181,
};
const MAIN = join(process.cwd(), 'src/main.ts');
/** Registered by the test itself. */
export const WATCHED_DESK = 'watched-desk';
const WATCHED_TRANSFER = 'tel:+15105550199';

/** Numbers of the lines. */
export const LINES = {
  bank: '+15105550100',
  alone: '+15105550101',
  passcode: '+15105550102',
  careful: '+15105550103',
  pbx: '+15105550104',
  strict: '+15105550105',
  nobody: '+15105550109',
  vouched: '+15105550130',
};

export interface LeakSystem extends AsyncDisposable {
  readonly folder: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly workerUrl: string;
  readonly livekit: LiveKitApi;
  /** What the program has printed so far, by stream. */
  readonly printed: { readonly stdout: string; readonly stderr: string };
  /** All that was generated for it, by name. */
  readonly generated: Readonly<Record<string, string>>;
  /** What a command prints on both streams, its exit code first. */
  command(...args: string[]): Promise<string>;
  /** Ends it as Ctrl-C does; done when all is closed. Its folder is there until it is disposed of. */
  stop(): Promise<void>;
}

export interface LeakSystemOptions {
  readonly bankUrl: string;
  readonly store: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Public key of the PBX, PEM. */
  readonly pbxKey: string;
}

/** Random, so that it stands nowhere else. */
export const newSecret = () => randomBytes(33).toString('base64url');

export async function startLeakSystem(options: LeakSystemOptions): Promise<LeakSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-leak-'));
  const config = join(folder, 'tonegate.yaml');
  await writeFile(join(folder, 'pbx.pem'), options.pbxKey);
  await writeFile(config, await configuration(options.bankUrl));

  const ports = Object.entries(PORTS).flatMap(([name, port]) => [`--port-${name}`, String(port)]);
  const env = {
    ...process.env,
    ...options.secrets,
    TONEGATE_STORE: options.store,
    TONEGATE_LOG_LEVEL: 'trace',
  };
  const dev = spawn(process.execPath, [MAIN, 'dev', '--config', config, ...ports], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(dev, 'close');
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    dev[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  const ready = new Promise<void>((resolve) => {
    createInterface(dev.stdout).on('line', (line) => line === 'Tonegate answers.' && resolve());
  });
  const failed = ended.then(([code]) => {
    throw new Error(`the system did not start (exit code ${code}):\n${printed.stderr}`);
  });
  await Promise.race([ready, failed]);
  failed.catch(() => undefined);

  async function stop() {
    dev.kill('SIGINT');
    await ended;
  }
  const generated = parseEnv(await readFile(join(folder, '.tonegate', 'env'), 'utf8'));
  return {
    folder,
    printed,
    generated,
    sip: { host: '127.0.0.1', port: PORTS.sip },
    workerUrl: `http://127.0.0.1:${PORTS.worker}`,
    livekit: {
      host: `ws://127.0.0.1:${PORTS.livekit}`,
      key: generated.LIVEKIT_API_KEY ?? '',
      secret: generated.LIVEKIT_API_SECRET ?? '',
    },
    command: (...args) =>
      new Promise((resolve) => {
        const all = [MAIN, ...args, '--config', config];
        execFile(process.execPath, all, { cwd: folder, maxBuffer: 2 ** 26 }, (error, out, err) =>
          resolve(`exit code ${error?.code ?? 0}\n${out}\n${err}`),
        );
      }),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

function parseEnv(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

async function configuration(bankUrl: string): Promise<string> {
  const config = parse(await readFile('tonegate.yaml', 'utf8'));
  // Keys are pressed by a program, on a machine with much else to do.
  const keys = { fastestKeyMilliseconds: 0, lateKeySeconds: 0 };
  const account = { step: 'account', length: 12, ...keys };
  const birthDate = { step: 'birthDate', order: 'MDY', ...keys };
  const passcode = { step: 'passcode', length: 10, ...keys };
  const steps = [account, birthDate, { step: 'oneTimeCode', length: 8, ...keys }];
  const bank = { steps, desk: 'watched', operator: 'operator' };
  const upstream = { issuer: 'pbx', audience: 'tonegate', publicKeyFile: 'pbx.pem' };
  // The first calls of a process that has just begun may wait long for their headers: they are not refused for it.
  const screening = { onTimeout: 'none' };
  const line = (name: keyof typeof LINES, other: object) => ({
    name,
    numbers: [LINES[name]],
    screening,
    ...bank,
    ...other,
  });
  const { operator: _, ...alone } = bank;
  return stringify({
    ...config,
    backend: { url: bankUrl, timeoutSeconds: 1 },
    sms: { webhook: `${bankUrl}/sms`, timeoutSeconds: 1 },
    lockout: { softAfter: 3, softSeconds: [30, 3600], hardAfter: 3, hardHours: 24 },
    trunks: [
      {
        ...config.trunks[0],
        numbers: Object.values(LINES).filter((number) => number !== LINES.vouched),
      },
      { name: 'other-trunk', numbers: [LINES.vouched], profile: 'from' },
    ],
    lines: [
      line('bank', {}),
      { name: 'alone', numbers: [LINES.alone], screening, ...alone },
      line('passcode', { steps: [account, passcode], desk: 'vault' }),
      line('careful', {
        steps: [
          { ...account, readBack: true },
          { ...birthDate, readBack: true },
        ],
        desk: 'general',
      }),
      line('pbx', { upstream }),
      line('strict', { screening: { accept: 'validated', minLevel: 'A' } }),
      line('vouched', {}),
    ],
    desks: {
      ...config.desks,
      watched: { agent: WATCHED_DESK, requires: ['otp'], otherwise: 'operator' },
      vault: { agent: WATCHED_DESK, requires: ['pin'], otherwise: 'operator' },
      operator: { ...config.desks.operator, transfer: WATCHED_TRANSFER },
    },
  });
}
