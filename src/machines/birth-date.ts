// A birth date as keyed, turned into a calendar date. Pure.

import { Secret } from './secret.ts';

/** The order in which the parts are keyed: two digits for month and day, four for the year. */
export type DateOrder = 'MDY' | 'DMY' | 'YMD';

const WIDTH = { Y: 4, M: 2, D: 2 } as const;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The date as YYYY-MM-DD, or null where the calendar has no such day (years 1870 to 2199). */
export function birthDate(entry: Secret, order: DateOrder): Secret | null {
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
  if (year < 1870 || year > 2199 || day < 1 || day > days) return null;
  return Secret.of(`${part.Y}-${part.M}-${part.D}`);
}
