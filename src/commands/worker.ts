// `tonegate worker`: one process for many calls. Puts the adapters and the core together, serves until
// it is told to drain, and leaves nothing behind.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { pino } from 'pino';
import { type BreakerHooks, withBreakers, withSmsBreaker } from '../backend/breaker.ts';
import { createHttpBackend } from '../backend/http-backend.ts';
import { createSmsWebhook } from '../backend/sms-webhook.ts';
import { readEnvironment } from '../config/environment.ts';
import { noteSeal } from '../ivr/call-note.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import { loggable } from '../ivr/fault.ts';
import { createLease } from '../ivr/lease.ts';
import { createObservers } from '../ivr/observers.ts';
import { withBacklog } from '../ivr/record-backlog.ts';
import { createSwitchboard } from '../ivr/switchboard.ts';
import { keyedHashes } from '../ivr/verification/keyed-hashes.ts';
import { openOutages } from '../ivr/verification/outages.ts';
import { drawFloorMs } from '../ivr/verification/pace.ts';
import { type AgentServerState, connectAgentServer } from '../livekit/agent-server.ts';
import { rejoinCallerLine } from '../livekit/rejoining.ts';
import { beginMedia, findNoPrograms, joinCallerLine } from '../livekit/room-line.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { whoWaits } from '../livekit/waiting.ts';
import { openStore } from '../store/open-store.ts';
import { jwks, loadPublishedKeys, loadSigningKey } from '../ticket/keys.ts';
import { createMetrics } from '../web/metrics.ts';
import { startWorkerHttp } from '../web/worker-http.ts';
import { backendUrl, smsWebhookUrl } from './demo-bank.ts';
import { loadEdition } from './edition.ts';
import { onHangUpSignal } from './hang-up-signal.ts';
import { watchLoop } from './loop-watch.ts';
import { readiness } from './readiness.ts';
import { watchLimits } from './recycling.ts';
import { type Editions, keepEditions } from './reload.ts';
import { endWhileStarting, prepareEnd, type Retirement } from './retirement.ts';
import { startRounds } from './rounds.ts';
import { keysOf } from './signing-keys.ts';
import { askForSuccessor } from './succession.ts';
import { startTakingOver } from './taking-over.ts';
import { ticketIssuer } from './ticket-issuer.ts';
import { createTrunkBook } from './trunk-book.ts';
import { takeUncaught } from './uncaught.ts';
import { upstreamChecker } from './upstream-checker.ts';
import { VERSION } from './version.ts';

/** For so long after LiveKit was away it may offer calls again that have come back with it. */
const REPEATS_MS = 60_000;

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
  findNoPrograms();
  const starting = endWhileStarting();
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
  const metrics = createMetrics((error) => log.error({ fault: loggable(error) }, 'not counted'));
  let retirement: Retirement | null = null;
  takeUncaught({
    log,
    onFault: metrics.fault,
    replace() {
      retirement?.retire('fault');
      return retirement !== null;
    },
  });
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
    notes: noteSeal(secrets.TONEGATE_PEPPER),
    lease: {
      isCertain: () => lease.isCertain(),
      assure: () => lease.assure(),
    },
    floorMs: drawFloorMs,
    observe: observers.tell,
    measure: metrics.measure,
    now: Date.now,
    monotonic: () => performance.now(),
  };
  const isDev = secrets.TONEGATE_DEV.reveal() === '1';
  using loop = watchLoop();
  const switchboard = createSwitchboard(world, config.capacity, loop.waitMs);
  const lease = createLease({
    workerId,
    records,
    running: () => switchboard.running,
    giveUp: switchboard.giveUp,
    onLost: (record) => world.measure({ type: 'call.missed', record }),
    monotonic: world.monotonic,
    log,
  });
  let registeredAt = Number.NEGATIVE_INFINITY;
  let livekit: AgentServerState = { phase: 'connecting', fault: null };
  const isReady = () =>
    readiness({ livekit, store, refusal: editions.refusal(), isDraining: draining.signal.aborted });
  metrics.showReadiness(isReady);
  // Before LiveKit is told that we are here: a worker that cannot listen takes no call.
  await using http = await startWorkerHttp({
    host: config.http.host,
    port: options.port ?? config.http.port,
    readiness: isReady,
    metrics: metrics.exposition,
    jwks: jwks(signingKey, previousKeys),
    watch: isDev ? observers.watch : undefined,
  });

  await using _media = await beginMedia();
  await using _place = store.holdPlace(workerId, {
    onLost() {
      log.warn('the store has lost sight of this worker: others may go on with its calls');
      lease.doubt();
    },
    onHeld: () => lease.trust(),
    onPooled() {
      lease.trust();
      log.warn('a pooler hands connections of the store around: lost workers are noticed later');
    },
  });
  await using _rounds = startRounds({
    lease,
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
    offer(_, promised) {
      if (switchboard.hasRoom(promised)) return true;
      const { calls } = switchboard;
      log.warn({ calls, loopWaitMs: Math.round(loop.waitMs()) }, 'call not taken: full');
      return false;
    },
    onJob(job) {
      const mayBeRepeated = performance.now() - registeredAt < REPEATS_MS;
      const offer = {
        since: job.offeredAt,
        look: mayBeRepeated ? () => whoWaits(api, job.room) : null,
      };
      void switchboard
        .take(job.room, () => joinCallerLine(job, api), offer)
        // Also where nobody has joined.
        .finally(() => job.finish('success'));
    },
  });
  agentServer.onState((state) => {
    livekit = state;
    const { phase, fault } = state;
    if (phase === 'registered') {
      registeredAt = performance.now();
      log.info('registered with LiveKit');
      void trunks.refresh();
    } else if (fault) log.warn({ code: fault.code, why: fault.message }, 'LiveKit unreachable');
  });

  await using takingOver = startTakingOver({
    workerId,
    records,
    room: () => (switchboard.hasRoom() ? config.capacity - switchboard.calls : 0),
    goOn: (lost) => void switchboard.goOn(lost, (note, call) => rejoinCallerLine(note, call, api)),
  });

  starting[Symbol.dispose]();
  retirement = prepareEnd({
    switchboard,
    agentServer,
    draining,
    stopTakingOver: takingOver.stop,
    succeed: isDev ? () => askForSuccessor(http.giveUpPort) : async () => undefined,
    log,
  });
  using _limits = watchLimits(config.recycle, switchboard, retirement.retire);
  metrics.showWorker(() => ({
    load: switchboard.load(),
    loopWaitMs: loop.waitMs(),
    isDraining: draining.signal.aborted,
    taken: switchboard.taken,
  }));
  log.info({ http: http.url, capacity: config.capacity }, 'worker started');

  await retirement.ended;
  log.info('worker stopped');
}
