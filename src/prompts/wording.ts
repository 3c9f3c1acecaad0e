// Which recordings ask for a step, and which ask again. Pure.

import type { PromptId, Utterance } from './catalogue.ts';

type AskedStep = 'account' | 'passcode' | 'birthDate' | 'oneTimeCode';

/** Why an entry is asked for again. `rejected` is one sentence for all causes of a failed check. */
export type AskAgainCause = 'noInput' | 'tooShort' | 'tooLong' | 'doubtful' | 'rejected';

const ASK = {
  account: 'enter-account',
  passcode: 'enter-passcode',
  birthDate: 'enter-birth-date',
  oneTimeCode: 'enter-code',
} as const satisfies Record<AskedStep, PromptId>;

const ASK_AGAIN = {
  account: 'enter-account-again',
  passcode: 'enter-passcode-again',
  birthDate: 'enter-birth-date-again',
  oneTimeCode: 'enter-code-again',
} as const satisfies Record<AskedStep, PromptId>;

const CAUSE = {
  noInput: 'no-input',
  tooShort: 'too-short',
  tooLong: 'too-long',
  doubtful: 'not-clear',
  rejected: 'rejected',
} as const satisfies Record<AskAgainCause, PromptId>;

export function askFor(step: AskedStep): Utterance {
  return [ASK[step]];
}

export function askAgainFor(step: AskedStep, cause: AskAgainCause): Utterance {
  return [CAUSE[cause], ASK_AGAIN[step]];
}
