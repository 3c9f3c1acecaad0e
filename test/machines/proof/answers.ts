// What the ports may answer in a storm, the likely answers first.

import type { Screened } from '../../../src/machines/call.machine.ts';
import type { LinePlan } from '../../../src/machines/line-plan.ts';
import { Secret } from '../../../src/machines/secret.ts';
import type { AccountHandle, CheckQuestion } from '../../../src/machines/verify-entry.machine.ts';
import { nothing } from '../../../src/screening/verdict.ts';
import { KNOWN } from '../lines.ts';
import type { Ask } from './phone-call.ts';
import type { Storm } from './storm.ts';

export const FAULT = Symbol('fault');

/** Whom upstream tokens name: no less secret than what is keyed. */
export const CUSTOMER = '4711081547';

const NO_PHONE = { ref: 'ref-2', otp: { available: false, to: null } } as const;

/** The account that the customer of a token has: the one that is keyed, another, or none. */
const ACCOUNTS: Readonly<Record<Storm['customer'], AccountHandle>> = {
  same: KNOWN,
  other: { ref: 'ref-9', otp: { available: true, to: '09' } },
  unknown: { ref: null, otp: { available: false, to: null } },
};

export function answersOf(
  { port, input }: Ask,
  weather: Storm,
  plan: LinePlan | null,
): readonly unknown[] {
  switch (port) {
    case 'screen': {
      const found = foundOut(weather, plan);
      return [found, found, found, found, found, found, found, FAULT];
    }
    case 'lookUpCustomer': {
      const account = ACCOUNTS[weather.customer];
      return [account, account, account, ACCOUNTS.unknown, FAULT];
    }
    case 'checkEntry': {
      const isAccount = (input as CheckQuestion).subject.step === 'account';
      const accepted = { kind: 'accepted', ...(isAccount && { account: KNOWN }) };
      const rejected = { kind: 'rejected' };
      const other = isAccount ? { kind: 'accepted', account: NO_PHONE } : { kind: 'accepted' };
      // There is only one kind of step with which an account can be unknown.
      const unknown = { kind: isAccount ? 'unknown' : 'rejected' };
      const odd = [unknown, other, { kind: 'unavailable' }, FAULT];
      return [accepted, accepted, accepted, accepted, rejected, rejected, ...odd];
    }
    case 'simChangedWithinHours':
      return [null, null, null, null, 100, 100, 100, 100, 1, FAULT];
    case 'sendCode':
      return ['challenge', 'challenge', 'challenge', 'challenge', 'challenge', FAULT];
    case 'transfer':
      return ['succeeded', 'failed', 'failed', 'unknown', FAULT];
    default:
      return [undefined, undefined, undefined, undefined, undefined, undefined, undefined, FAULT];
  }
}

/** As the adapters would have it: nothing is read that the line does not go by. */
function foundOut({ verdict, level, token }: Storm, plan: LinePlan | null): Screened {
  const customer = Secret.of(CUSTOMER);
  return {
    evidence:
      plan?.screening.mode === 'off'
        ? nothing('off')
        : { verdict, level, diverted: false, source: 'x-verdict' },
    upstream: plan?.upstream && token ? { customer, steps: token } : null,
  };
}
