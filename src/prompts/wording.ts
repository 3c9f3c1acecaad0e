// Which recordings ask for a step, and which ask again: by cause and, the longer it goes on, with other
// words. Pure.

import type { PromptId } from './catalogue.ts';

/** A step as far as its words go; `MDY` and the like name the order of a date. */
export type Asked =
  | { readonly step: 'account' | 'passcode' | 'oneTimeCode' }
  | { readonly step: 'birthDate'; readonly order: 'MDY' | 'DMY' | 'YMD' };

/**
 * Why an entry is asked for again. `mistyped`: it cannot be right, whoever calls. `rejected` is one
 * sentence for all causes of a failed check. `reentered`: the caller wants to.
 */
export type AskAgainCause =
  | 'noInput'
  | 'noMatch'
  | 'tooShort'
  | 'tooLong'
  | 'doubtful'
  | 'mistyped'
  | 'noSuchDate'
  | 'rejected'
  | 'reentered';

/** One sentence per attempt; the last one is used again. */
const CAUSES = {
  noInput: ['no-input', 'no-input-again'],
  noMatch: ['no-match'],
  tooShort: ['too-short', 'too-short-again'],
  tooLong: ['too-long', 'too-long-again'],
  doubtful: ['not-clear', 'not-clear-again'],
  mistyped: ['mistyped', 'mistyped-again'],
  noSuchDate: ['no-such-date'],
  rejected: ['rejected', 'rejected-again'],
  reentered: [],
} as const satisfies Record<AskAgainCause, readonly PromptId[]>;

export function askFor(asked: Asked): readonly PromptId[] {
  switch (asked.step) {
    case 'account':
      return ['enter-account'];
    case 'passcode':
      return ['enter-passcode'];
    case 'birthDate':
      return [`enter-birth-date-${order(asked)}`];
    case 'oneTimeCode':
      return ['enter-code'];
  }
}

/** Asks again; `before`: how often it was asked again for this cause already. */
export function askAgainFor(
  asked: Asked,
  cause: AskAgainCause,
  before: number,
): readonly PromptId[] {
  return [...why(cause, before), again(asked)];
}

/** What is said of a cause, before what was asked is asked again. */
export function why(cause: AskAgainCause, before: number): readonly PromptId[] {
  const sentences: readonly PromptId[] = CAUSES[cause];
  return sentences.slice(Math.min(before, sentences.length - 1)).slice(0, 1);
}

function again(asked: Asked): PromptId {
  switch (asked.step) {
    case 'account':
      return 'enter-account-again';
    case 'passcode':
      return 'enter-passcode-again';
    case 'birthDate':
      return `enter-birth-date-${order(asked)}-again`;
    case 'oneTimeCode':
      return 'enter-code-again';
  }
}

function order({ order }: Extract<Asked, { step: 'birthDate' }>) {
  return order.toLowerCase() as Lowercase<typeof order>;
}
