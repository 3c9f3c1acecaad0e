import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { CALL_MUTANTS } from './proof/call-mutants.ts';
import { exploreAll } from './proof/chart-paths.ts';
import { type Charts, SHIPPED } from './proof/charts.ts';
import { CHECK_MUTANTS } from './proof/check-mutants.ts';
import { ENTRY_MUTANTS } from './proof/entry-mutants.ts';
import { createExchange } from './proof/exchange.ts';
import { GATE_MUTANTS } from './proof/gate-mutants.ts';
import { GUESS_MUTANTS } from './proof/guess-mutants.ts';
import { guarded, type Mutant, mutate, rebuild, remove, stateOf } from './proof/mutate.ts';
import { PATH_JUDGES } from './proof/path-rules.ts';
import { judge, RULE_NAMES, type Rule } from './proof/rules.ts';
import { SPARING_MUTANTS } from './proof/sparing-mutants.ts';
import { storm } from './proof/storm.ts';
import { STORM_JUDGES } from './proof/storm-rules.ts';
import { tell } from './proof/story.ts';

// Can the rules fail? Each mutant is a shipped chart with one edit that breaks one rule: that very rule
// must find it, on the paths or in the storms.

const ALL = [
  ...CALL_MUTANTS,
  ...GATE_MUTANTS,
  ...SPARING_MUTANTS,
  ...GUESS_MUTANTS,
  ...ENTRY_MUTANTS,
  ...CHECK_MUTANTS,
].sort((a, b) => RULE_NAMES.indexOf(a.rule) - RULE_NAMES.indexOf(b.rule));
/** Always the same storms: who is killed today is killed tomorrow. */
const STORMS = fc.sample(storm, { numRuns: 200, seed: 4 });
const MINUTE = 60_000;

const onPaths = (charts: Charts, rule: Rule) => PATH_JUDGES[rule]?.(exploreAll(charts)) ?? [];

/** In which storm a rule is broken first, counted from 1, and how; null: in none. */
function inStorms(charts: Charts, rule: Rule): { nth: number; what: string } | null {
  const judged = STORM_JUDGES[rule];
  if (judged === undefined) return null;
  const exchange = createExchange(charts);
  for (const [i, weather] of STORMS.entries()) {
    const [what] = judged(tell(exchange, weather));
    if (what !== undefined) return { nth: i + 1, what };
  }
  return null;
}

describe('a mutant in which', () => {
  const table: string[][] = [
    ['rule', 'chart', 'mutant', 'on paths', 'in storms', 'what gave it away'],
  ];

  test.each(ALL.map((mutant): [string, Rule, Mutant] => [mutant.name, mutant.rule, mutant]))(
    '%s is killed by %s',
    (name, rule, { chart, edit }) => {
      const charts = mutate(SHIPPED, chart, edit);
      const paths = onPaths(charts, rule);
      const storms = inStorms(charts, rule);
      table.push([
        rule,
        chart,
        name,
        paths.length > 0 ? 'killed' : '-',
        storms === null ? '-' : `killed, no. ${storms.nth}`,
        paths[0] ?? storms?.what ?? 'SURVIVED',
      ]);
      expect(paths.length > 0 || storms !== null, 'a survivor').toBe(true);
    },
    MINUTE,
  );

  afterAll(() => {
    const widths = table[0]?.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
    const lines = table.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths?.[i] ?? 0))
        .join('  ')
        .slice(0, 200)
        .trimEnd(),
    );
    console.info(`${table.length - 1} mutants, ${STORMS.length} storms each\n${lines.join('\n')}`);
  });
});

test('every rule has a mutant', () => {
  expect([...new Set(ALL.map(({ rule }) => rule))].sort()).toEqual([...RULE_NAMES].sort());
});

test('a chart rebuilt without an edit survives all', () => {
  const charts = Object.keys(SHIPPED).reduce(rebuild, SHIPPED);
  expect(judge(PATH_JUDGES, exploreAll(charts))).toEqual([]);
  const exchange = createExchange(charts);
  expect(STORMS.flatMap((weather) => judge(STORM_JUDGES, tell(exchange, weather)))).toEqual([]);
});

describe('an edit that finds nothing is an error, not a kill', () => {
  test.each([
    ['a state', () => mutate(SHIPPED, 'call', (blueprint) => void stateOf(blueprint, 'nowhere'))],
    ['a part', () => mutate(SHIPPED, 'call', ({ config }) => remove(config, 'entry'))],
    [
      'a guard',
      () => mutate(SHIPPED, 'call', ({ config }) => void guarded(config.always, 'isRed')),
    ],
    ['a chart', () => mutate(SHIPPED, 'nobody', () => undefined)],
    ['anything to change', () => mutate(SHIPPED, 'call', () => undefined)],
  ])('where there is no such thing: %s', (_, edit) => {
    expect(edit).toThrow();
  });
});
