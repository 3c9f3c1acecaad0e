// The demo's lines with one thing changed, as `plan` of a scenario.

import type { DeskPlan, LinePlan, StepPlan } from '../../src/machines/line-plan.ts';

function withRules(plan: LinePlan, rules: Partial<StepPlan['rules']>): LinePlan {
  const steps = plan.steps.map((step) => ({ ...step, rules: { ...step.rules, ...rules } }));
  return { ...plan, steps };
}

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
