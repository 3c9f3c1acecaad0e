// Whether two kinds of calls can be told apart by what is heard. Pure.

import { type Spread, spread, welchT } from './statistics.ts';
import type { HeardCall, Question } from './trials.ts';

/** |t| below which nothing leaks, as side channels are judged (TVLA; ISO/IEC 17825). */
export const ALIKE = 4.5;
/** |t| that has to be found where nothing is held back: the bench can hear. */
export const PLAIN = 5 * ALIKE;
/** Share of calls that may hear other words: the filler, where the machine was too busy for an answer in time. */
const OTHER_WORDS = 0.02;

export interface Comparison {
  readonly question: string;
  /** Whether answers were held back. */
  readonly held: boolean;
  /** Last key to what is heard, in milliseconds. */
  readonly existing: Spread;
  readonly missing: Spread;
  readonly t: number;
  /** Calls that heard other words than most of both kinds. */
  readonly otherWords: { readonly existing: number; readonly missing: number };
  /** Null: answers are not held back, and the bank's delay is not in this. */
  readonly holds: boolean | null;
}

export function compare(
  { name, ms, hasDelay }: Question,
  existing: readonly HeardCall[],
  missing: readonly HeardCall[],
  held: boolean,
): Comparison {
  const spreadOf = (calls: readonly HeardCall[]) => spread(calls.map(ms));
  const [hits, misses] = [spreadOf(existing), spreadOf(missing)];
  const t = welchT(hits, misses);
  const usual = commonest([...existing, ...missing].map(wordsOf));
  const others = (calls: readonly HeardCall[]) =>
    calls.filter((call) => wordsOf(call) !== usual).length;
  const otherWords = { existing: others(existing), missing: others(missing) };
  const isSaidAlike =
    Math.max(otherWords.existing, otherWords.missing) <= OTHER_WORDS * existing.length;
  const isHeard = hasDelay ? Math.abs(t) > PLAIN : null;
  return {
    question: name,
    held,
    existing: hits,
    missing: misses,
    t,
    otherWords,
    holds: held ? Math.abs(t) < ALIKE && isSaidAlike : isHeard,
  };
}

function wordsOf(call: HeardCall): string {
  return call.map(({ words }) => words).join(', ');
}

function commonest(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
