// How values become recordings, by the rules of each locale. Pure.

import { Secret } from '../machines/secret.ts';
import type { Locale, PromptId } from './catalogue.ts';

/** Says each digit of `digits` by itself; anything that is not 0-9 is left out. */
export function sayDigits(digits: string): readonly PromptId[] {
  return [...digits].filter((c) => c >= '0' && c <= '9').map((c) => `digit-${c}` as PromptId);
}

/** Says the last two digits of a number, one by one: "oh one" or "cero uno" is no number of its own. */
export function sayLastTwo(number: string): readonly PromptId[] {
  return sayDigits(number).slice(-2);
}

/** Says a calendar date (YYYY-MM-DD, years 1801 to 2099) as people of that language do. */
export function sayDate(date: string, locale: Locale): readonly PromptId[] {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const dayAndMonth: readonly PromptId[] =
    locale === 'en' ? [`month-${month}`, `day-${day}`] : [`day-${day}`, `month-${month}`];
  return [...dayAndMonth, ...sayYear(year, locale)];
}

function sayYear(year: number, locale: Locale): readonly PromptId[] {
  const rest = year % 100;
  if (year >= 2000) return ['year-2000', ...sayRest(rest)];
  if (year === 1900) return ['year-1900'];
  const century: PromptId = year < 1900 ? 'century-18' : 'century-19';
  // "Nineteen zero five", but "mil novecientos cinco".
  const zero: readonly PromptId[] = locale === 'en' && rest < 10 ? ['digit-0'] : [];
  return [century, ...zero, ...sayRest(rest)];
}

function sayRest(number: number): readonly PromptId[] {
  if (number === 0) return [];
  return number < 10 ? [`digit-${number}` as PromptId] : [`number-${number}`];
}

/** Says it without showing it: the ids in a secret, to be opened only where they are played. */
export function unseen(prompts: readonly PromptId[]): Secret {
  return Secret.of(prompts.join(' '));
}

/** Whether a recording is part of a number: those follow each other without a breath. */
export function isNumber(id: string): boolean {
  return /^(digit|number|day|month|century|year)-\d+$/.test(id);
}
