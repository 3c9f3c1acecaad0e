// `tonegate dial --simulate`: the whole call happens in this process, charts, records and tickets included, with a demo
// bank on loopback, or whatever answers in its place.

import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createHttpBackend } from '../backend/http-backend.ts';
import { readEnvironment } from '../config/environment.ts';
import { recorded } from '../console/call-recording.ts';
import { createSimulatedLine, simulatedCaller } from '../console/simulated-line.ts';
import { openTerminal, type Terminal } from '../console/terminal.ts';
import { type DemoBank, startDemoBank } from '../demo/bank.ts';
import { LOOPBACK } from '../demo/ports.ts';
import { startCall } from '../ivr/call.ts';
import { noteSeal } from '../ivr/call-note.ts';
import type { CallWorld } from '../ivr/call-world.ts';
import { ALONE } from '../ivr/lease.ts';
import type { Observation } from '../ivr/observation.ts';
import type { Backend } from '../ivr/ports.ts';
import { keyedHashes } from '../ivr/verification/keyed-hashes.ts';
import { openOutages } from '../ivr/verification/outages.ts';
import { drawFloorMs } from '../ivr/verification/pace.ts';
import { Secret } from '../machines/secret.ts';
import { inviteHeaders } from '../screening/headers.ts';
import { openStore } from '../store/open-store.ts';
import { generateSigningKey, loadSigningKey } from '../ticket/keys.ts';
import { CALLING, type DialOptions, firstNumber, onInterrupt, recordingFor, told } from './dial.ts';
import { loadEdition } from './edition.ts';
import { ticketIssuer } from './ticket-issuer.ts';
import { trunkFor } from './trunk-of.ts';
import { upstreamChecker } from './upstream-checker.ts';

/** How long a simulated desk takes to be heard. */
const DESK_MS = 800;

export interface SimulatedDialOptions extends DialOptions {
  /** The customer's system; by default the demo bank. */
  readonly backend?: Backend;
}

/** Calls with no server at all. Answers the exit code: 0 when the call ended in order, else 1. */
export async function dialSimulated(options: SimulatedDialOptions): Promise<number> {
  const edition = await loadEdition(options.config);
  const { config } = edition;
  const dialled = options.number ?? firstNumber(config);
  const trunk = trunkFor(dialled, config)?.name ?? null;
  const { TONEGATE_LOG_LEVEL } = readEnvironment(['TONEGATE_LOG_LEVEL']);
  const token = Secret.of(randomUUID());
  await using bank = await startDemoBank({ host: LOOPBACK, port: 0, token });
  await using store = await openStore('sqlite::memory:');
  using recording = recordingFor(options);
  using terminal = openTerminal(process.stdin, process.stdout);
  const showMessages = messagesOf(bank, terminal);

  const outages = openOutages(() => performance.now(), { setTimeout, clearTimeout });
  const { timeoutSeconds } = config.backend;
  const backend = options.backend ?? createHttpBackend({ url: bank.url, token, timeoutSeconds });

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
    notes: noteSeal(Secret.of(randomUUID())),
    lease: ALONE,
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
    caller: simulatedCaller(dialled, CALLING),
    headers: inviteHeaders(options.header ?? []),
    desk: () => DESK_MS,
    transfer: () => ({ outcome: 'failed', afterMs: 0 }),
  });

  terminal.say(`Calling ${dialled}, simulated. Keys: 0-9 * # · h hangs up.`);
  terminal.connect(line.phone);
  onInterrupt(() => line.phone.hangUp());
  const heard = recording === null ? line : recorded(line, recording);
  const record = await startCall(heard, world).record;
  return told(terminal, record);
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
