// Whose values are looked for: customers of a bank, callers, and the secrets of the system, all of digits and
// letters that stand nowhere else. Every customer has one call.

import type { Canary } from './canary.ts';

/** The routes of the customer's server, and the sender of text messages. */
export const ROUTES = ['lookup', 'knowledge', 'sim', 'otp', 'check', 'sms'] as const;
export type Route = (typeof ROUTES)[number];

/** What a server does with a request, and with all that it knows of the customer, instead of answering. */
export const FAULTS = ['hang', '500', 'drop', 'schema', 'garbage', 'redirect'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Customer {
  readonly account: string;
  readonly customer: string;
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly passcode: string;
  /** Phone on file; null: none. */
  readonly phone: string | null;
  /** Hours since its SIM changed; null: known unchanged. */
  readonly simChangedWithinHours: number | null;
  /** The code that the bank sends; null: it leaves that to us. */
  readonly code: string | null;
  /** Whether the bank has such an account. */
  readonly isKnown: boolean;
  /** What goes wrong when it is asked about this customer. */
  readonly fault: { readonly route: Route; readonly mode: Fault } | null;
}

const BIRTH_DATES = ['1943-12-27', '1938-11-26', '1947-10-29'];
/** All seven last digits are the same, so that the search has one short number to mistake, not fifty. */
const PHONE_END = '8036192';
const CALLER_END = '7469053';

let made = 0;

/** One more customer. By default the bank sends the code itself, and nothing goes wrong. */
export function newCustomer(other: Partial<Customer> = {}): Customer {
  made += 1;
  return {
    account: `9051732${84_000 + made * 13}`,
    customer: `canary-customer-${made}-qzxj`,
    birthDate: BIRTH_DATES[made % BIRTH_DATES.length] ?? '',
    passcode: `61849${30_000 + made * 17}`,
    phone: `+1${200 + made}${PHONE_END}`,
    simChangedWithinHours: null,
    code: String(86_420_000 + made * 19),
    isKnown: true,
    fault: null,
    ...other,
  };
}

/** A calling number that no other call shows. */
export const callingNumber = (nth: number) => `+1${600 + nth}${CALLER_END}`;

export function keyedBirthDate({ birthDate }: Customer): string {
  const [year, month, day] = birthDate.split('-');
  return `${month}${day}${year}`;
}

/** Nobody is sent this one. */
export const WRONG_CODE = '77215904';

export function customerCanaries(customers: readonly Customer[]): Canary[] {
  return customers.flatMap(({ account, customer, birthDate, passcode, phone, code }) => {
    const of = (what: string) => `${what} of ${customer}`;
    return [
      { name: of('account'), kind: 'digits', value: account },
      { name: of('customer id'), kind: 'word', value: customer },
      { name: of('birth date'), kind: 'date', value: birthDate },
      { name: of('passcode'), kind: 'digits', value: passcode },
      ...(phone === null ? [] : [{ name: of('phone'), kind: 'number', value: phone } as const]),
      ...(code === null ? [] : [{ name: of('code'), kind: 'digits', value: code } as const]),
    ] satisfies Canary[];
  });
}

export function callerCanary(number: string): Canary {
  return { name: `calling number ${number}`, kind: 'number', value: number };
}

export function keyedCanary(keys: string): Canary {
  return { name: `keys ${keys}`, kind: 'digits', value: keys };
}

export function secretCanary(name: string, value: string): Canary {
  return { name, kind: 'word', value };
}
