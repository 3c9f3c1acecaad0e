// What the ports may answer in a storm, the likely answers first.

import type { Screened } from '../../../src/machines/call.machine.ts';
import type { LinePlan } from '../../../src/machines/line-plan.ts';
import { Secret } from '../../../src/machines/secret.ts';
import type {
  AccountHandle,
  CheckQuestion,
  Subject,
} from '../../../src/machines/verify-entry.machine.ts';
import { nothing } from '../../../src/screening/verdict.ts';
import { KNOWN, NOBODY, SENT } from '../lines.ts';
import type { Ask } from './phone-call.ts';
import type { Storm } from './storm.ts';

export const FAULT = Symbol('fault');

/** Whom upstream tokens name: no less secret than what is keyed. */
export const CUSTOMER = '4711081547';

/** What nobody's account is where somebody has it: to the ear the same. */
const SOMEBODY: AccountHandle = { ...NOBODY, ref: 'ref-7', tally: 'ref-7' };

const NO_PHONE: AccountHandle = {
  ref: 'ref-2',
  otp: { available: false, to: null },
  tally: 'ref-2',
};

/** The account that the customer of a token has: the one that is keyed, another, or none. */
const ACCOUNTS: Readonly<Record<Storm['customer'], AccountHandle>> = {
  same: KNOWN,
  other: { ref: 'ref-9', otp: { available: true, to: '09' }, tally: 'ref-9' },
  unknown: NOBODY,
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
    case 'checkEntry':
      return verdictsOn((input as CheckQuestion).subject, weather);
    case 'simChangedWithinHours':
      return [null, null, null, null, 100, 100, 100, 100, 1, FAULT];
    case 'sendCode':
      return [SENT, SENT, SENT, SENT, SENT, ...['lockedOut', 'storeLost', 'unavailable'].map(only)];
    case 'lookForDesk':
      return [true, true, true, true, false, FAULT];
    case 'lookForCaller':
      return [true, false, true, false, true, FAULT];
    case 'transfer':
      return ['succeeded', 'failed', 'failed', 'unknown', FAULT];
    default:
      return [undefined, undefined, undefined, undefined, undefined, undefined, undefined, FAULT];
  }
}

const only = (kind: string) => ({ kind });

function verdictsOn(subject: Subject, { mood, isThere }: Storm): readonly unknown[] {
  const rejected = only('rejected');
  const odd = [...['lockedOut', 'storeLost', 'unavailable'].map(only), FAULT];
  // Now and then somebody is wrong about an account that does not exist: nothing may come of it.
  const unlikely = [...odd, { kind: 'accepted' }];
  if (subject.step !== 'account') {
    const isNobody = subject.account.ref === null || subject.account.ref === SOMEBODY.ref;
    if (isNobody) return [rejected, rejected, rejected, rejected, ...unlikely];
    const accepted = { kind: 'accepted' };
    return [accepted, accepted, accepted, accepted, rejected, rejected, rejected, ...odd];
  }
  const accepted = { kind: 'accepted', account: KNOWN };
  const unknown = isThere
    ? { kind: 'accepted', account: SOMEBODY }
    : { kind: 'unknown', account: NOBODY };
  if (mood === 'stranger') return [unknown, unknown, unknown, unknown, rejected, ...unlikely];
  const other = { kind: 'accepted', account: NO_PHONE };
  return [accepted, accepted, accepted, accepted, rejected, rejected, unknown, other, ...odd];
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
