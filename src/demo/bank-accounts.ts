// The demo bank's customers (the table in the README). None of it is anybody's: numbers are 555 ones.

import { randomBytes, randomInt } from 'node:crypto';

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

/** What a new customer is like: `unknown` gets a number that nobody has, and no account. */
export const CUSTOMER_KINDS = ['with-phone', 'without-phone', 'new-sim', 'unknown'] as const;
export type CustomerKind = (typeof CUSTOMER_KINDS)[number];

/** New customers; the oldest go when more come. */
const NEW_CUSTOMERS_KEPT = 1000;
const SIM_CHANGED_HOURS = 24;

export interface AccountBook {
  /** The reference of the account with this number; null: no such account. */
  refOf(number: string): string | null;
  /** The reference of the account of this customer; null: no such customer. */
  refOfCustomer(customer: string): string | null;
  byRef(ref: string): DemoAccount | undefined;
  byPhone(phone: string): DemoAccount | undefined;
  /** Somebody new, whom no other caller is. */
  open(kind: CustomerKind): DemoAccount;
}

/** Opens the book with references drawn anew: nothing of an account can be read off its reference. */
export function openAccountBook(accounts: readonly DemoAccount[]): AccountBook {
  const byRef = new Map<string, DemoAccount>();
  const byNumber = new Map<string, string>();
  const byCustomer = new Map<string, string>();
  const byPhone = new Map<string, DemoAccount>();
  const opened: string[] = [];

  function put(account: DemoAccount): string {
    const ref = `acc_${randomBytes(12).toString('base64url')}`;
    byRef.set(ref, account);
    byNumber.set(account.number, ref);
    byCustomer.set(account.customer, ref);
    if (account.phone !== null) byPhone.set(account.phone, account);
    return ref;
  }

  function forget(ref: string): void {
    const { number, customer, phone } = byRef.get(ref) ?? {};
    byRef.delete(ref);
    byNumber.delete(number ?? '');
    byCustomer.delete(customer ?? '');
    byPhone.delete(phone ?? '');
  }

  /** Of the digits that `make` draws, some that nobody has. */
  function unused(make: () => string, taken: ReadonlyMap<string, unknown>): string {
    for (;;) {
      const drawn = make();
      if (!taken.has(drawn)) return drawn;
    }
  }

  for (const account of accounts) put(account);
  return {
    refOf: (number) => byNumber.get(number) ?? null,
    refOfCustomer: (customer) => byCustomer.get(customer) ?? null,
    byRef: (ref) => byRef.get(ref),
    byPhone: (phone) => byPhone.get(phone),
    open(kind) {
      const number = unused(() => String(randomInt(10_000_000, 100_000_000)), byNumber);
      const account: DemoAccount = {
        number,
        customer: `customer-${number}`,
        birthDate: `19${randomInt(50, 100)}-0${randomInt(1, 10)}-${randomInt(10, 29)}`,
        passcode: String(randomInt(1000, 10_000)),
        phone:
          kind === 'without-phone'
            ? null
            : unused(() => `+15552${String(randomInt(1_000_000)).padStart(6, '0')}`, byPhone),
        simChangedWithinHours: kind === 'new-sim' ? SIM_CHANGED_HOURS : null,
      };
      if (kind === 'unknown') return account;
      opened.push(put(account));
      if (opened.length > NEW_CUSTOMERS_KEPT) forget(opened.shift() ?? '');
      return account;
    },
  };
}
