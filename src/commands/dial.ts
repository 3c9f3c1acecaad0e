// `tonegate dial`: a phone in the terminal. Live it calls the local system over LiveKit; simulated the
// whole call happens in this process, charts, records and tickets included, with a demo bank on loopback.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { createHttpBackend } from '../backend/http-backend.ts';
import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { followCall } from '../console/follow.ts';
import { createSimulatedLine } from '../console/simulated-line.ts';
import { openTerminal, type Terminal } from '../console/terminal.ts';
import { type DemoBank, startDemoBank } from '../demo/bank.ts';
import { LOOPBACK } from '../demo/ports.ts';
import { startCall } from '../ivr/call.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import type { Observation } from '../ivr/observation.ts';
import { keyedHashes } from '../ivr/verification/keyed-hashes.ts';
import { openOutages } from '../ivr/verification/outages.ts';
import { drawFloorMs } from '../ivr/verification/pace.ts';
import { routingNames } from '../livekit/provisioning.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import type { Auth, Ending } from '../machines/outcome.ts';
import { Secret } from '../machines/secret.ts';
import { inviteHeaders } from '../screening/headers.ts';
import { openStore } from '../store/open-store.ts';
import { generateSigningKey, loadSigningKey } from '../ticket/keys.ts';
import { loadEdition } from './edition.ts';
import { ticketIssuer } from './ticket-issuer.ts';
import { upstreamChecker } from './upstream-checker.ts';

export interface DialOptions {
  readonly config: string;
  /** E.164; by default the first number of the first line. */
  readonly number?: string | undefined;
  /** Headers of the INVITE; none by default. */
  readonly header?: readonly (readonly [name: string, value: string])[];
}

/** The number that callers of this phone seem to have. */
const CALLING = '+15551230000';
/** How long a worker may take to say how a call ended. */
const ENDING_MS = 5000;
/** How long a simulated desk takes to be heard. */
const DESK_MS = 800;

/** Calls with no server at all. Answers the exit code: 0 when the call ended in order, else 1. */
export async function dialSimulated(options: DialOptions): Promise<number> {
  const edition = await loadEdition(options.config);
  const { config } = edition;
  const dialled = options.number ?? firstNumber(config);
  const trunk = trunkFor(dialled, config);
  const { TONEGATE_LOG_LEVEL } = readEnvironment(['TONEGATE_LOG_LEVEL']);
  const token = Secret.of(randomUUID());
  await using bank = await startDemoBank({ host: LOOPBACK, port: 0, token });
  await using store = await openStore('sqlite::memory:');
  using terminal = openTerminal(process.stdin, process.stdout);
  const showMessages = messagesOf(bank, terminal);

  const outages = openOutages(() => performance.now(), { setTimeout, clearTimeout });
  const backend = createHttpBackend({
    url: bank.url,
    token,
    timeoutSeconds: config.backend.timeoutSeconds,
  });

  const world: CallWorld = {
    workerId: 'simulated',
    log: pino({ level: TONEGATE_LOG_LEVEL.reveal() || 'silent' }, pino.destination(2)),
    edition: () => edition,
    // As if it came over the first trunk that has the number.
    trunkName: () => trunk,
    findTrunk: async () => trunk,
    checkUpstream: upstreamChecker(store.usedTokens, Date.now),
    backend: outages.watchBackend(backend),
    outages,
    records: store.records,
    tries: store.tries,
    codes: store.codes,
    // The demo bank sends its codes itself.
    sms: null,
    issueTicket: ticketIssuer(config, await loadSigningKey(await generateSigningKey())),
    hashes: keyedHashes(Secret.of(randomUUID())),
    floorMs: drawFloorMs,
    observe(observation) {
      terminal.watch(observation);
      if (isAboutCode(observation)) showMessages();
    },
    measure: () => undefined,
    now: Date.now,
    monotonic: () => performance.now(),
  };
  const line = createSimulatedLine({
    clock: { setTimeout, clearTimeout },
    caller: {
      room: 'simulated',
      identity: 'simulated-caller',
      sipCallId: null,
      inviteCallId: null,
      dialled,
      number: Secret.of(CALLING),
      trunkId: null,
      ruleId: null,
    },
    headers: inviteHeaders(options.header ?? []),
    desk: () => DESK_MS,
    transfer: () => ({ outcome: 'failed', afterMs: 0 }),
  });

  terminal.say(`Calling ${dialled}, simulated. Keys: 0-9 * # · h hangs up.`);
  terminal.connect(line.phone);
  process.once('SIGINT', () => line.phone.hangUp());
  const record = await startCall(line, world).record;
  return told(terminal, record);
}

/** Calls the local system over LiveKit. Answers the exit code, as `dialSimulated` does. */
export async function dialLive(options: DialOptions): Promise<number> {
  const config = await loadConfig(options.config);
  const dialled = options.number ?? firstNumber(config);
  const env = readEnvironment([
    'LIVEKIT_URL',
    'LIVEKIT_API_KEY',
    'LIVEKIT_API_SECRET',
    'TONEGATE_WORKER_URL',
  ]);
  const workerUrl =
    env.TONEGATE_WORKER_URL.reveal() || `http://${config.http.host}:${config.http.port}`;
  // The native media library is loaded only here: the simulation does without.
  const { closeMedia, joinAsCaller, roomFor } = await import('../livekit/phone.ts');
  const api = {
    host: env.LIVEKIT_URL.reveal(),
    key: env.LIVEKIT_API_KEY.reveal(),
    secret: env.LIVEKIT_API_SECRET.reveal(),
  };
  const room = roomFor(dialled);
  const following = new AbortController();
  const observations = await followCall(workerUrl, room, following.signal);
  try {
    using terminal = openTerminal(process.stdin, process.stdout);
    terminal.say(`Calling ${dialled}. Keys: 0-9 * # · h hangs up.`);
    const phone = await joinAsCaller({
      api,
      room,
      agentName: config.agentName,
      dialled,
      calling: CALLING,
      headers: Object.fromEntries(options.header ?? []),
      trunkId: await trunkIdOf(api, trunkFor(dialled, config)),
    });
    const attempt = (act: Promise<void>) =>
      void act.catch(() => terminal.say('The call is not there any more.'));
    terminal.connect({
      press: (key) => attempt(phone.press(key)),
      hangUp: () => attempt(phone.hangUp()),
    });
    process.once('SIGINT', () => attempt(phone.hangUp()));

    // Our end of the call is over before the worker has kept its record and says so.
    const impatience = phone.ended.then(() => delay(ENDING_MS, undefined, { ref: false }));
    void impatience.then(() => following.abort());

    let exitCode: number | null = null;
    for await (const observation of observations) {
      terminal.watch(observation);
      if (observation.type !== 'call.ended') continue;
      exitCode = told(terminal, observation);
      break;
    }
    if (exitCode === null) terminal.say('Nobody answered.');
    await phone.ended;
    return exitCode ?? 1;
  } finally {
    following.abort();
    await closeMedia();
  }
}

function firstNumber({ lines }: Config): string {
  return lines[0]?.numbers[0] ?? '';
}

/** The trunk that a call to this number comes over; with more than one, the first. */
function trunkFor(dialled: string, { trunks }: Config): string | null {
  return trunks.find(({ numbers }) => numbers.includes(dialled))?.name ?? null;
}

async function trunkIdOf(api: LiveKitApi, trunk: string | null): Promise<string | null> {
  const { trunks } = await routingNames(api);
  return [...trunks].find(([, name]) => name === trunk)?.[0] ?? null;
}

/** How the call ended, in one line, and as an exit code. */
function told(terminal: Terminal, call: { readonly ending: Ending; readonly auth: Auth }): number {
  const { result, reason } = call.ending;
  terminal.say(`Call ended: ${reason}, auth ${call.auth}.`);
  return result === 'success' || result === 'caller' ? 0 : 1;
}

function isAboutCode(observation: Observation): boolean {
  return observation.type === 'prompt.began' && observation.prompts.includes('code-sent');
}

/** Shows what has come to the caller's other device since the last time: the demo bank's text messages. */
function messagesOf(bank: DemoBank, terminal: Terminal): () => void {
  let shown = 0;
  async function show(): Promise<void> {
    const answer = await fetch(`${bank.url}/outbox`);
    const messages = (await answer.json()) as readonly { to: string; text: string }[];
    for (const { to, text } of messages.slice(shown)) {
      terminal.say(`SMS to …${to.slice(-2)}: ${text}`);
    }
    shown = messages.length;
  }
  return () => void show().catch(() => terminal.say('The text messages could not be fetched.'));
}
