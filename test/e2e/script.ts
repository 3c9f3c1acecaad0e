// What callers do on the way to a desk: what they hear, and what they key then.

import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import { keyedBirthDate } from './customers.ts';
import type { Phone } from './kit/phone.ts';

/** Waits until these recordings have been heard whole, one after the other. */
export async function hears(phone: Phone, ...ids: string[]): Promise<void> {
  for (const id of ids) await phone.hears(id);
}

export async function keysAccount(phone: Phone, customer: DemoAccount): Promise<void> {
  await phone.hears('enter-account');
  await phone.press(customer.number);
}

export async function keysBirthDate(phone: Phone, customer: DemoAccount): Promise<void> {
  await phone.hears('enter-birth-date-mdy');
  await phone.press(keyedBirthDate(customer));
}

export async function keysUntilCode(phone: Phone, customer: DemoAccount): Promise<void> {
  await keysAccount(phone, customer);
  await keysBirthDate(phone, customer);
  await phone.hears('resend-hint');
}

/** Fast enough to save time, and slow enough not to be doubted where keys arrive together. */
const AHEAD = { gapMs: 250 };

/** Account number and birth date, keyed ahead by who knows the way. */
export async function keysAhead(phone: Phone, customer: DemoAccount): Promise<void> {
  await phone.hearsSound();
  await phone.press(`${customer.number}${keyedBirthDate(customer)}`, AHEAD);
}

/** A code that is certainly not the one that was sent. */
export function wrong(code: string): string {
  return code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
}
