// What becomes of a call with the verdict it has: the line's policy, applied. Only filters and routes;
// nobody is verified by it.

import type { Evidence, Level } from './verdict.ts';

/** A line's policy: the system's, with whatever the line says otherwise. */
export interface Policy {
  /** `off`: nothing is read. `observe`: every call is taken; the record says what would have been. */
  readonly mode: 'off' | 'observe' | 'enforce';
  /**
   * `all` takes every call. `not-failed` takes none, and passed from `minLevel` up. `validated` takes only
   * passed from `minLevel` up.
   */
  readonly accept: 'all' | 'not-failed' | 'validated';
  readonly minLevel: Level;
  /** What a passed call without a level counts as; `none` is below C. */
  readonly levelWhenMissing: Level | 'none';
  /** Refused before the answer, or answered and taken to a desk with nothing proved. */
  readonly onReject: 'refuse' | { readonly desk: string };
  /** The verdict of a call whose headers could not be read in time. */
  readonly onTimeout: 'error' | 'none';
  /** Value of the Reason header on a refused call (RFC 3326). */
  readonly reason: string;
}

export type Action = 'accept' | 'refuse' | 'route';

/**
 * What decided. `off`, `all`: everybody is taken. `passed`, `none`: taken for that. `below-level`,
 * `not-passed`, `failed`, `error`: not taken for that. `no-line`: no line answers the number.
 */
export type Rule =
  | 'off'
  | 'all'
  | 'passed'
  | 'none'
  | 'below-level'
  | 'not-passed'
  | 'failed'
  | 'error'
  | 'no-line';

export interface Decision {
  readonly action: Action;
  /** In `observe`: the action that `enforce` would have taken; else null. */
  readonly wouldBe: Action | null;
  readonly rule: Rule;
}

/** The decision on a call. */
export function decide(policy: Policy, evidence: Evidence): Decision {
  if (policy.mode === 'off') return { action: 'accept', wouldBe: null, rule: 'off' };
  const { taken, rule } = judge(policy, evidence);
  const rejection = policy.onReject === 'refuse' ? 'refuse' : 'route';
  const action = taken ? 'accept' : rejection;
  return policy.mode === 'observe'
    ? { action: 'accept', wouldBe: action, rule }
    : { action, wouldBe: null, rule };
}

function judge(policy: Policy, { verdict, level }: Evidence): { taken: boolean; rule: Rule } {
  if (policy.accept === 'all') return { taken: true, rule: 'all' };
  switch (verdict) {
    case 'passed': {
      const isEnough = rank(level ?? policy.levelWhenMissing) >= rank(policy.minLevel);
      return { taken: isEnough, rule: isEnough ? 'passed' : 'below-level' };
    }
    case 'none':
      return policy.accept === 'not-failed'
        ? { taken: true, rule: 'none' }
        : { taken: false, rule: 'not-passed' };
    case 'failed':
    case 'error':
      return { taken: false, rule: verdict };
  }
}

function rank(level: Level | 'none'): number {
  return ['none', 'C', 'B', 'A'].indexOf(level);
}
