import { describe, expect, test } from 'vitest';
import { exploreAll } from './proof/chart-paths.ts';
import { SHIPPED } from './proof/charts.ts';
import { PATH_JUDGES } from './proof/path-rules.ts';
import { RULES, type Rule } from './proof/rules.ts';

// Every rule on every generated path of the charts that answer calls. storms.test.ts tries them at random;
// mutants.test.ts shows that each of them can fail.

const explored = exploreAll(SHIPPED);

describe('on every path', () => {
  test.each(Object.entries(RULES))('%s: %s', (rule) => {
    expect(PATH_JUDGES[rule as Rule]?.(explored)).toEqual([]);
  });
});
