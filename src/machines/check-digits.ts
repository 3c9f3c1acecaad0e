// What can be told of a number by itself, before anybody is asked about it: whether its check digits
// fit. Pure arithmetic; knows no account.

import type { Secret } from './secret.ts';

/**
 * `luhn`: ISO/IEC 7812-1 annex B, the last digit checks the others. `mod97`: ISO 7064 MOD 97-10, the whole
 * number leaves 1. `pattern`: a regular expression that must match all of it.
 */
export type CheckDigits =
  | { readonly kind: 'none' | 'luhn' | 'mod97' }
  | { readonly kind: 'pattern'; readonly pattern: string };

/** Whether an entry (digits) is one that may exist. */
export function isPlausible(entry: Secret, check: CheckDigits): boolean {
  const digits = entry.reveal();
  switch (check.kind) {
    case 'none':
      return true;
    case 'luhn':
      return luhnSum(digits) % 10 === 0;
    case 'mod97':
      return BigInt(digits) % 97n === 1n;
    case 'pattern':
      return new RegExp(`^(?:${check.pattern})$`).test(digits);
  }
}

function luhnSum(digits: string): number {
  let sum = 0;
  [...digits].reverse().forEach((digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  });
  return sum;
}
