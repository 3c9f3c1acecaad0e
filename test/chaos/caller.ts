// A caller who knows what to do whatever is asked, also when it is asked again: keys it, until a desk is heard.

import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import { keyedBirthDate } from '../e2e/customers.ts';
import type { Heard } from '../e2e/kit/compare.ts';
import type { Phone } from '../e2e/kit/phone.ts';
import { quietAfter } from './silence.ts';
import type { ChaosSystem } from './system.ts';

/** What a worker says that has taken over a call. */
export const SORRY = 'sorry-for-the-pause';

type Answer = (customer: DemoAccount, system: ChaosSystem) => string | Promise<string>;

interface Question {
  /** As it is asked first, and again. */
  readonly ids: readonly string[];
  readonly answer: Answer;
}

/** In the order in which they are asked. */
const QUESTIONS: readonly Question[] = [
  { ids: ['enter-account', 'enter-account-again'], answer: ({ number }) => number },
  { ids: ['enter-birth-date-mdy', 'enter-birth-date-mdy-again'], answer: keyedBirthDate },
  {
    ids: ['resend-hint', 'enter-code-again'],
    answer: (customer, system) => system.lastCode(customer),
  },
];

/** Between two keys. */
const PRESSING = { gapMs: 150 };

export interface Passage {
  /** What was heard last: who has the caller now. */
  readonly end: string;
  /** Questions, and words of who took over, in order. */
  readonly heard: readonly string[];
  /** How long after each of those words the next one was heard; ms. */
  readonly pauses: readonly number[];
}

export interface Going {
  /** A question that is not answered any more, or words with which the call is where it was going. */
  readonly until?: readonly string[];
  /** How long nothing that matters may be heard. */
  readonly patienceMs?: number;
}

/** A customer on the phone. Disposing hangs up. */
export class Caller implements AsyncDisposable {
  readonly phone: Phone;
  readonly customer: DemoAccount;
  readonly #system: ChaosSystem;
  /** Who has answered a question may be asked the same again, or the next one. */
  #coming = QUESTIONS;

  private constructor(system: ChaosSystem, phone: Phone) {
    this.#system = system;
    this.phone = phone;
    this.customer = system.newCustomer();
  }

  /** Done when the INVITE is on its way. */
  static async dial(system: ChaosSystem): Promise<Caller> {
    return new Caller(system, await system.dial());
  }

  /** Call-ID of the INVITE. */
  get callId(): string {
    return this.phone.callId ?? '';
  }

  /**
   * Goes on from wherever the call is. Rejects when the call ends before one of the ends was heard, or nothing
   * is heard for long.
   */
  async goesOn(going: Going = {}): Promise<Passage> {
    const { until: ends = ['sensitive-desk'], patienceMs = 30_000 } = going;
    const heard: Heard[] = [];
    for (;;) {
      const next = await this.phone.hearsOneOf(this.#expected(ends), patienceMs);
      heard.push(next);
      const question = this.#coming.find(({ ids }) => ids.includes(next.id));
      if (question !== undefined) this.#coming = this.#coming.slice(this.#coming.indexOf(question));
      if (ends.includes(next.id)) return this.#passage(heard);
      if (question === undefined) continue;
      await this.presses(await question.answer(this.customer, this.#system));
    }
  }

  /** Keys account number and birth date ahead, as who knows the way. */
  async keysAhead(): Promise<void> {
    await this.phone.hearsSound();
    await this.presses(`${this.customer.number}${keyedBirthDate(this.customer)}`);
    this.#coming = QUESTIONS.slice(1);
  }

  async presses(keys: string): Promise<void> {
    await this.phone.press(keys, PRESSING);
  }

  /** Keys the code that was sent last. */
  async pressesCode(): Promise<void> {
    await this.presses(await this.#system.lastCode(this.customer));
  }

  hangsUp(): Promise<void> {
    return this.phone.hangUp();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.phone[Symbol.asyncDispose]();
  }

  #expected(ends: readonly string[]): string[] {
    const questions = this.#coming.slice(0, 2).flatMap(({ ids }) => ids);
    return [...new Set([...questions, SORRY, ...ends])];
  }

  #passage(heard: readonly Heard[]): Passage {
    const sorries = heard.filter(({ id }) => id === SORRY);
    return {
      end: heard.at(-1)?.id ?? '',
      heard: heard.map(({ id }) => id),
      pauses: sorries.map(({ endMs }) => quietAfter(this.phone, endMs)),
    };
  }
}

/** Asks again until it is so. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${withinMs} ms went by before ${what}`);
    await sleep(20);
  }
}
