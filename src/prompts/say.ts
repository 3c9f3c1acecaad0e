// How values become recordings. Pure.

import type { PromptId, Utterance } from './catalogue.ts';

/** Says each digit of `digits` by itself; anything that is not 0-9 is left out. */
export function sayDigits(digits: string): Utterance {
  return [...digits].filter((c) => c >= '0' && c <= '9').map((c) => `digit-${c}` as PromptId);
}
