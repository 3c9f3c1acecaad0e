// Mutants of going on with a call that another worker has lost.

import { assign } from 'xstate';
import { found, type Mutant, stateOf, without } from './mutate.ts';

const CHOOSING = 'underway.steps.choosing';

export const RESUMPTION_MUTANTS: readonly Mutant[] = [
  {
    rule: 'T1',
    chart: 'call',
    name: 'who has failed is asked once more',
    edit({ guards }) {
      found(guards.isResumedIn, 'guard isResumedIn');
      guards.isResumedIn = () => false;
    },
  },
  {
    rule: 'T2',
    chart: 'call',
    name: 'who had no try left has one',
    edit(blueprint) {
      const choosing = stateOf(blueprint, CHOOSING);
      choosing.always = without(choosing.always, 'isOutOfTries');
    },
  },
  {
    rule: 'T2',
    chart: 'call',
    name: 'wrong tries are forgotten',
    edit({ actions }) {
      found(actions.tellAnswered, 'action tellAnswered');
      actions.tellAnswered = assign({ tried: {} });
    },
  },
  {
    rule: 'T2',
    chart: 'call',
    name: 'codes that were sent are forgotten',
    edit({ actions }) {
      found(actions.tellAnswered, 'action tellAnswered');
      actions.tellAnswered = assign({ code: null });
    },
  },
  {
    rule: 'T3',
    chart: 'call',
    name: 'a call that goes on is screened again',
    edit(blueprint) {
      const finding = stateOf(blueprint, 'screening.finding');
      finding.always = without(finding.always, 'isResumed');
    },
  },
  {
    rule: 'T3',
    chart: 'call',
    name: 'nothing is said of the pause',
    edit({ actions }) {
      found(actions.tellAnswered, 'action tellAnswered');
      actions.tellAnswered = assign({ opening: ['welcome'] });
    },
  },
];
