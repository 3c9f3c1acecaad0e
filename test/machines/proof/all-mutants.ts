// Every mutant of every chart, in the order of the rules that they break; and how one is found out.

import fc from 'fast-check';
import { CALL_MUTANTS } from './call-mutants.ts';
import { exploreAll } from './chart-paths.ts';
import { type Charts, SHIPPED } from './charts.ts';
import { CHECK_MUTANTS } from './check-mutants.ts';
import { ENTRY_MUTANTS } from './entry-mutants.ts';
import { createExchange } from './exchange.ts';
import { GATE_MUTANTS } from './gate-mutants.ts';
import { GUESS_MUTANTS } from './guess-mutants.ts';
import { HAND_OVER_MUTANTS } from './hand-over-mutants.ts';
import { type Mutant, mutate } from './mutate.ts';
import { PATH_JUDGES } from './path-rules.ts';
import { RESUMPTION_MUTANTS } from './resumption-mutants.ts';
import { ROOM_MUTANTS } from './room-mutants.ts';
import { RULE_NAMES, type Rule } from './rules.ts';
import { SPARING_MUTANTS } from './sparing-mutants.ts';
import { storm } from './storm.ts';
import { STORM_JUDGES } from './storm-rules.ts';
import { tell } from './story.ts';

export const ALL_MUTANTS: readonly Mutant[] = [
  ...CALL_MUTANTS,
  ...GATE_MUTANTS,
  ...RESUMPTION_MUTANTS,
  ...SPARING_MUTANTS,
  ...HAND_OVER_MUTANTS,
  ...GUESS_MUTANTS,
  ...ENTRY_MUTANTS,
  ...CHECK_MUTANTS,
  ...ROOM_MUTANTS,
].sort((a, b) => RULE_NAMES.indexOf(a.rule) - RULE_NAMES.indexOf(b.rule));

/** The first of each rule and chart. */
export const ONE_OF_EACH: readonly Mutant[] = ALL_MUTANTS.filter(
  (mutant, i) =>
    ALL_MUTANTS.findIndex(({ rule, chart }) => rule === mutant.rule && chart === mutant.chart) ===
    i,
);

/** Always the same storms: who is killed today is killed tomorrow. */
export const STORMS = fc.sample(storm, { numRuns: 200, seed: 4 });

/** What gave a mutant away: a path, or the storm of this number, from 1; null: nothing. */
export function killerOf({ rule, chart, edit }: Mutant): {
  readonly storm: number | null;
  readonly what: string;
} | null {
  const charts = mutate(SHIPPED, chart, edit);
  const [what] = PATH_JUDGES[rule]?.(exploreAll(charts)) ?? [];
  // Storms take longer: they are for what no path shows.
  return what === undefined ? killerInStorms(charts, rule) : { storm: null, what };
}

function killerInStorms(charts: Charts, rule: Rule) {
  const judged = STORM_JUDGES[rule];
  if (judged === undefined) return null;
  const exchange = createExchange(charts);
  for (const [i, weather] of STORMS.entries()) {
    const [what] = judged(tell(exchange, weather));
    if (what !== undefined) return { storm: i + 1, what };
  }
  return null;
}
