// A birth date as keyed, turned into a calendar date. Pure: what day it is comes in as a value.

import type { Locale } from '../prompts/catalogue.ts';
import { Secret } from './secret.ts';

/** The order in which the parts are keyed: two digits for month and day, four for the year. */
export type DateOrder = 'MDY' | 'DMY' | 'YMD';

/** How a language writes dates (CLDR's short form, with the month before the day only in the US). */
export const ORDER_OF_LOCALE: Readonly<Record<Locale, DateOrder>> = { en: 'MDY', es: 'DMY' };

const WIDTH = { Y: 4, M: 2, D: 2 } as const;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The oldest person on record was born in 1875. */
const FIRST_YEAR = 1870;

/** The date as YYYY-MM-DD; null where the calendar has no such day, or it is not before `today` (YYYY-MM-DD). */
export function birthDate(entry: Secret, order: DateOrder, today: string): Secret | null {
  const keyed = entry.reveal();
  if (!/^\d{8}$/.test(keyed)) return null;
  let at = 0;
  const part = { Y: '', M: '', D: '' };
  for (const letter of order) {
    const key = letter as keyof typeof WIDTH;
    part[key] = keyed.slice(at, at + WIDTH[key]);
    at += WIDTH[key];
  }
  const [year, month, day] = [Number(part.Y), Number(part.M), Number(part.D)];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  if (year < FIRST_YEAR || day < 1 || day > days) return null;
  const date = `${part.Y}-${part.M}-${part.D}`;
  return date < today ? Secret.of(date) : null;
}
