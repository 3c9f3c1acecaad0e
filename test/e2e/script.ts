// What callers do on the way to a desk: what they hear, and what they key then.

import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import { keyedBirthDate } from './customers.ts';
import type { Phone } from './kit/phone.ts';

/** Waits until these recordings have been heard whole, one after the other. */
export async function hears(phone: Phone, ...ids: string[]): Promise<void> {
  for (const id of ids) await phone.hears(id);
}

/** Fast enough to save time, and slow enough not to be doubted where keys arrive together, as on a busy machine. */
const UNHURRIED = { gapMs: 250 };

export async function keysAccount(phone: Phone, customer: DemoAccount): Promise<void> {
  await phone.hears('enter-account');
  await phone.press(customer.number, UNHURRIED);
}

/** Account number and birth date, keyed ahead by who knows the way. */
export async function keysAhead(phone: Phone, customer: DemoAccount): Promise<void> {
  await phone.hearsSound();
  await phone.press(`${customer.number}${keyedBirthDate(customer)}`, UNHURRIED);
}

export async function keysUntilCode(phone: Phone, customer: DemoAccount): Promise<void> {
  await keysAhead(phone, customer);
  await phone.hears('resend-hint');
}

/** A code that is certainly not the one that was sent. */
export function wrong(code: string): string {
  return code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
}
