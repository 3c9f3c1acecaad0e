// What becomes of a caller by a policy, written down by hand: the gate's decisions are held against it.

import type { Action, Policy } from '../../../src/screening/policy.ts';
import type { Evidence, Level } from '../../../src/screening/verdict.ts';

/** Who is taken, by what the policy accepts and the least level that it wants. */
const TAKEN: Readonly<Record<Policy['accept'], Readonly<Record<Level, RegExp>>>> = {
  all: { A: /./, B: /./, C: /./ },
  'not-failed': {
    A: /^(none|passed A)$/,
    B: /^(none|passed [AB])$/,
    C: /^(none|passed [ABC])$/,
  },
  validated: { A: /^passed A$/, B: /^passed [AB]$/, C: /^passed [ABC]$/ },
};

/** What a call must come to; `wouldBe`: where it is only observed, what it would have come to. */
export interface Due {
  readonly action: Action;
  readonly wouldBe: Action | null;
}

export function dueTo(policy: Policy, { verdict, level }: Evidence): Due {
  if (policy.mode === 'off') return { action: 'accept', wouldBe: null };
  const word = verdict === 'passed' ? `passed ${level ?? policy.levelWhenMissing}` : verdict;
  const rejection = policy.onReject === 'refuse' ? 'refuse' : 'route';
  const due = TAKEN[policy.accept][policy.minLevel].test(word) ? 'accept' : rejection;
  return policy.mode === 'observe'
    ? { action: 'accept', wouldBe: due }
    : { action: due, wouldBe: null };
}

/** Stands for what could not be read in time. */
export function unread({ mode, onTimeout }: Policy, how: 'late' | 'broken'): Evidence {
  if (mode === 'off') return { verdict: 'none', level: null, diverted: false, source: 'off' };
  return how === 'late'
    ? { verdict: onTimeout, level: null, diverted: false, source: 'timeout' }
    : { verdict: 'error', level: null, diverted: false, source: 'unreadable' };
}
