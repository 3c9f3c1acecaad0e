// The demo bank's customers (the table in the README). None of it is anybody's: numbers are 555 ones.

import { randomBytes } from 'node:crypto';

export interface DemoAccount {
  /** What callers key: eight digits. */
  readonly number: string;
  /** What an upstream system knows the customer by. */
  readonly customer: string;
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly passcode: string;
  /** Phone on file; null: there is none, so no code can be sent. */
  readonly phone: string | null;
  /** Hours since the SIM of that phone changed; null: known unchanged. */
  readonly simChangedWithinHours: number | null;
}

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    number: '31415926',
    customer: 'customer-1001',
    birthDate: '1979-03-14',
    passcode: '1618',
    phone: '+15551230001',
    simChangedWithinHours: null,
  },
  {
    number: '27182818',
    customer: 'customer-1002',
    birthDate: '1980-02-29',
    passcode: '2718',
    phone: '+15551230002',
    simChangedWithinHours: null,
  },
  {
    number: '16180339',
    customer: 'customer-1003',
    birthDate: '1990-12-12',
    passcode: '1234',
    phone: null,
    simChangedWithinHours: null,
  },
  {
    number: '14142135',
    customer: 'customer-1004',
    birthDate: '1976-07-04',
    passcode: '1414',
    phone: '+15551230003',
    simChangedWithinHours: 24,
  },
];

export interface AccountBook {
  /** The reference of the account with this number; null: no such account. */
  refOf(number: string): string | null;
  /** The reference of the account of this customer; null: no such customer. */
  refOfCustomer(customer: string): string | null;
  byRef(ref: string): DemoAccount | undefined;
  byPhone(phone: string): DemoAccount | undefined;
}

/** Opens the book with references drawn anew: nothing of an account can be read off its reference. */
export function openAccountBook(accounts: readonly DemoAccount[]): AccountBook {
  const byRef = new Map(
    accounts.map((account) => [`acc_${randomBytes(12).toString('base64url')}`, account]),
  );
  const byNumber = new Map([...byRef].map(([ref, { number }]) => [number, ref]));
  const byCustomer = new Map([...byRef].map(([ref, { customer }]) => [customer, ref]));
  return {
    refOf: (number) => byNumber.get(number) ?? null,
    refOfCustomer: (customer) => byCustomer.get(customer) ?? null,
    byRef: (ref) => byRef.get(ref),
    byPhone: (phone) => accounts.find((account) => account.phone === phone),
  };
}
