// Which trunk and which dispatch rule take a call: LiveKit's own choice (server v1.13.5, protocol sip.go),
// worked out beforehand. Knows nothing of whose they should be.

import type { RuleFacts, SipFacts, TrunkFacts } from './facts.ts';

/** Trunks that may take a call to a number: those that have it, else those for every number. */
export function trunksTaking(number: string, { trunks }: SipFacts): readonly TrunkFacts[] {
  const having = trunks.filter(({ numbers }) => numbers.some((one) => normal(one) === number));
  return having.length > 0 ? having : trunks.filter(({ numbers }) => numbers.length === 0);
}

/** Whether there are callers whom both trunks let in, as far as it can be told. */
export function overlap(a: TrunkFacts, b: TrunkFacts): boolean {
  return (['allowedNumbers', 'allowedAddresses'] as const).every(
    (filter) =>
      a[filter].length === 0 ||
      b[filter].length === 0 ||
      a[filter].some((one) => b[filter].map(normal).includes(normal(one))),
  );
}

/**
 * Rules that take calls to a number over a trunk (null: over none), the preferred one first. There is more than one where
 * some are for certain callers only.
 */
export function rulesTaking(
  number: string,
  trunk: TrunkFacts | null,
  { rules }: SipFacts,
): readonly RuleFacts[] {
  const fitting = rules.filter(
    ({ numbers, trunkIds }) =>
      (numbers.length === 0 || numbers.includes(number)) &&
      (trunkIds.length === 0 || (trunk !== null && trunkIds.includes(trunk.id))),
  );
  const specific = fitting.filter(({ trunkIds }) => trunkIds.length > 0).toSorted(byPriority);
  const everything = fitting.filter(({ trunkIds }) => trunkIds.length === 0).toSorted(byPriority);
  return [...untilAll(specific), ...(takesAll(specific) ? [] : untilAll(everything))];
}

export function isCatchAll({ trunkIds, numbers }: RuleFacts): boolean {
  return trunkIds.length === 0 && numbers.length === 0;
}

/** The rules that are ever asked: what follows one for every caller is not. */
function untilAll(rules: readonly RuleFacts[]): readonly RuleFacts[] {
  const last = rules.findIndex(({ callingNumbers }) => callingNumbers.length === 0);
  return last < 0 ? rules : rules.slice(0, last + 1);
}

function takesAll(rules: readonly RuleFacts[]): boolean {
  return rules.some(({ callingNumbers }) => callingNumbers.length === 0);
}

function byPriority(a: RuleFacts, b: RuleFacts): number {
  return priority(a) - priority(b);
}

/** Lower goes first. A rule with a PIN goes before all others that are as particular as it is. */
function priority({ rooms, hasPin, callingNumbers, numbers }: RuleFacts): number {
  const kind = ['direct', 'individual', 'callee', 'unknown'].indexOf(rooms);
  const particular = [callingNumbers, numbers].filter(({ length }) => length > 0).length;
  return kind + (hasPin ? 0 : 100) - particular * 1000;
}

/** As LiveKit compares numbers: without separators, with a plus. */
function normal(number: string): string {
  if (!/^\+?[\d\- ()]+$/.test(number)) return number;
  return `+${number.replace(/[^\d]/g, '')}`;
}
