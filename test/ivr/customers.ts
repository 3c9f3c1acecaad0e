// Customers of the demo bank as the scenario tests play them, and the way they all begin.

import type { Caller } from './scenario.ts';

export interface Customer {
  readonly account: string;
  /** As keyed: month, day, year. */
  readonly birthDate: string;
  readonly passcode: string;
}

export const PHONE_ON_FILE: Customer = {
  account: '31415926',
  birthDate: '03141979',
  passcode: '1618',
};
export const ANOTHER_PHONE: Customer = {
  account: '27182818',
  birthDate: '02291980',
  passcode: '2718',
};
export const NO_PHONE: Customer = { account: '16180339', birthDate: '12121990', passcode: '1234' };
export const NEW_SIM: Customer = { account: '14142135', birthDate: '07041976', passcode: '1414' };
export const UNKNOWN: Customer = { account: '99999999', birthDate: '03141979', passcode: '1618' };

/** Keys account number and birth date, each when asked. */
export async function keysAccountAndBirthDate(
  caller: Caller,
  { account, birthDate }: Pick<Customer, 'account' | 'birthDate'> = PHONE_ON_FILE,
): Promise<void> {
  await caller.hears('enter-account');
  await caller.presses(account);
  await caller.hears('enter-birth-date-mdy');
  await caller.presses(birthDate);
}
