// Every mutant of every chart: for each the rule that it breaks must find it. npm test takes one for each rule and
// chart, for that takes minutes.

import { expect, it } from 'vitest';
import { ALL_MUTANTS, killerOf } from '../machines/proof/all-mutants.ts';

it.each(ALL_MUTANTS.map((mutant) => ({ ...mutant, mutant })))(
  'the $chart in which $name is killed by $rule',
  ({ mutant }) => {
    expect(killerOf(mutant), 'a survivor').not.toBeNull();
  },
);
