// The words in which carriers tell a verdict, and what each of them means. Any other word is unknown, and
// nothing is guessed from its likeness to one of these.

import { type Evidence, LEVELS, type Level, type Verdict } from './verdict.ts';

export type Meaning = Pick<Evidence, 'verdict' | 'level' | 'diverted'>;

/** A carrier's words; they compare without case (RFC 3261 §7.3.1). */
export type Words = ReadonlyMap<string, Meaning>;

/** What cannot be believed. */
export const UNBELIEVED: Meaning = { verdict: 'error', level: null, diverted: false };

type Entry = readonly [word: string, verdict: Verdict, level?: Level];

const PASSED: readonly Entry[] = LEVELS.map((level) => [
  `TN-Validation-Passed-${level}`,
  'passed',
  level,
]);
const FAILED: readonly Entry[] = [
  ['TN-Validation-Failed', 'failed'],
  ...LEVELS.map((level): Entry => [`TN-Validation-Failed-${level}`, 'failed', level]),
];

/** `verstat` of 3GPP TS 24.229 §7.2A.20, and the same with a level, which many carriers add. */
export const STANDARD = words([
  ['TN-Validation-Passed', 'passed'],
  ...PASSED,
  ...FAILED,
  ['No-TN-Validation', 'none'],
]);

/** Bandwidth: the level stands in a header of its own. */
export const BANDWIDTH = words([
  ['TN-Validation-Passed', 'passed'],
  ['TN-Validation-Failed', 'failed'],
  ['No-TN-Validation', 'none'],
]);

/** Telnyx: without a level it is A. */
export const TELNYX = words([
  ['TN-Validation-Passed', 'passed', 'A'],
  ...PASSED,
  ['TN-Validation-Failed', 'failed'],
  ['No-TN-Validation', 'none'],
]);

/**
 * Twilio: `-Diverted` was signed by whoever forwarded the call, `-Passthrough` came through with the token
 * it had. `No-TN-Validation` and `NULL` say that a token was there, and could not be used: malformed, stale
 * or for other numbers. A bare `Passed` is none of its words, and no better than the line takes it for.
 */
export const TWILIO = words([
  ['TN-Validation-Passed', 'passed'],
  ...PASSED,
  ...FAILED,
  ...suffixed('-Diverted'),
  ...suffixed('-Passthrough'),
  ['No-TN-Validation', 'error'],
  ['NULL', 'error'],
]);

/** A level alone: `Attestation-Info` (TS 24.229 §7.2.18); Bandwidth's indicator ends in a semicolon. */
export const ATTESTATION = words(
  LEVELS.flatMap((level): Entry[] => [
    [level, 'passed', level],
    [`${level};`, 'passed', level],
  ]),
);

function suffixed(suffix: string): readonly Entry[] {
  return [...PASSED, ...FAILED].map(([word, ...meaning]) => [`${word}${suffix}`, ...meaning]);
}

function words(entries: readonly Entry[]): Words {
  return new Map(
    entries.map(([word, verdict, level = null]) => [
      word.toLowerCase(),
      { verdict, level, diverted: word.endsWith('-Diverted') },
    ]),
  );
}
