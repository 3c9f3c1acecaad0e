// Asks a bank's server what can be asked without an account, and compares its answers with
// docs/backend.openapi.yaml. What it sends is made up: nobody has such an account. No answer is kept.

import { randomUUID } from 'node:crypto';
import type { Exchange } from '../doctor/facts.ts';
import { lookupAnswer } from './answers.ts';
import type { HttpBackendOptions } from './http-backend.ts';
import {
  answered,
  createQuestioner,
  notAccepted,
  rejected,
  sameAs,
  unauthorised,
} from './questioning.ts';

export interface ConformanceOptions extends HttpBackendOptions {
  /** Digits of an account number, so that the made-up one looks like a real one. */
  readonly accountLength: number;
}

const LOOKUP = '/accounts/lookup';

/** 200 and `{ref: null}`. */
const unknown = answered(lookupAnswer, ({ ref }) => (ref === null ? null : { kind: 'schema' }));

/**
 * Asks everything, one after the other; where nobody answers, once. Throws `IVR_CONFIG_INVALID` for a URL
 * or token that a worker would not take, and nothing else.
 */
export async function tryBackend(options: ConformanceOptions): Promise<readonly Exchange[]> {
  const { probe, exchanges } = createQuestioner(options);
  const call = `tonegate-doctor-${randomUUID()}`;
  const account = '0'.repeat(options.accountLength);
  const customer = call;
  const key = randomUUID();

  const lookup = { path: LOOKUP, body: { call, account } };
  const stranger = await probe('token', { ...lookup, token: randomUUID() }, unauthorised);
  if ('flaw' in stranger && stranger.flaw.kind === 'no-connection') return exchanges;
  const first = await probe('lookup', { ...lookup, key }, unknown);
  const another = { path: LOOKUP, body: { call, customer } };
  // Of an answer that is none there is nothing to repeat.
  if (unknown(first) === null) {
    await probe('repeat', { ...lookup, key }, sameAs(first));
    await probe('reuse', { ...another, key }, rejected);
  }
  await probe('customer', another, unknown);
  const code = { path: `/otp/${call}`, body: { call, code: '000000' } };
  await probe('challenge', code, notAccepted);
  return exchanges;
}
