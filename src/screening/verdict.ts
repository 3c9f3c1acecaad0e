// What a carrier says of a calling number, in words of our own. It vouches for a number at best, never for
// the person who holds the phone: it chooses friction and routing, and verifies nobody.

/** `error`: what came cannot be believed (unknown words, two answers, no answer in time); never better than `failed`. */
export type Verdict = 'passed' | 'failed' | 'none' | 'error';

/** Attestation (RFC 8588): A the number is the customer's, B the customer is known, C a gateway. */
export const LEVELS = ['A', 'B', 'C'] as const;
export type Level = (typeof LEVELS)[number];

/** What is known of a calling number, and from where. */
export interface Evidence {
  readonly verdict: Verdict;
  /** Null where the carrier gives none. */
  readonly level: Level | null;
  /** Whether the carrier says that the call was forwarded on its way. */
  readonly diverted: boolean;
  /**
   * The headers it was read from, in lower case, with `+` between; or why nothing was read: `none` (no such
   * header), `unlisted-trunk`, `off`, `timeout`, `unreadable`.
   */
  readonly source: string;
}

/** A verdict with its level, in one word: attributes, tickets and `when` carry it. */
export const LABELS = [
  'passed-A',
  'passed-B',
  'passed-C',
  'passed',
  'failed',
  'none',
  'error',
] as const;
export type ScreeningLabel = (typeof LABELS)[number];

export function labelOf({ verdict, level }: Pick<Evidence, 'verdict' | 'level'>): ScreeningLabel {
  return verdict === 'passed' && level !== null ? `passed-${level}` : verdict;
}

/** Nothing was read, for the reason that `source` names. */
export function nothing(source: string, verdict: 'none' | 'error' = 'none'): Evidence {
  return { verdict, level: null, diverted: false, source };
}
