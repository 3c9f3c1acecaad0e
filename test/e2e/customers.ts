// The customers of the bank under test: the demo's, and more, so that each caller has an account, a
// birth date and a phone of their own.

import { DEMO_ACCOUNTS, type DemoAccount } from '../../src/demo/bank-accounts.ts';

const more: readonly DemoAccount[] = Array.from({ length: 40 }, (_, i) => ({
  number: String(55500100 + i),
  birthDate: `19${50 + i}-0${(i % 9) + 1}-1${i % 10}`,
  passcode: String(7000 + i),
  phone: `+1555123${String(1000 + i)}`,
  simChangedWithinHours: null,
}));
const unused = [...more];

export const CUSTOMERS: readonly DemoAccount[] = [...DEMO_ACCOUNTS, ...more];

/** A customer whom no other test uses. */
export function someCustomer(): DemoAccount {
  const customer = unused.shift();
  if (customer === undefined) throw new Error('there are not enough customers for these tests');
  return customer;
}

/** What a customer keys for the birth date: month, day, year. */
export function keyedBirthDate({ birthDate }: DemoAccount): string {
  const [year, month, day] = birthDate.split('-');
  return `${month}${day}${year}`;
}
