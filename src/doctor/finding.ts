// What the doctor finds, one thing at a time, in words that hold no value: no number, no address of a
// caller, no password, no token. Why it matters and how it is mended is in advice.ts.

import { ADVICE, type Fault } from './advice.ts';

export type Severity = 'ok' | 'warning' | 'error';

/** What was looked at and is good, or cannot be known. */
export const GOOD = [
  'configuration',
  'environment',
  'store',
  'livekit',
  'livekit-version',
  'grants',
  'clock',
  'bridge',
  'bridge-abilities',
  'routing',
  'desk',
  'backend',
  'backend-token',
  'backend-lookup',
  'backend-customer',
  'backend-repeat',
  'backend-challenge',
  'backend-time',
  'backend-account',
  'backend-knowledge',
  'backend-sim',
  'backend-code',
  'backend-even',
  'listening',
  'call',
  'call-attributes',
  'call-headers',
  'call-verdict',
  'call-abilities',
  'call-keys',
] as const;
export type Good = (typeof GOOD)[number];

export interface Finding {
  readonly severity: Severity;
  /** Stable; docs/doctor.md has each. */
  readonly code: Good | Fault;
  /** One line. */
  readonly what: string;
  /** Null where all is good. */
  readonly why: string | null;
  readonly mend: string | null;
}

export function good(code: Good, what: string): Finding {
  return { severity: 'ok', code, what, why: null, mend: null };
}

export function warning(code: Fault, what: string): Finding {
  return { severity: 'warning', code, what, ...ADVICE[code] };
}

export function error(code: Fault, what: string): Finding {
  return { severity: 'error', code, what, ...ADVICE[code] };
}

/**
 * A name that somebody else gave (a trunk's, a header's), fit to be shown: on one line, not endless, and
 * with at most four digits in a row, since people name things after numbers.
 */
export function shown(name: string): string {
  const line = name.replace(/[^\x20-\x7e\u00a1-\uffff]/g, '?').replace(/\d[\d() ._/-]{3,}\d/g, '…');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? (names[0] ?? '')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
