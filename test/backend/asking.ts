// The questions of a call, each as one line, for tests that go through all of them.

import type { Backend } from '../../src/ivr/ports.ts';
import { Secret } from '../../src/machines/secret.ts';

export const TOKEN = Secret.of('canary-token-5f1c');
export const ACCOUNT = '31415926';
export const BIRTH_DATE = '1979-03-14';
export const CODE = '402718';

export const CUSTOMER = 'customer-1001';

/** A lookup is asked in two ways. */
export const QUESTIONS = ['lookup', 'customer', 'knowledge', 'otp', 'check', 'sim'] as const;
export type Question = (typeof QUESTIONS)[number];

/** Routes by the names that the demo bank's faults have for them. */
export type Route = Exclude<Question, 'customer'>;

export function routeOf(question: Question): Route {
  return question === 'customer' ? 'lookup' : question;
}

export interface Words {
  readonly ref: string;
  readonly challenge: string;
}

const STUB_WORDS: Words = { ref: 'acc_canary', challenge: 'ch_canary' };

/** Asks one question with usual values. */
export function ask(
  backend: Backend,
  question: Question,
  { ref, challenge }: Words = STUB_WORDS,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const by = { call: 'call_1', signal };
  switch (question) {
    case 'lookup':
      return backend.lookup(Secret.of(ACCOUNT), by);
    case 'customer':
      return backend.lookupCustomer(Secret.of(CUSTOMER), by);
    case 'knowledge':
      return backend.checkKnowledge(ref, 'birthDate', Secret.of(BIRTH_DATE), by);
    case 'sim':
      return backend.simChangedWithinHours(ref, by);
    case 'otp':
      return backend.sendCode(ref, 'bank', by);
    case 'check':
      return backend.checkCode(challenge, Secret.of(CODE), by);
  }
}
