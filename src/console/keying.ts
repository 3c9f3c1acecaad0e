// What a scenario's caller keys: its customer's own entries, wrong ones, the code that was sent. Promises that none
// of it is ever shown: what it is called, and dots.

import type { Ear } from './ear.ts';
import type { Press } from './scenario.ts';
import type { Stage } from './stage.ts';

export interface Keying {
  /** Null: there is no such entry, and `label` says why. */
  readonly keys: string | null;
  /** With a dot for each key. */
  readonly label: string;
  readonly everyMs: number;
}

/** Unhurried: on a busy machine faster keys may arrive together, and would rightly be doubted. */
const KEY_MS = 400;
const DOTS_SHOWN = 24;
/** No birth date of a customer's. */
const NOBODYS_DATES = ['1929-01-01', '1929-01-02'] as const;

/** What is keyed, in words. */
export function nameOfKeying(presses: string | Press): string {
  const { keys, account, birthDate, passcode, code, times } = pressOf(presses);
  if (keys !== undefined) return dots(keys.length * times);
  if (account !== undefined) return account === 'right' ? 'account' : 'account that nobody has';
  if (birthDate !== undefined) return birthDate === 'right' ? 'birth date' : 'wrong birth date';
  if (passcode !== undefined) return passcode === 'right' ? 'passcode' : 'wrong passcode';
  if (code === 'wrong') return 'wrong code';
  return code === 'before' ? 'code before the last' : 'code that was sent';
}

/** The keys of `presses`. */
export async function keyingOf(
  presses: string | Press,
  stage: Stage,
  order: Ear['order'],
): Promise<Keying> {
  const press = pressOf(presses);
  const entry = await entryOf(press, stage, order);
  const keys = entry === null ? null : `${entry}${press.and ?? ''}`.repeat(press.times);
  const name = nameOfKeying(press);
  const isBare = press.keys !== undefined || keys === null;
  const label = isBare ? `presses ${name}` : `presses ${dots(keys.length)} (${name})`;
  return { keys, label, everyMs: press.everyMs ?? KEY_MS };
}

function pressOf(presses: string | Press): Press {
  return typeof presses === 'string' ? { keys: presses, times: 1 } : presses;
}

function dots(count: number): string {
  return count > DOTS_SHOWN ? `${'•'.repeat(DOTS_SHOWN)}… (${count})` : '•'.repeat(count);
}

async function entryOf(
  { keys, account, birthDate, passcode, code }: Press,
  stage: Stage,
  order: Ear['order'],
): Promise<string | null> {
  const { customer } = stage;
  if (keys !== undefined) return keys;
  if (account !== undefined) return account === 'right' ? customer.account : await stage.nobody();
  if (birthDate !== undefined) {
    const date = birthDate === 'right' ? customer.birthDate : otherDate(customer.birthDate);
    return date && keyedDate(date, order);
  }
  if (passcode !== undefined) {
    return passcode === 'right' ? customer.passcode : other(customer.passcode ?? '0000');
  }
  const codes = await stage.codes();
  if (code === 'wrong') return otherCode(codes);
  return codes.at(code === 'before' ? -2 : -1) ?? null;
}

function otherDate(date: string | null): string {
  return NOBODYS_DATES.find((nobodys) => nobodys !== date) ?? NOBODYS_DATES[0];
}

function keyedDate(date: string, order: Ear['order']): string {
  const [y = '', m = '', d = ''] = date.split('-');
  const parts: Readonly<Record<string, string>> = { y, m, d };
  return [...order].map((part) => parts[part]).join('');
}

/** As many digits, and others. */
function other(digits: string): string {
  const next = (Number(digits) + 1) % 10 ** digits.length;
  return String(next).padStart(digits.length, '0');
}

function otherCode(sent: readonly string[]): string {
  let code = other(sent.at(-1) ?? '000000');
  while (sent.includes(code)) code = other(code);
  return code;
}
