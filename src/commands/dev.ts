// `tonegate dev`, which is what `npm start` runs: a complete system on loopback. Promises: a port that
// is taken is named before anything starts; Ctrl-C stops everything that was started, nothing else. SIGHUP
// is the worker's.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ENV_FILE, given, trunkVariable } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { startDemoBank } from '../demo/bank.ts';
import { checkPortsFree, LOOPBACK, type PortName } from '../demo/ports.ts';
import { startStack } from '../demo/stack.ts';
import { applyRouting } from '../livekit/provisioning.ts';
import { Secret } from '../machines/secret.ts';
import { generateSigningKey } from '../ticket/keys.ts';
import { builtPage } from '../web/page-build.ts';
import { backendUrl } from './demo-bank.ts';
import { startDemoDesks } from './desks.ts';
import { welcome } from './dev-welcome.ts';
import { superviseWorker } from './dev-worker.ts';
import { onHangUpSignal } from './hang-up-signal.ts';
import { neededSecrets, routingSecrets } from './provision.ts';
import { startQaPhone } from './qa-phone.ts';

export type DevOptions = {
  readonly config: string;
  /** False: Redis, LiveKit and the bridge run already, on these ports and with the demo's key. */
  readonly stack?: boolean;
  /** False: workers are started elsewhere, on the worker port and with the secrets given. */
  readonly worker?: boolean;
} & Readonly<Partial<Record<`port${Capitalize<PortName>}`, number>>>;

const API_KEY = 'devkey';
const API_SECRET = 'secretsecretsecretsecretsecretsecret';
const FOLDER = dirname(ENV_FILE);
/** The page is built from the sources: a package that is built itself serves none. */
const HAS_PAGE = import.meta.filename.endsWith('.ts');

/** Runs the system until SIGINT or SIGTERM, or until its terminal is closed. Answers the exit code. */
export async function runDev(options: DevOptions): Promise<number> {
  const signals = listenForSignals();
  try {
    await run(options, signals);
  } catch (error) {
    // What was being started when the signal came has said so by failing.
    if (!signals.stopping.aborted) throw error;
  }
  return 0;
}

async function run(options: DevOptions, { stopping, onReload }: Signals): Promise<void> {
  const config = await loadConfig(options.config);
  const secretOf = routingSecrets(config);
  const ports = {
    livekit: options.portLivekit ?? 7880,
    sip: options.portSip ?? 5060,
    rtp: options.portRtp ?? 10000,
    redis: options.portRedis ?? 7379,
    page: options.portPage ?? 7070,
    bank: options.portBank ?? 7071,
    worker: options.portWorker ?? config.http.port,
  };
  const livekitUrl = `ws://${LOOPBACK}:${ports.livekit}`;
  const workerUrl = `http://${LOOPBACK}:${ports.worker}`;
  const api = { host: livekitUrl, key: API_KEY, secret: API_SECRET };

  await checkPortsFree([
    { name: 'bank', port: ports.bank, protocol: 'tcp' },
    ...(options.worker === false
      ? []
      : [{ name: 'worker', port: ports.worker, protocol: 'tcp' } as const]),
    ...(HAS_PAGE ? [{ name: 'page', port: ports.page, protocol: 'tcp' } as const] : []),
  ]);
  // While the stack starts: the first time it takes a few seconds.
  const building = HAS_PAGE ? builtPage(stopping) : null;
  building?.catch(() => undefined);
  await using system = new AsyncDisposableStack();
  if (options.stack !== false) {
    console.info('Starting Redis, LiveKit and the SIP bridge …');
    const keys = { apiKey: API_KEY, apiSecret: API_SECRET };
    const dataDir = join(FOLDER, 'stack');
    system.use(await startStack({ ports, dataDir, ...keys, signal: stopping }));
  }
  await applyRouting(api, config, secretOf);

  const backendToken = given('TONEGATE_BACKEND_TOKEN') ?? random();
  const smsToken = given('TONEGATE_SMS_TOKEN') ?? random();
  const bank = system.use(
    await startDemoBank({
      host: LOOPBACK,
      port: ports.bank,
      token: Secret.of(backendToken),
      smsToken: Secret.of(smsToken),
    }),
  );
  const environment = {
    LIVEKIT_URL: livekitUrl,
    LIVEKIT_API_KEY: API_KEY,
    LIVEKIT_API_SECRET: API_SECRET,
    TONEGATE_STORE: given('TONEGATE_STORE') ?? (await freshStore()),
    TONEGATE_PEPPER: given('TONEGATE_PEPPER') ?? random(),
    TONEGATE_SIGNING_KEY: given('TONEGATE_SIGNING_KEY') ?? (await generateSigningKey()),
    TONEGATE_BACKEND_TOKEN: backendToken,
    TONEGATE_BACKEND_URL: bank.url,
    TONEGATE_SMS_TOKEN: smsToken,
    TONEGATE_WORKER_URL: workerUrl,
  };
  const trunkSecrets = neededSecrets(config).map(([trunk, what]) => [
    trunkVariable(trunk, what),
    secretOf(trunk, what).reveal(),
  ]);
  await writeEnvFile({ ...environment, ...Object.fromEntries(trunkSecrets) });
  system.use(await startDemoDesks(api, config, `${workerUrl}/.well-known/jwks.json`));
  if (options.worker !== false) {
    const worker = system.use(
      superviseWorker(
        ['--config', options.config, '--port', String(ports.worker)],
        { ...process.env, ...environment, TONEGATE_DEV: '1' },
        workerUrl,
      ),
    );
    onReload(() => worker.reload());
    await Promise.race([worker.ready, once(stopping, 'abort')]);
  }
  const bankUrl = backendUrl(config.backend.url, bank.url);
  const page =
    building &&
    system.use(
      await startQaPhone(
        {
          port: ports.page,
          config,
          api,
          workerUrl,
          bankUrl,
          isDemoBank: bankUrl === bank.url,
          store: environment.TONEGATE_STORE,
        },
        building,
      ),
    );
  if (!stopping.aborted) {
    console.info(
      welcome(config, { page: page?.url, sip: ports.sip, bank: bank.url, worker: workerUrl }),
    );
    await once(stopping, 'abort');
  }
  console.info('Stopping …');
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

/** A new store at each start, so that a demo begins without yesterday's calls. */
async function freshStore(): Promise<string> {
  const file = join(FOLDER, 'dev.db');
  for (const part of ['', '-wal', '-shm']) await rm(`${file}${part}`, { force: true });
  return `sqlite:${file}`;
}

/** What was generated, for every other `tonegate` command in this folder. */
async function writeEnvFile(environment: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(environment).map(
    ([name, value]) => `${name}=${value.trim().replaceAll('\n', '\\n')}\n`,
  );
  await mkdir(FOLDER, { recursive: true, mode: 0o700 });
  await rm(ENV_FILE, { force: true });
  await writeFile(ENV_FILE, lines.join(''), { mode: 0o600 });
}

interface Signals {
  /** Aborts at the first that ends us; the ones after that change nothing. */
  readonly stopping: AbortSignal;
  /** Takes what is to be done at SIGHUP; until then nothing is, as everything is about to be read. */
  onReload(reload: () => void): void;
}

function listenForSignals(): Signals {
  const controller = new AbortController();
  const stop = () => controller.abort(new Error('stopped'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  let readAnew: () => void = () => undefined;
  onHangUpSignal({ readAnew: () => readAnew(), terminalClosed: stop });
  return {
    stopping: controller.signal,
    onReload(reload) {
      readAnew = reload;
    },
  };
}
