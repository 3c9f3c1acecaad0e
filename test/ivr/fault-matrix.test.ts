// Every fault of every route of a bank's server, in the middle of a whole call: real HTTP, real timers, the
// simulated line. Each call has a bank of its own, and all are made at the same time. What the bridge and the
// network add to what is measured here is in test/e2e/faults.test.ts.

import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AskedOutcome,
  type AskedRoute,
  type BreakerHooks,
  withBreakers,
  withSmsBreaker,
} from '../../src/backend/breaker.ts';
import { createHttpBackend } from '../../src/backend/http-backend.ts';
import { createSmsWebhook } from '../../src/backend/sms-webhook.ts';
import { type LoadedEdition, loadEdition } from '../../src/commands/edition.ts';
import { ticketIssuer } from '../../src/commands/ticket-issuer.ts';
import { createSimulatedLine } from '../../src/console/simulated-line.ts';
import { startDemoBank } from '../../src/demo/bank.ts';
import { startCall } from '../../src/ivr/call.ts';
import { noteSeal } from '../../src/ivr/call-note.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallWorld } from '../../src/ivr/call-world.ts';
import { ALONE } from '../../src/ivr/lease.ts';
import type { CallerLine, Clip } from '../../src/ivr/ports.ts';
import { keyedHashes } from '../../src/ivr/verification/keyed-hashes.ts';
import { openOutages } from '../../src/ivr/verification/outages.ts';
import { drawFloorMs } from '../../src/ivr/verification/pace.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import type { StepName, StepOutcome } from '../../src/machines/outcome.ts';
import { Secret } from '../../src/machines/secret.ts';
import { PROMPT_IDS, type PromptId } from '../../src/prompts/catalogue.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { generateSigningKey, loadSigningKey } from '../../src/ticket/keys.ts';
import { PHONE_ON_FILE } from './customers.ts';
import { withoutOperator } from './lines.ts';

const ROUTES = ['lookup', 'knowledge', 'sim', 'otp', 'check', 'sms'] as const;
const MODES = ['slow', '500', 'hang', 'garbage', 'drop', 'schema', 'empty', 'redirect'] as const;
const LINES = ['with an operator', 'without one'] as const;

type Route = (typeof ROUTES)[number];
type Mode = (typeof MODES)[number];

interface Fault {
  readonly route: Route;
  readonly mode: Mode;
  readonly line: (typeof LINES)[number];
}

const FAULTS: readonly Fault[] = ROUTES.flatMap((route) =>
  MODES.flatMap((mode) => LINES.map((line) => ({ route, mode, line }))),
);

/** Longer than `slow`, which is right after 3 s. */
const TIMEOUT_SECONDS = 4;
/** As the charts wait with that timeout, for the bank and for messages. */
const PATIENCE = { backendMs: 5000, sendingMs: 9000 };
/** Within which a caller hears something after the last key. */
const SILENCE_MS = 2000;
/** A quick typist. */
const KEY_MS = 60;
const TOKEN = Secret.of('token-of-the-matrix');
const REAL = { setTimeout, clearTimeout };

interface Story {
  readonly record: CallRecord;
  /** Prompts that have begun, each when its utterance did. */
  readonly heard: readonly PromptId[];
  /** Whether the last utterance was played to its end. */
  readonly isWhole: boolean;
  /** From the last key of each entry to the next sound. */
  readonly silencesMs: readonly number[];
  /** What was asked of the bank and the sender, and how it ended, as metrics and breakers see it. */
  readonly asked: readonly (readonly [AskedRoute, AskedOutcome])[];
}

let edition: LoadedEdition;
let store: Store;
let prompts: ReadonlyMap<Clip, PromptId>;
let shared: Omit<CallWorld, 'backend' | 'outages' | 'sms' | 'edition'>;
let stories: ReadonlyMap<Fault, Story>;

beforeAll(async () => {
  edition = await loadEdition('tonegate.yaml');
  const recordings = edition.recordingsFor(null);
  prompts = new Map(PROMPT_IDS.map((id) => [recordings.clip(id, 'en'), id]));
  store = await openStore('sqlite::memory:');
  shared = {
    workerId: 'w1',
    trunkName: () => null,
    findTrunk: async () => null,
    checkUpstream: async () => ({ kind: 'ignored', why: 'signature' }),
    records: store.records,
    tries: store.tries,
    codes: store.codes,
    issueTicket: ticketIssuer(edition.config, await loadSigningKey(await generateSigningKey())),
    hashes: keyedHashes(Secret.of('pepper-of-at-least-32-characters-01')),
    notes: noteSeal(Secret.of('pepper-of-at-least-32-characters-01')),
    lease: ALONE,
    floorMs: drawFloorMs,
    log: pino({ level: 'silent' }),
    observe: () => undefined,
    measure: () => undefined,
    now: Date.now,
    monotonic: () => performance.now(),
  };
  const told = await Promise.all(
    FAULTS.map(async (fault) => [fault, await callDuring(fault)] as const),
  );
  stories = new Map(told);
}, 60_000);

afterAll(() => store[Symbol.asyncDispose]());

/** When this process was kept waiting for the processor, and how long: nothing of that is the product's. */
const stalls: { readonly at: number; readonly ms: number }[] = [];
const TICK_MS = 10;
let tickedAt = performance.now();
function tick(): void {
  const now = performance.now();
  stalls.push({ at: now, ms: Math.max(0, now - tickedAt - 2 * TICK_MS) });
  tickedAt = now;
}
const ticking = setInterval(tick, TICK_MS);
afterAll(() => clearInterval(ticking));

function fairMsSince(moment: number): number {
  tick();
  const stalled = stalls.filter(({ at }) => at > moment).reduce((sum, { ms }) => sum + ms, 0);
  return performance.now() - moment - stalled;
}

/** The call of a caller who does everything right, while the bank misbehaves. */
async function callDuring({ route, mode, line: lineOf }: Fault): Promise<Story> {
  await using bank = await startDemoBank({
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    smsToken: TOKEN,
    codes: route === 'sms' ? 'ours' : 'bank',
  });
  await fetch(`${bank.url}/faults`, { method: 'POST', body: JSON.stringify({ route, mode }) });
  const server = { token: TOKEN, timeoutSeconds: TIMEOUT_SECONDS };
  const asked: Story['asked'][number][] = [];
  const hooks: BreakerHooks = {
    onAsked: ({ route, outcome }) => asked.push([route, outcome]),
    onBreaker: () => undefined,
  };
  const outages = openOutages(shared.monotonic, REAL);
  const http = createHttpBackend({ ...server, url: bank.url });
  const webhook = createSmsWebhook({ ...server, url: `${bank.url}/sms` });
  const backend = outages.watchBackend(withBreakers(http, hooks));
  const sms = outages.watchSms(withSmsBreaker(webhook, hooks));

  const simulated = createSimulatedLine({
    clock: REAL,
    caller: {
      room: 'call_+15105550100_x7',
      identity: 'sip_+15551237788',
      sipCallId: 'SCL_1',
      inviteCallId: 'invite-1@carrier.example',
      dialled: '+15105550100',
      number: null,
      trunkId: 'ST_1',
      ruleId: 'SDR_1',
    },
    desk: () => 100,
    transfer: () => ({ outcome: 'succeeded', afterMs: 100 }),
  });
  const { phone } = simulated;
  const heard: PromptId[] = [];
  const silencesMs: number[] = [];
  let lastKeyAt: number | null = null;
  let isWhole = false;

  async function presses(keys: string): Promise<void> {
    for (const key of keys) {
      await sleep(KEY_MS);
      phone.press(key);
    }
    lastKeyAt = performance.now();
  }

  async function answers(question: PromptId): Promise<void> {
    if (question === 'rejected') return phone.hangUp();
    if (question === 'enter-account') return presses(PHONE_ON_FILE.account);
    if (question === 'enter-birth-date-mdy') return presses(PHONE_ON_FILE.birthDate);
    if (question !== 'enter-code') return;
    const outbox = await fetch(`${bank.url}/outbox`);
    const [message] = (await outbox.json()) as { code: string }[];
    if (message !== undefined) return presses(message.code);
    // The sender has lost the message.
    if (lineOf === 'with an operator') await presses('0#');
    else phone.hangUp();
  }

  async function play(clips: readonly Clip[], signal: AbortSignal): Promise<void> {
    if (lastKeyAt !== null) silencesMs.push(fairMsSince(lastKeyAt));
    lastKeyAt = null;
    const said = clips.flatMap((clip) => prompts.get(clip) ?? []);
    heard.push(...said);
    isWhole = false;
    for (const prompt of said) void answers(prompt);
    await simulated.play(clips, signal);
    isWhole = true;
  }

  const line: CallerLine = { ...simulated, play };
  const call = startCall(line, {
    ...shared,
    backend,
    outages,
    sms,
    edition: () => editionOf(lineOf),
  });
  return { record: await call.record, heard, isWhole, silencesMs, asked };
}

function editionOf(line: Fault['line']) {
  const change = line === 'with an operator' ? (plan: LinePlan) => plan : withoutOperator;
  return {
    ...edition,
    planFor(dialled: string | null) {
      const plan = edition.planFor(dialled);
      return plan && change({ ...plan, ...PATIENCE });
    },
  };
}

const ACCEPTED = [
  ['account', 'accepted'],
  ['birthDate', 'accepted'],
  ['oneTimeCode', 'accepted'],
] as const;

const STEP_OF = { lookup: 0, knowledge: 1, sim: 2, otp: 2, check: 2, sms: 2 } as const;

/** The steps of a call in which the one that needs this route ends so. */
function stepsUntil(route: Route, outcome: StepOutcome): (readonly [StepName, StepOutcome])[] {
  const last = STEP_OF[route];
  return [...ACCEPTED.slice(0, last), [ACCEPTED[last][0], outcome]];
}

/** Where only the status of an answer counts, and that was good: the message is lost. */
const isLost = ({ route, mode }: Fault) =>
  route === 'sms' && ['garbage', 'schema', 'empty'].includes(mode);

function storyOf(fault: Fault): Story & { readonly steps: readonly (readonly string[])[] } {
  const story = stories.get(fault);
  if (story === undefined) throw new Error('this call was not made');
  return { ...story, steps: story.record.steps.map(({ step, outcome }) => [step, outcome]) };
}

const named = (faults: readonly Fault[]) =>
  faults.map((fault) => [`${fault.mode} at ${fault.route} ${fault.line}`, fault] as const);

/** Not told to be wrong, and never left in silence. */
function isTreatedWell({ heard, silencesMs }: Story): void {
  expect(heard).not.toContain('rejected');
  expect(heard).not.toContain('cannot-verify');
  expect(silencesMs.length).toBeGreaterThan(0);
  expect(Math.max(...silencesMs)).toBeLessThan(SILENCE_MS);
}

describe('a caller who does everything right', () => {
  test.for(named(FAULTS.filter(({ mode }) => mode === 'slow')))(
    'is verified when the right answer comes late: %s',
    ([, fault]) => {
      const story = storyOf(fault);
      isTreatedWell(story);
      expect(story.steps).toEqual(ACCEPTED);
      expect(story.record).toMatchObject({ auth: 'verified', desk: 'sensitive' });
    },
  );

  const broken = FAULTS.filter((fault) => fault.mode !== 'slow' && !isLost(fault));

  test.for(named(broken.filter(({ line }) => line === 'with an operator')))(
    'comes to the operator, who is told what is proved and no more: %s',
    ([, fault]) => {
      const story = storyOf(fault);
      isTreatedWell(story);
      expect(story.steps).toEqual(stepsUntil(fault.route, 'unavailable'));
      expect(story.heard.at(-1)).toBe('connecting-operator');
      expect(story.isWhole).toBe(true);
      expect(story.record).toMatchObject({
        auth: fault.route === 'lookup' ? 'none' : 'identified',
        desk: 'operator',
        handoff: { kind: 'transfer', outcome: 'succeeded' },
        ending: { result: 'success', reason: 'handed-off' },
      });
    },
  );

  test.for(named(broken.filter(({ line }) => line === 'without one')))(
    'hears a whole farewell before the line is cut: %s',
    ([, fault]) => {
      const story = storyOf(fault);
      isTreatedWell(story);
      expect(story.steps).toEqual(stepsUntil(fault.route, 'unavailable'));
      expect(story.heard.slice(-2)).toEqual(['technical-problem', 'goodbye']);
      expect(story.isWhole).toBe(true);
      expect(story.record).toMatchObject({
        auth: fault.route === 'lookup' ? 'none' : 'identified',
        desk: null,
        handoff: null,
        ending: { result: 'backend', reason: 'backend-unavailable' },
      });
    },
  );

  test.for(named(FAULTS.filter(isLost)))(
    'is not verified without the message that was taken and lost: %s',
    ([, fault]) => {
      const story = storyOf(fault);
      isTreatedWell(story);
      const outcome = fault.line === 'with an operator' ? 'operator' : 'hungUp';
      expect(story.steps).toEqual(stepsUntil('sms', outcome));
      expect(story.record.auth).toBe('identified');
    },
  );
});

test.for(named(FAULTS.filter(({ mode }) => mode === 'hang')))(
  'what gives no answer is unavailable to breakers and metrics, and not a caller who left: %s',
  ([, fault]) => {
    expect(storyOf(fault).asked.at(-1)).toEqual([fault.route, 'unavailable']);
  },
);

test('nobody is verified but for a slow answer, and every fault was met', () => {
  const verified = FAULTS.filter((fault) => storyOf(fault).record.auth === 'verified');
  expect(stories.size).toBe(ROUTES.length * MODES.length * LINES.length);
  expect(new Set(verified.map(({ mode }) => mode))).toEqual(new Set(['slow']));
});
