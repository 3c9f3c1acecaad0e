// One call to be searched for leaks, with everything real but its line and its clock: a bank over HTTP that
// echoes, a store in a file, all adapters between them. A caller answers each question as a story says, until the
// call is over, whatever becomes of it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBreakers, withSmsBreaker } from '../../src/backend/breaker.ts';
import { createHttpBackend } from '../../src/backend/http-backend.ts';
import { createSmsWebhook } from '../../src/backend/sms-webhook.ts';
import type { VirtualClock } from '../../src/console/virtual-clock.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallWorld } from '../../src/ivr/call-world.ts';
import { loggable } from '../../src/ivr/fault.ts';
import type { CallerLine } from '../../src/ivr/ports.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import type { EndingReason } from '../../src/machines/outcome.ts';
import { Secret } from '../../src/machines/secret.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import type { Canary } from '../kit/canary.ts';
import { startCanaryBank } from '../kit/canary-bank.ts';
import {
  type Customer,
  callerCanary,
  callingNumber,
  customerCanaries,
  keyedBirthDate,
  keyedCanary,
  newCustomer,
  WRONG_CODE,
} from '../kit/canary-customers.ts';
import { type Call, type Caller, type DialOptions, dial } from './scenario.ts';
import { bytesIn, seenOf } from './secrecy-sinks.ts';
import { type HeardPrompt, openWorld } from './world.ts';

/** What a caller does when a question begins: keys, or something else, and keys that come of it. */
export type Answer = string | ((scene: Scene) => string | undefined | Promise<string | undefined>);

/** An answer for each time that a question is asked; the last one is given again. */
export type Answers = Partial<Record<HeardPrompt, readonly Answer[]>>;

export interface Scene {
  readonly caller: Caller;
  readonly call: Call;
  readonly customer: Customer;
  readonly store: Store;
  /** The code that was sent to the customer last. */
  code(): string;
}

export interface Story {
  readonly ending: EndingReason;
  readonly customer?: Partial<Customer>;
  /** Where they are not the right ones. */
  readonly answers?: Answers;
  readonly options?: Omit<DialOptions, 'world' | 'plan' | 'line'>;
  readonly plan?: (plan: LinePlan) => LinePlan;
  /** Replaces parts of the world around the call; `known`: all that nobody may read, for faults to say. */
  readonly world?: (world: CallWorld, known: string) => Partial<CallWorld>;
  /** Replaces methods of the line, likewise. */
  readonly line?: (line: CallerLine, known: string) => Partial<CallerLine>;
  /** Whether its record cannot be kept. */
  readonly keepsNoRecord?: boolean;
}

/** A call that is over, and all that is left of it. */
export interface Lived {
  /** What was kept. */
  readonly records: readonly CallRecord[];
  readonly sinks: Readonly<Record<string, string>>;
  readonly canaries: readonly Canary[];
}

const TOKENS = { bank: 'token-of-the-canary-bank', sms: 'token-of-the-canary-sender' };
/** Real time, however busy this machine is; and where nothing will come. */
const TIMEOUT_SECONDS = { patient: 10, vain: 0.1 };
/** Keys that come sooner may belong to the entry before. */
const THINKING_MS = 1200;
const LOOK_MS = 200;
const FROM = callingNumber(1);

/** Lives through a story; fails where it ends otherwise. */
export async function live(story: Story): Promise<Lived> {
  const customer = newCustomer(story.customer);
  const known = JSON.stringify([customer, keyedBirthDate(customer), FROM, WRONG_CODE]);
  const timeoutSeconds = TIMEOUT_SECONDS[customer.fault?.mode === 'hang' ? 'vain' : 'patient'];
  await using bank = await startCanaryBank([customer], TOKENS);
  using folder = temporaryFolder();
  const world = await openWorld();
  const sinks: Record<string, string> = {};
  const records: CallRecord[] = [];
  {
    await using store = await openStore(`sqlite:${join(folder.path, 'store.db')}`);
    const around: CallWorld = {
      ...world,
      ...surroundings(world.clock, store, bank.url, timeoutSeconds),
    };
    const { caller, call } = await dial(
      {
        ...story.options,
        facts: { number: Secret.of(FROM), identity: `sip_${FROM}`, ...story.options?.facts },
        plan: (plan) => story.plan?.(withLongEntries(plan)) ?? withLongEntries(plan),
        line: (line) => story.line?.(line, known) ?? {},
        world: { ...around, ...story.world?.(around, known) },
      },
      world,
    );
    const code = () => bank.codeOf(customer) ?? WRONG_CODE;
    const scene = { caller, call, customer, store, code };
    await answerAll(scene, { ...rightAnswers(scene), ...story.answers });
    await call.ends(story.ending).catch((error: unknown) => {
      if (!story.keepsNoRecord) throw error;
      // As the switchboard does.
      world.log.error({ fault: loggable(error) }, 'call has ended, its record is not kept yet');
    });
    for await (const record of store.records.list()) records.push(record);
    Object.assign(sinks, seenOf(world, caller, call), { 'the open store': bytesIn(folder.path) });
  }
  sinks['the closed store'] = bytesIn(folder.path);
  sinks['the records'] = JSON.stringify(records);
  return { records, sinks, canaries: canariesOf(customer, bank.codeOf(customer)) };
}

/** The digits that canaries have, where the demo's lines ask for fewer. */
function withLongEntries(plan: LinePlan): LinePlan {
  if (!('steps' in plan.route)) return plan;
  const lengths: Readonly<Record<string, number>> = { account: 12, passcode: 10, oneTimeCode: 8 };
  const steps = plan.route.steps.map((step) => {
    const length = lengths[step.step] ?? step.rules.maxLength;
    return { ...step, rules: { ...step.rules, minLength: length, maxLength: length } };
  });
  return { ...plan, route: { ...plan.route, steps } };
}

/** What a worker has around a call. Virtual time stands still while any of it is asked. */
function surroundings(clock: VirtualClock, store: Store, bankUrl: string, timeoutSeconds: number) {
  const outside = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          const answer: unknown = member.apply(target, args);
          return answer instanceof Promise ? clock.outside(answer) : answer;
        };
      },
    });
  const hooks = { onAsked: () => undefined, onBreaker: () => undefined };
  const backend = createHttpBackend({
    url: bankUrl,
    token: Secret.of(TOKENS.bank),
    timeoutSeconds,
  });
  const sms = createSmsWebhook({
    url: `${bankUrl}/sms`,
    token: Secret.of(TOKENS.sms),
    timeoutSeconds,
  });
  return {
    backend: outside(withBreakers(backend, hooks)),
    sms: outside(withSmsBreaker(sms, hooks)),
    records: outside(store.records),
    tries: outside(store.tries),
    codes: outside(store.codes),
  };
}

function rightAnswers({ customer, code }: Scene): Answers {
  const born = keyedBirthDate(customer);
  return {
    'enter-account': [customer.account],
    'enter-account-again': [customer.account],
    'enter-birth-date-mdy': [born],
    'enter-birth-date-mdy-again': [born],
    'enter-passcode': [customer.passcode],
    'enter-passcode-again': [customer.passcode],
    'enter-code': [() => code()],
    'enter-code-again': [() => code()],
    'confirm-entry': ['1'],
  };
}

/** Answers each question when it begins, until the call is over. */
async function answerAll(scene: Scene, answers: Answers): Promise<void> {
  const { caller, call } = scene;
  const given = new Map<HeardPrompt, number>();
  for (let nth = 0; !call.asked.includes('records.append'); await caller.waits(LOOK_MS)) {
    for (; nth < caller.heard.length; nth += 1) {
      const prompt = caller.heard[nth] as HeardPrompt;
      const before = given.get(prompt) ?? 0;
      given.set(prompt, before + 1);
      const answer = answers[prompt]?.[before] ?? answers[prompt]?.at(-1);
      if (answer === undefined) continue;
      await caller.waits(THINKING_MS);
      const keys = typeof answer === 'string' ? answer : await answer(scene);
      if (keys !== undefined) await caller.presses(keys);
    }
  }
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'tonegate-secrecy-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function canariesOf(customer: Customer, code: string | undefined): Canary[] {
  const parts = [customer.account.slice(0, 9), customer.passcode.slice(0, 9)];
  const keys = [WRONG_CODE, ...parts, ...(code === undefined ? [] : [code])];
  return [...customerCanaries([customer]), callerCanary(FROM), ...keys.map(keyedCanary)];
}
