// Whether somebody who calls can tell by ear which accounts exist: many calls on real timers over real HTTP,
// half of them to accounts that exist, in no order, before a bank that takes longer for those.

import { randomInt, randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { startDemoBank } from '../src/demo/bank.ts';
import type { DemoAccount } from '../src/demo/bank-accounts.ts';
import type { CallWorld } from '../src/ivr/call-world.ts';
import { Secret } from '../src/machines/secret.ts';
import { openStore } from '../src/store/open-store.ts';
import { type Comparison, compare } from './comparison.ts';
import { guess } from './guessing-caller.ts';
import { startLateBank } from './late-bank.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { type HeardCall, TRIALS, type Trial } from './trials.ts';
import { openWorld } from './world.ts';

/** So much later come the bank's answers about accounts that exist. */
export const LATE_MS = 300;
/** Of each kind: where answers are held back, and where only the bench is put to the test. */
const CALLS = { held: 250, plain: 60 } as const;
/** They only wait; of more, one could hear the work of the others. */
const AT_ONCE = 50;
const BEGIN_WITHIN_MS = 6000;

export interface Listening {
  readonly line: string;
  readonly comparisons: readonly Comparison[];
  /** Delays of this process's event loop in milliseconds: how well it can hear. */
  readonly loopDelay: { readonly p99: number; readonly max: number };
}

/** Makes the calls of all trials, with answers held back and without. */
export async function* tellApart(): AsyncGenerator<Listening> {
  for (const trial of TRIALS) {
    for (const held of [true, false]) yield await listen(trial, held);
  }
}

async function listen(trial: Trial, held: boolean): Promise<Listening> {
  const calls = held ? CALLS.held : CALLS.plain;
  const numbers = drawNumbers(2 * calls);
  const customers = new Set(numbers.slice(0, calls));
  const token = Secret.of(randomUUID());
  await using bank = await startDemoBank({
    host: '127.0.0.1',
    port: 0,
    token,
    smsToken: token,
    codes: trial.codes,
    accounts: [...customers].map(customer),
  });
  await using late = await startLateBank(bank.url, LATE_MS);
  using folder = temporaryFolder();
  await using store = await openStore(`sqlite:${folder.path}/store.db`);
  const world = openWorld({ bankUrl: late.url, smsUrl: `${bank.url}/sms`, token, store, held });

  using loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const heard = await guessAll(shuffled(numbers), trial, world);
  loop.disable();
  const of = (exists: boolean) =>
    numbers.filter((number) => customers.has(number) === exists).map((n) => heard.get(n)!);
  return {
    line: trial.line,
    comparisons: trial.questions.map((question) => compare(question, of(true), of(false), held)),
    loopDelay: { p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 },
  };
}

/** Each number is tried in a call, and from a calling number, of its own: nobody is locked or slowed down. */
async function guessAll(
  numbers: readonly string[],
  { dialled, entry }: Trial,
  world: CallWorld,
): Promise<ReadonlyMap<string, HeardCall>> {
  const heard = new Map<string, HeardCall>();
  const left = numbers.values();
  async function call(): Promise<void> {
    await delay(Math.random() * BEGIN_WITHIN_MS);
    for (const number of left) {
      const calling = `+1555${randomInt(1e7, 1e8)}`;
      heard.set(number, await guess({ dialled, calling, entries: [number, entry] }, world));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, call));
  return heard;
}

function drawNumbers(count: number): readonly string[] {
  const numbers = new Set<string>();
  while (numbers.size < count) numbers.add(String(randomInt(1e8)).padStart(8, '0'));
  return [...numbers];
}

function customer(number: string): DemoAccount {
  return {
    number,
    customer: `customer-${number}`,
    birthDate: '1979-03-14',
    passcode: '1618',
    phone: `+1555${number.slice(1)}`,
    simChangedWithinHours: null,
  };
}

/** In any order with the same probability (Fisher-Yates). */
function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
