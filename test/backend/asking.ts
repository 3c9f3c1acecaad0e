// The five questions of a call, each as one line, for tests that go through all of them.

import type { Backend } from '../../src/ivr/ports.ts';
import { Secret } from '../../src/machines/secret.ts';

export const TOKEN = Secret.of('canary-token-5f1c');
export const ACCOUNT = '31415926';
export const BIRTH_DATE = '1979-03-14';
export const CODE = '402718';

export const ROUTES = ['lookup', 'knowledge', 'otp', 'check', 'sim'] as const;
export type Route = (typeof ROUTES)[number];

export interface Words {
  readonly ref: string;
  readonly challenge: string;
}

const STUB_WORDS: Words = { ref: 'acc_canary', challenge: 'ch_canary' };

/** Asks one route's question with usual values. */
export function ask(
  backend: Backend,
  route: Route,
  { ref, challenge }: Words = STUB_WORDS,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const by = { call: 'call_1', signal };
  switch (route) {
    case 'lookup':
      return backend.lookup(Secret.of(ACCOUNT), by);
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
