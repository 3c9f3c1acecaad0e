// The customers of the bank under test: the demo's, and more, so that each caller has an account, a
// birth date and a phone of their own.

import { DEMO_ACCOUNTS, type DemoAccount } from '../../src/demo/bank-accounts.ts';

const more: readonly DemoAccount[] = Array.from({ length: 110 }, (_, i) => ({
  number: String(55500100 + i),
  customer: `customer-${2000 + i}`,
  birthDate: `19${30 + (i % 60)}-0${(i % 9) + 1}-1${i % 10}`,
  passcode: String(7000 + i),
  phone: `+1555123${String(1000 + i)}`,
  simChangedWithinHours: null,
}));

export const CUSTOMERS: readonly DemoAccount[] = [...DEMO_ACCOUNTS, ...more];

/** Files run in processes of their own, so each has customers of its own. */
const POOLS = {
  'first-call': more.slice(0, 38),
  dial: more.slice(38, 40),
  conversation: more.slice(40, 60),
  'gate-lines': more.slice(60, 66),
  'gate-upstream': more.slice(66, 76),
  'gate-callers': more.slice(76, 80),
  'own-codes': more.slice(80, 82),
  'lock-outs': more.slice(82, 84),
  faults: more.slice(84, 100),
  'worker-lost': more.slice(100, 104),
  stranger: more.slice(104, 105),
  'qa-phone': more.slice(105, 110),
};

/** Gives a customer whom no other test uses, each time it is called. */
export function customersOf(file: keyof typeof POOLS): () => DemoAccount {
  const unused = [...POOLS[file]];
  return () => {
    const customer = unused.shift();
    if (customer === undefined) throw new Error('there are not enough customers for these tests');
    return customer;
  };
}

/** Somebody who gives the same account, and a birth date that is no customer's. */
export function impostor(customer: DemoAccount): DemoAccount {
  return { ...customer, birthDate: '1929-01-01' };
}

/** What a customer keys for the birth date: month, day, year. */
export function keyedBirthDate({ birthDate }: DemoAccount): string {
  const [year, month, day] = birthDate.split('-');
  return `${month}${day}${year}`;
}
