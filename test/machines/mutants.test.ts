import { afterAll, describe, expect, test } from 'vitest';
import { killerOf, ONE_OF_EACH, STORMS } from './proof/all-mutants.ts';
import { exploreAll } from './proof/chart-paths.ts';
import { SHIPPED } from './proof/charts.ts';
import { createExchange } from './proof/exchange.ts';
import { guarded, type Mutant, mutate, rebuild, remove, stateOf } from './proof/mutate.ts';
import { PATH_JUDGES } from './proof/path-rules.ts';
import { judge, RULE_NAMES, type Rule } from './proof/rules.ts';
import { STORM_JUDGES } from './proof/storm-rules.ts';
import { tell } from './proof/story.ts';

// Can the rules fail? Each mutant is a shipped chart with one edit that breaks one rule: that very rule
// must find it, on the paths or in the storms. Here one for each rule and chart; all of them in test/long.

const MINUTE = 60_000;

describe('a mutant in which', () => {
  const table: string[][] = [];

  test.each(
    ONE_OF_EACH.map((mutant): [string, Rule, Mutant] => [mutant.name, mutant.rule, mutant]),
  )(
    '%s is killed by %s',
    (name, rule, mutant) => {
      const killer = killerOf(mutant);
      const where = killer?.storm == null ? 'on a path' : `in storm ${killer.storm}`;
      table.push([rule, mutant.chart, name, where, killer?.what ?? 'SURVIVED']);
      expect(killer, 'a survivor').not.toBeNull();
    },
    MINUTE,
  );

  afterAll(() => {
    const lines = table.map((row) => row.join(' | ').slice(0, 200));
    console.info(`${table.length} mutants, ${STORMS.length} storms each\n${lines.join('\n')}`);
  });
});

test('every rule has a mutant', () => {
  expect([...new Set(ONE_OF_EACH.map(({ rule }) => rule))].sort()).toEqual([...RULE_NAMES].sort());
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
