// How stories of callers are told: what most of them have in common.

import { callingNumber, keyedBirthDate, newCustomer } from '../kit/canary-customers.ts';
import type { Caller, Story } from './leak-callers.ts';

export async function keysAccountAndBirthDate(caller: Caller): Promise<void> {
  await caller.hears('welcome');
  await caller.presses(caller.customer.account + keyedBirthDate(caller.customer));
}

export async function keysUntilCode(caller: Caller): Promise<void> {
  await keysAccountAndBirthDate(caller);
  await caller.hears('enter-code');
}

export async function isVerified(caller: Caller): Promise<void> {
  await keysUntilCode(caller);
  await caller.presses(caller.code());
  await caller.isServed();
}

type Told = Omit<Story, 'customer' | 'from' | 'line'> & Partial<Story>;

let callers = 0;

/** A caller with an account and a number of their own, who calls the line `bank`; or as told. */
export function story(told: Told): Story {
  callers += 1;
  return { line: 'bank', customer: newCustomer(), from: callingNumber(callers), ...told };
}

export const VERIFIED = { live: isVerified, ending: 'handed-off', lastStep: 'accepted' } as const;
