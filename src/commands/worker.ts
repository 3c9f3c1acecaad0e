// `tonegate worker`: one process for many calls. Puts the adapters and the core together, serves until
// it is told to drain, and leaves nothing behind.

import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import { createHttpBackend } from '../backend/http-backend.ts';
import { readEnvironment } from '../config/environment.ts';
import { flowVersion, linePlans } from '../config/line-plans.ts';
import { loadConfig } from '../config/load.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import { IvrFault, loggable } from '../ivr/fault.ts';
import { createObservers } from '../ivr/observers.ts';
import { AUDIO_DIR, loadRecordings } from '../ivr/recordings.ts';
import { createSwitchboard, type Switchboard } from '../ivr/switchboard.ts';
import {
  type AgentServer,
  type AgentServerState,
  connectAgentServer,
} from '../livekit/agent-server.ts';
import { trunkNames } from '../livekit/provisioning.ts';
import { closeMedia, joinCallerLine } from '../livekit/room-line.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import type { Secret } from '../machines/secret.ts';
import { catalogue, LOCALES } from '../prompts/catalogue.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { jwks, loadPublishedKeys, loadSigningKey, TicketKeyError } from '../ticket/keys.ts';
import { type Check, type Readiness, startWorkerHttp } from '../web/worker-http.ts';
import { backendUrl } from './demo-bank.ts';
import { ticketIssuer } from './ticket-issuer.ts';
import { VERSION } from './version.ts';

export interface WorkerOptions {
  readonly config: string;
  /** Instead of `http.port`. */
  readonly port: number | undefined;
}

/** Serves calls until SIGTERM or SIGINT: once drains, twice ends the calls. Resolves when all is closed. */
export async function serveCalls(options: WorkerOptions): Promise<void> {
  const config = await loadConfig(options.config);
  const secrets = readEnvironment([
    'LIVEKIT_URL',
    'LIVEKIT_API_KEY',
    'LIVEKIT_API_SECRET',
    'TONEGATE_STORE',
    'TONEGATE_PEPPER',
    'TONEGATE_SIGNING_KEY',
    'TONEGATE_SIGNING_KEYS_PREVIOUS',
    'TONEGATE_BACKEND_TOKEN',
    'TONEGATE_BACKEND_URL',
    'TONEGATE_DEV',
    'TONEGATE_LOG_LEVEL',
  ]);
  const workerId = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const log = pino({ level: secrets.TONEGATE_LOG_LEVEL.reveal() || 'info', base: { workerId } });
  const signingKey = await keysFrom('TONEGATE_SIGNING_KEY', () =>
    loadSigningKey(secrets.TONEGATE_SIGNING_KEY),
  );
  const previousKeys = await keysFrom('TONEGATE_SIGNING_KEYS_PREVIOUS', () =>
    loadPublishedKeys(secrets.TONEGATE_SIGNING_KEYS_PREVIOUS),
  );
  const recordings = await loadRecordings(AUDIO_DIR, catalogue, LOCALES);
  await using store = await openStore(secrets.TONEGATE_STORE.reveal());
  const observers = createObservers((error) =>
    log.error({ fault: loggable(error) }, 'observer failed'),
  );
  const api: LiveKitApi = {
    host: secrets.LIVEKIT_URL.reveal(),
    key: secrets.LIVEKIT_API_KEY.reveal(),
    secret: secrets.LIVEKIT_API_SECRET.reveal(),
  };
  const trunks = createTrunkBook(api, log);

  const world: CallWorld = {
    workerId,
    log,
    recordings,
    planFor: linePlans(config),
    flowVersion: (plan) => flowVersion(VERSION, plan),
    trunkName: trunks.nameOf,
    backend: createHttpBackend({
      url: backendUrl(config.backend.url, secrets.TONEGATE_BACKEND_URL.reveal()),
      token: secrets.TONEGATE_BACKEND_TOKEN,
      timeoutSeconds: config.backend.timeoutSeconds,
    }),
    records: store.records,
    issueTicket: ticketIssuer(config, signingKey),
    hashNumber: numberHasher(secrets.TONEGATE_PEPPER),
    observe: observers.tell,
    now: Date.now,
    monotonic: () => performance.now(),
  };
  const switchboard = createSwitchboard(world, config.capacity);
  const draining = new AbortController();
  let livekit: AgentServerState = { phase: 'connecting', fault: null };
  // Before LiveKit is told that we are here: a worker that cannot listen takes no call.
  await using http = await startWorkerHttp({
    host: config.http.host,
    port: options.port ?? config.http.port,
    readiness: () => readiness(livekit, store, draining.signal),
    jwks: jwks(signingKey, previousKeys),
    watch: secrets.TONEGATE_DEV.reveal() === '1' ? observers.watch : undefined,
  });

  await using agentServer = connectAgentServer({
    api,
    agentName: config.agentName,
    version: VERSION,
    load: () => switchboard.load(),
    offer: (_, promised) => switchboard.hasRoom(promised),
    onJob(job) {
      void switchboard.take(() => joinCallerLine(job, api));
    },
  });
  agentServer.onState((state) => {
    livekit = state;
    const { phase, fault } = state;
    if (phase === 'registered') {
      log.info('registered with LiveKit');
      trunks.refresh();
    } else if (fault) log.warn({ code: fault.code, why: fault.message }, 'LiveKit unreachable');
  });

  log.info({ http: http.url, capacity: config.capacity }, 'worker started');

  await untilDrained(switchboard, agentServer, draining, log);
  log.info('worker stopped');
  await closeMedia();
}

async function readiness(
  { phase, fault }: AgentServerState,
  store: Store,
  draining: AbortSignal,
): Promise<Readiness> {
  return {
    livekit:
      phase === 'registered'
        ? { ok: true }
        : { ok: false, why: fault?.message ?? 'connecting to LiveKit' },
    store: await storeCheck(store),
    // A worker does not start with recordings that cannot be played.
    prompts: { ok: true },
    draining: draining.aborted
      ? { ok: false, why: 'draining: no new calls are taken' }
      : { ok: true },
  };
}

async function storeCheck(store: Store): Promise<Check> {
  try {
    await store.records.ping();
    return { ok: true };
  } catch (error) {
    if (!(error instanceof IvrFault)) throw error;
    return { ok: false, why: error.message };
  }
}

/** The first signal lets calls finish, the second ends them. */
async function untilDrained(
  switchboard: Switchboard,
  agentServer: AgentServer,
  draining: AbortController,
  log: Logger,
): Promise<void> {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  await new Promise<void>((resolve) => {
    const onSignal = () => {
      if (draining.signal.aborted) {
        log.warn({ calls: switchboard.calls }, 'stopping now');
        void switchboard.stop();
        return;
      }
      draining.abort();
      log.info({ calls: switchboard.calls }, 'draining');
      // A job that was promised comes first: its caller rings already.
      const drained = agentServer.drain().then(() => switchboard.drain());
      void drained.then(() => {
        for (const signal of signals) process.off(signal, onSignal);
        resolve();
      });
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}

/** Runs a key loader; what it refuses is a fault of the named variable. */
async function keysFrom<Keys>(variable: string, load: () => Promise<Keys>): Promise<Keys> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof TicketKeyError)) throw error;
    throw new IvrFault('IVR_CONFIG_INVALID', `${variable}: ${error.message}`);
  }
}

/** Numbers are hashed with a key of their own, derived from the pepper (RFC 5869). */
function numberHasher(pepper: Secret): (number: Secret) => string {
  const key = new Uint8Array(
    hkdfSync('sha256', pepper.reveal(), '', 'tonegate calling number', 32),
  );
  return (number) => createHmac('sha256', key).update(number.reveal()).digest('base64url');
}

/** The configured names of trunks, looked up in LiveKit whenever the worker has registered. */
function createTrunkBook(api: LiveKitApi, log: Logger) {
  let names: ReadonlyMap<string, string> = new Map();
  return {
    nameOf: (trunkId: string | null) => (trunkId === null ? null : (names.get(trunkId) ?? null)),
    refresh() {
      trunkNames(api).then(
        (found) => {
          names = found;
        },
        () => log.warn('trunk names could not be looked up'),
      );
    },
  };
}
