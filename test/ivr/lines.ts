// The demo's lines with one thing changed, as `plan` of a scenario.

import type { DeskPlan, LinePlan, StepPlan } from '../../src/machines/line-plan.ts';
import type { StepName } from '../../src/machines/outcome.ts';

function withRules(plan: LinePlan, rules: Partial<StepPlan['rules']>): LinePlan {
  return withSteps(plan, (step) => ({ ...step, rules: { ...step.rules, ...rules } }));
}

function withSteps(plan: LinePlan, change: (step: StepPlan) => StepPlan): LinePlan {
  if (!('steps' in plan.route)) return plan;
  return { ...plan, route: { ...plan.route, steps: plan.route.steps.map(change) } };
}

/** These steps, in this order, and then a desk that requires none of them. */
export const asking =
  (...names: readonly StepName[]) =>
  (plan: LinePlan): LinePlan => {
    if (!('steps' in plan.route)) throw new Error('the line has a menu');
    const { steps } = plan.route;
    const stepFor = (name: StepName): StepPlan => {
      const [account] = steps;
      const own = steps.find(({ step }) => step === name);
      if (own !== undefined) return own;
      if (account?.step !== 'account' || name !== 'passcode') throw new Error(`no step ${name}`);
      const rules = { ...account.rules, minLength: 4, maxLength: 4 };
      return { ...account, step: 'passcode', rules };
    };
    return { ...plan, route: { steps: names.map(stepFor), desk: 'general' } };
  };

/** Entries are read back and confirmed. */
export const withReadBack = (plan: LinePlan): LinePlan =>
  withSteps(plan, (step) => ({ ...step, readBack: true }));

export const withoutOperator = (plan: LinePlan): LinePlan => ({ ...plan, operator: null });

export const withoutBargeIn = (plan: LinePlan): LinePlan => withRules(plan, { bargeIn: false });

/** A minute without a key is no failed try. */
export const withPatience = (plan: LinePlan): LinePlan => withRules(plan, { firstKeyMs: 60_000 });

export const withLimit =
  (maxCallMs: number) =>
  (plan: LinePlan): LinePlan => ({ ...plan, maxCallMs });

export const withDesks =
  (desks: Readonly<Record<string, DeskPlan>>) =>
  (plan: LinePlan): LinePlan => ({ ...plan, desks: { ...plan.desks, ...desks } });

/** A desk that nobody calls, and after which there is none. */
export const WATCHED: DeskPlan = {
  kind: 'attributes',
  joinWithinMs: 30_000,
  requires: [],
  otherwise: null,
};

/** A line where every entry must be right at once. */
export const withOneTry = (plan: LinePlan): LinePlan =>
  withSteps(plan, (step) => ({ ...step, tries: 1 }));
