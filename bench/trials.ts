// What the bench listens for: the lines on which somebody would try account numbers out, and the pauses in
// which an account could be heard.

import type { Heard } from './guessing-caller.ts';

/** What came after the account number, and after what was keyed next. */
export type HeardCall = readonly [account: Heard, next: Heard];

export interface Question {
  readonly name: string;
  readonly ms: (call: HeardCall) => number;
  /** Whether the bank's delay is all in it where nothing is held back. */
  readonly hasDelay: boolean;
}

export interface Trial {
  readonly line: string;
  /** A number of bench/tonegate.yaml. */
  readonly dialled: string;
  /** Who makes, sends and checks one-time codes. */
  readonly codes: 'bank' | 'ours';
  /** What is keyed after the account number; wrong at any account. */
  readonly entry: string;
  readonly questions: readonly Question[];
}

const account: Question = {
  name: 'account number',
  ms: ([first]) => first.answerMs,
  hasDelay: true,
};
/** Between an account number and a code there is a word that bridges the wait. */
const bridge: Question = {
  name: 'account, any word',
  ms: ([first]) => first.soundMs,
  hasDelay: true,
};
const next = (name: string, hasDelay = true): Question => ({
  name,
  ms: ([, second]) => second.answerMs,
  hasDelay,
});
/**
 * The jitter of the floor is drawn once for a call: this is without it, and hears more. `floors`: how many of
 * them there are before the first answer.
 */
const difference = (floors: number): Question => ({
  name: 'one less the other',
  ms: ([first, second]) => second.answerMs - first.answerMs / floors,
  hasDelay: false,
});

export const TRIALS: readonly Trial[] = [
  {
    line: 'account, birth date',
    dialled: '+15105550120',
    codes: 'bank',
    entry: '19000101',
    questions: [account, next('birth date'), difference(1)],
  },
  {
    line: "account, bank's code",
    dialled: '+15105550121',
    codes: 'bank',
    entry: '000000',
    // The account is looked up, then a code is sent: two floors.
    questions: [bridge, account, next('code'), difference(2)],
  },
  {
    line: 'account, our code',
    dialled: '+15105550121',
    codes: 'ours',
    entry: '000000',
    // Only our own store is asked about a code of ours.
    questions: [bridge, account, next('code', false), difference(2)],
  },
];
