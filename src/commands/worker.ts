// `tonegate worker`: one process for many calls. Puts the adapters and the core together, serves until
// it is told to drain, and leaves nothing behind.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import { type BreakerHooks, withBreakers, withSmsBreaker } from '../backend/breaker.ts';
import { createHttpBackend } from '../backend/http-backend.ts';
import { createSmsWebhook } from '../backend/sms-webhook.ts';
import { readEnvironment } from '../config/environment.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import { loggable } from '../ivr/fault.ts';
import { createObservers } from '../ivr/observers.ts';
import { withBacklog } from '../ivr/record-backlog.ts';
import { createSwitchboard, type Switchboard } from '../ivr/switchboard.ts';
import { keyedHashes } from '../ivr/verification/keyed-hashes.ts';
import { openOutages } from '../ivr/verification/outages.ts';
import { drawFloorMs } from '../ivr/verification/pace.ts';
import {
  type AgentServer,
  type AgentServerState,
  connectAgentServer,
} from '../livekit/agent-server.ts';
import { closeMedia, joinCallerLine } from '../livekit/room-line.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { openStore } from '../store/open-store.ts';
import { jwks, loadPublishedKeys, loadSigningKey } from '../ticket/keys.ts';
import { createMetrics } from '../web/metrics.ts';
import { startWorkerHttp } from '../web/worker-http.ts';
import { backendUrl, smsWebhookUrl } from './demo-bank.ts';
import { loadEdition } from './edition.ts';
import { onHangUpSignal } from './hang-up-signal.ts';
import { sayLastWords } from './last-words.ts';
import { readiness } from './readiness.ts';
import { type Editions, keepEditions } from './reload.ts';
import { startRounds } from './rounds.ts';
import { keysOf } from './signing-keys.ts';
import { ticketIssuer } from './ticket-issuer.ts';
import { createTrunkBook } from './trunk-book.ts';
import { upstreamChecker } from './upstream-checker.ts';
import { VERSION } from './version.ts';

export interface WorkerOptions {
  readonly config: string;
  /** Instead of `http.port`. */
  readonly port: number | undefined;
}

/**
 * Serves calls until SIGTERM or SIGINT: once drains, twice ends the calls. SIGHUP takes over new lines and
 * recordings for new calls. Resolves when all is closed.
 */
export async function serveCalls(options: WorkerOptions): Promise<void> {
  const draining = new AbortController();
  const reloadable = Promise.withResolvers<Editions>();
  // Before anything else: it would end a worker that is still starting.
  onHangUpSignal({
    async readAnew() {
      const editions = await reloadable.promise;
      if (draining.signal.aborted) log.info('SIGHUP ignored while draining');
      else await editions.reload();
    },
    terminalClosed: () => void process.kill(process.pid, 'SIGTERM'),
  });
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
    'TONEGATE_SMS_TOKEN',
    'TONEGATE_DEV',
    'TONEGATE_LOG_LEVEL',
  ]);
  const workerId = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const log = pino({ level: secrets.TONEGATE_LOG_LEVEL.reveal() || 'info', base: { workerId } });
  sayLastWords(log);
  const signingKey = await keysOf(
    'TONEGATE_SIGNING_KEY',
    loadSigningKey(secrets.TONEGATE_SIGNING_KEY),
  );
  const previousKeys = await keysOf(
    'TONEGATE_SIGNING_KEYS_PREVIOUS',
    loadPublishedKeys(secrets.TONEGATE_SIGNING_KEYS_PREVIOUS),
  );
  const first = await loadEdition(options.config);
  const { config } = first;
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
  const metrics = createMetrics((error) => log.error({ fault: loggable(error) }, 'not counted'));
  const editions = keepEditions({
    first,
    load: (running) => loadEdition(options.config, running),
    onTaken: ({ config: { lines } }) => metrics.showLines(lines.map(({ name }) => name)),
    log,
  });
  reloadable.resolve(editions);

  const breakerHooks: BreakerHooks = {
    onAsked: metrics.asked,
    onBreaker(route, state) {
      metrics.breaker(route, state);
      log.warn({ route, state }, 'breaker');
    },
  };
  const moved = secrets.TONEGATE_BACKEND_URL.reveal();
  const backend = createHttpBackend({
    url: backendUrl(config.backend.url, moved),
    token: secrets.TONEGATE_BACKEND_TOKEN,
    timeoutSeconds: config.backend.timeoutSeconds,
  });
  const sms =
    config.sms &&
    createSmsWebhook({
      url: smsWebhookUrl(config.sms.webhook, moved),
      token: secrets.TONEGATE_SMS_TOKEN,
      timeoutSeconds: config.sms.timeoutSeconds,
    });

  const outages = openOutages(() => performance.now(), { setTimeout, clearTimeout });
  const records = withBacklog(store.records, log);
  const world: CallWorld = {
    workerId,
    log,
    edition: editions.current,
    trunkName: trunks.nameOf,
    findTrunk: trunks.find,
    checkUpstream: upstreamChecker(store.usedTokens, Date.now),
    backend: outages.watchBackend(withBreakers(backend, breakerHooks)),
    outages,
    sms: sms ? outages.watchSms(withSmsBreaker(sms, breakerHooks)) : null,
    codes: store.codes,
    tries: store.tries,
    records,
    issueTicket: ticketIssuer(config, signingKey),
    hashes: keyedHashes(secrets.TONEGATE_PEPPER),
    floorMs: drawFloorMs,
    observe: observers.tell,
    measure: metrics.measure,
    now: Date.now,
    monotonic: () => performance.now(),
  };
  const switchboard = createSwitchboard(world, config.capacity);
  let livekit: AgentServerState = { phase: 'connecting', fault: null };
  // Before LiveKit is told that we are here: a worker that cannot listen takes no call.
  await using http = await startWorkerHttp({
    host: config.http.host,
    port: options.port ?? config.http.port,
    readiness: () =>
      readiness({
        livekit,
        store,
        refusal: editions.refusal(),
        isDraining: draining.signal.aborted,
      }),
    metrics: metrics.exposition,
    jwks: jwks(signingKey, previousKeys),
    watch: secrets.TONEGATE_DEV.reveal() === '1' ? observers.watch : undefined,
  });

  await using _rounds = startRounds({
    workerId,
    records,
    chain: store.chain,
    sealer: { issuer: config.ticket.issuer, key: signingKey, now: Date.now },
    log,
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
      void trunks.refresh();
    } else if (fault) log.warn({ code: fault.code, why: fault.message }, 'LiveKit unreachable');
  });

  log.info({ http: http.url, capacity: config.capacity }, 'worker started');

  await untilDrained(switchboard, agentServer, draining, log);
  log.info('worker stopped');
  await closeMedia();
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
