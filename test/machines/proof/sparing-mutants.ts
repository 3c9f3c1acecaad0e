// Mutants of what a caller is spared: by the verdict on the calling number, or by another system's word.

import { assign } from 'xstate';
import type { LinePlan, StepPlan } from '../../../src/machines/line-plan.ts';
import type { AccountHandle } from '../../../src/machines/verify-entry.machine.ts';
import { KNOWN } from '../lines.ts';
import {
  after,
  type Blueprint,
  found,
  guarded,
  type Mutant,
  remove,
  stateOf,
  without,
  withoutAction,
} from './mutate.ts';

const RECOGNISING = 'underway.steps.recognising';
const CHOOSING = 'underway.steps.choosing';

export const SPARING_MUTANTS: readonly Mutant[] = [
  {
    rule: 'G2',
    chart: 'call',
    name: 'a line that only observes leaves steps out',
    edit: (blueprint) =>
      sparing(blueprint, 'verdict', ({ step, label }) => step.droppedBy.includes(label)),
  },
  {
    rule: 'G2',
    chart: 'call',
    name: 'any verdict spares a step that names one',
    edit: (blueprint) =>
      sparing(
        blueprint,
        'verdict',
        ({ plan, step }) => plan.screening.mode === 'enforce' && step.droppedBy.length > 0,
      ),
  },
  {
    rule: 'G2',
    chart: 'call',
    name: 'nobody is told that a step was left out',
    edit(blueprint) {
      const spared = guarded(stateOf(blueprint, CHOOSING).always, 'isSpared', 'verdict');
      spared.actions = withoutAction(spared.actions, 'tellStepSpared');
    },
  },
  {
    rule: 'G2',
    chart: 'call',
    name: 'who cannot be looked up is turned away unasked',
    edit(blueprint) {
      after(stateOf(blueprint, RECOGNISING), 'customer').target =
        '#call.underway.turningAway.withoutBackend';
    },
  },
  {
    rule: 'G3',
    chart: 'call',
    name: 'a proof is never looked at',
    edit(blueprint) {
      const arriving = stateOf(blueprint, 'underway.steps.arriving');
      arriving.always = without(arriving.always, 'hasUpstream');
    },
  },
  {
    rule: 'G3',
    chart: 'call',
    name: 'a proof counts before its customer is looked up',
    edit(blueprint) {
      const has = guarded(stateOf(blueprint, 'underway.steps.arriving').always, 'hasUpstream');
      Object.assign(has, { target: 'choosing', actions: 'believe' });
      believing(blueprint);
    },
  },
  {
    rule: 'G3',
    chart: 'call',
    name: 'a proof counts though its customer could not be looked up',
    edit(blueprint) {
      after(stateOf(blueprint, RECOGNISING), 'customer').actions = ['believe'];
      believing(blueprint);
    },
  },
  {
    rule: 'G3',
    chart: 'call',
    name: 'a customer whom nobody knows counts as known',
    edit({ guards }) {
      found(guards.isKnownCustomer, 'guard isKnownCustomer');
      guards.isKnownCustomer = () => true;
    },
  },
  {
    rule: 'G3',
    chart: 'call',
    name: 'a proof of some steps counts for all',
    edit: (blueprint) => sparing(blueprint, 'upstream', ({ customer }) => customer !== null),
  },
  {
    rule: 'G3',
    chart: 'call',
    name: 'a proof counts whatever account is keyed',
    edit(blueprint) {
      const choosing = stateOf(blueprint, CHOOSING);
      choosing.always = without(choosing.always, 'isOtherAccount');
      sparing(
        blueprint,
        'upstream',
        ({ customer, proven, step }) => customer !== null && proven.includes(step.step),
      );
    },
  },
  {
    rule: 'G3',
    chart: 'call',
    name: 'nobody looks whether it is another account',
    edit(blueprint) {
      const choosing = stateOf(blueprint, CHOOSING);
      choosing.always = without(choosing.always, 'isOtherAccount');
    },
  },
  {
    rule: 'M1',
    chart: 'call',
    name: 'a step that was proven upstream stands for a factor',
    edit(blueprint) {
      const proven = guarded(stateOf(blueprint, CHOOSING).always, 'isSpared', 'upstream');
      proven.actions = [...[found(proven.actions, 'actions')].flat(), 'claim'];
      blueprint.actions.claim = assign({ auth: 'verified' } as never);
    },
  },
  {
    rule: 'M4',
    chart: 'call',
    name: 'a customer is looked up for ever',
    edit: (blueprint) => remove(stateOf(blueprint, RECOGNISING), 'after'),
  },
  {
    rule: 'M9',
    chart: 'call',
    name: 'a code that was proven upstream counts as a message to the phone on file',
    edit(blueprint) {
      const proven = guarded(stateOf(blueprint, CHOOSING).always, 'isSpared', 'upstream');
      proven.actions = [...[found(proven.actions, 'actions')].flat(), 'embellish'];
      blueprint.actions.embellish = assign({
        amr: ({ context: { amr } }: { context: { amr: readonly string[] } }) => [...amr, 'sms'],
      } as never);
    },
  },
];

/** What may spare a caller a step. */
interface Reasons {
  readonly plan: LinePlan;
  readonly step: StepPlan;
  readonly label: StepPlan['droppedBy'][number];
  readonly proven: readonly StepPlan['step'][];
  readonly customer: AccountHandle | null;
}
type Spared = { readonly by: 'verdict' | 'upstream' };
type Guard<Params> = (args: { context: Known }, params: Params) => boolean;
interface Known {
  readonly plan: LinePlan;
  readonly route: { readonly steps: readonly StepPlan[] };
  readonly position: number;
  readonly evidence: { readonly verdict: string; readonly level: string | null };
  readonly upstream: { readonly steps: readonly StepPlan['step'][] } | null;
  readonly upstreamAccount: AccountHandle | null;
}

/** Lets a step be left out for other reasons than it ought to be. */
function sparing({ guards }: Blueprint, by: Spared['by'], isSpared: (reasons: Reasons) => boolean) {
  const shipped = found(guards.isSpared, 'guard isSpared') as Guard<Spared>;
  guards.isSpared = (args: { context: Known }, params: Spared) => {
    const { plan, route, position, evidence, upstream, upstreamAccount } = args.context;
    const step = route.steps[position];
    if (step === undefined || params.by !== by) return shipped(args, params);
    const { verdict, level } = evidence;
    const label = (level === null ? verdict : `${verdict}-${level}`) as Reasons['label'];
    const proven = upstream?.steps ?? [];
    return isSpared({ plan, step, label, proven, customer: upstreamAccount });
  };
}

function believing({ actions }: Blueprint) {
  actions.believe = assign({ upstreamAccount: KNOWN } as never);
}
