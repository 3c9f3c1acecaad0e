// How stories of callers are told while leaks are looked for: what several of them have in common.

import type { CallWorld } from '../../src/ivr/call-world.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import type { StepName } from '../../src/machines/outcome.ts';
import type { Policy } from '../../src/screening/policy.ts';
import { type Customer, callingNumber, WRONG_CODE } from '../kit/canary-customers.ts';
import type { Answer, Scene, Story } from './secrecy-call.ts';

export type Told = Story & { readonly told: string };

/** Whose bank leaves codes to us. */
export const OURS: Partial<Customer> = { code: null };

const asksForAnother: Answer = async ({ caller }) => {
  await caller.waits(31_000);
  return '9#';
};

/** Of somebody who tries everything with a code: a wrong one, another one, the right one. */
export const THOROUGH = {
  'enter-code': [WRONG_CODE, ({ code }: Scene) => code()],
  'enter-code-again': [asksForAnother, ({ code }: Scene) => code()],
};

/** Of somebody who keys nothing. */
export const SILENT = {
  'enter-account': [() => undefined],
  'enter-account-again': [() => undefined],
};

const FROM = callingNumber(1);
export const UPSTREAM_TOKEN = 'eyJhbGciOiJFUzI1NiJ9.canary-of-the-pbx.signature';
export const OF_THE_PBX: Partial<Customer> = { customer: 'customer-of-the-pbx-qzxj' };
/** What an INVITE may hold: the calling number, a customer, a token. */
const HEADERS = [
  ['From', `"${FROM}" <sip:${FROM}@carrier.example>;tag=1`],
  ['P-Asserted-Identity', `<sip:${FROM};verstat=TN-Validation-Passed-A@carrier.example>`],
  ['X-Twilio-VerStat', FROM],
  ['X-Customer-Id', OF_THE_PBX.customer ?? ''],
  ['X-Auth-Token', UPSTREAM_TOKEN],
] as const;

/** A caller about whom the INVITE says that these steps are done with. */
export function fromThePbx(steps: readonly StepName[], policy: Partial<Policy> = {}) {
  return {
    customer: OF_THE_PBX,
    options: { headers: HEADERS },
    plan: (plan: LinePlan): LinePlan => ({
      ...plan,
      screening: { ...plan.screening, accept: 'all', ...policy },
      upstream: { issuer: 'pbx', audience: 'us', publicKey: 'PEM' },
    }),
    world: (): Partial<CallWorld> => ({ checkUpstream: async () => ({ kind: 'proven', steps }) }),
  };
}
