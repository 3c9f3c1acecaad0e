import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTransitionDefinition } from 'xstate';
import { exploreAll } from './proof/chart-paths.ts';
import { chart, SHIPPED } from './proof/charts.ts';
import { createExchange } from './proof/exchange.ts';
import { narrate } from './proof/narrate.ts';
import { below, transitionsOf } from './proof/paths.ts';
import { judge, RULES, type Rule } from './proof/rules.ts';
import { type Storm, storm } from './proof/storm.ts';
import { STORM_JUDGES } from './proof/storm-rules.ts';
import { tell } from './proof/story.ts';

// Every rule in storms: whole calls, all charts running on a virtual clock, in which anything may happen
// at any time. The seed is another one in each run; TONEGATE_STORM_SEED brings one back.

const RUNS = 5000;
const THIS_FILE = 'test/machines/storms.test.ts';
const MINUTES = 5 * 60_000;
const seed = Number(process.env.TONEGATE_STORM_SEED ?? randomInt(2 ** 31));

const exchange = createExchange(SHIPPED);
const endings = new Map<string, number>();
const auths = new Map<string, number>();
const transitions = Object.values(SHIPPED).flatMap(({ root }) =>
  below(root).flatMap(transitionsOf),
);
const taken = new Set<AnyTransitionDefinition>();
let broken: Rule | null = null;
let report = '';

/** Whether all rules hold; once one is broken, whether that one does: the example shrinks around it. */
function isCalm(weather: Storm): boolean {
  const story = tell(exchange, weather, (transition) => taken.add(transition));
  const violations = judge(STORM_JUDGES, story);
  const [first] = broken === null ? violations : violations.filter(({ rule }) => rule === broken);
  if (first !== undefined) {
    broken = first.rule;
    report = narrate(weather, story, violations);
    return false;
  }
  const { ending, auth } = story.result ?? { ending: { reason: 'none' }, auth: 'none' };
  endings.set(ending.reason, (endings.get(ending.reason) ?? 0) + 1);
  auths.set(auth, (auths.get(auth) ?? 0) + 1);
  return true;
}

const listed = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

beforeAll(() => {
  const { numRuns, failed } = fc.check(fc.property(storm, isCalm), { numRuns: RUNS, seed });
  console.info(
    [
      `${numRuns} storms, seed ${seed}: ${failed ? `${broken} is broken` : 'every rule holds'}`,
      `endings: ${listed(endings)}`,
      `auth: ${listed(auths)}`,
      `transitions: ${taken.size} of ${transitions.length} taken`,
    ].join('\n'),
  );
}, MINUTES);

describe('in every storm', () => {
  test.each(Object.entries(RULES))('%s: %s', (rule) => {
    if (broken !== rule) return;
    expect.fail(`again: TONEGATE_STORM_SEED=${seed} npx vitest run ${THIS_FILE}\n${report}`);
  });
});

test('the storms reach every ending that a path reaches, and every kind of proof', () => {
  expect(broken, 'the storms stop at a broken rule').toBeNull();
  const { states } = exploreAll({ call: chart(SHIPPED, 'call') }).call ?? { states: [] };
  const reachable = states.flatMap(({ status, output }) =>
    status === 'done' ? [output.ending.reason as string] : [],
  );
  expect(new Set(endings.keys())).toEqual(new Set(reachable));
  expect([...auths.keys()].sort()).toEqual(['failed', 'identified', 'none', 'verified']);
});
