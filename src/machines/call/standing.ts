// What a caller is spared, for the verdict on the number or for an upstream system's word, and what a call has
// proved by what was accepted.

import { labelOf } from '../../screening/verdict.ts';
import type { StepPlan } from '../line-plan.ts';
import { type Amr, type Auth, FACTORS, type StepName } from '../outcome.ts';
import type { Context } from './context.ts';

/** Whether the verdict on the calling number spares the caller this step. */
export function isDropped({ plan, evidence }: Context, { droppedBy }: StepPlan): boolean {
  return plan?.screening.mode === 'enforce' && droppedBy.includes(labelOf(evidence));
}

/** Whether the upstream system has proved this step, and of this very account. */
export function isProven(
  { upstream, upstreamAccount, account }: Context,
  { step }: StepPlan,
): boolean {
  if (upstream === null || upstreamAccount === null || !upstream.steps.includes(step)) return false;
  return step === 'account' || account.ref === upstreamAccount.ref;
}

/** Whether no step of the route has been asked yet. */
export function isFirstQuestion(context: Context): boolean {
  const before = context.route?.steps.slice(0, context.position) ?? [];
  return before.every((step) => isDropped(context, step) || isProven(context, step));
}

/** Whether another step would be asked after this one, were there no account. */
export function hasMoreToAsk(context: Context): boolean {
  const after = context.route?.steps.slice(context.position + 1) ?? [];
  return after.some((step) => !isDropped(context, step));
}

/** How long answers about the next step are held back: not where it is proved, or will be told, who exists. */
export function floorOf(context: Context): number {
  const { route, position, floorMs } = context;
  const isTold = route?.steps[position]?.step === 'account' && !hasMoreToAsk(context);
  return isTold || isProvedToExist(context) ? 0 : floorMs;
}

function isProvedToExist({ accepted, account, upstreamAccount }: Context): boolean {
  const isVouchedFor = account.ref !== null && account.ref === upstreamAccount?.ref;
  return isVouchedFor || accepted.some((step) => step !== 'account');
}

/** Whether every step of the route was accepted, but for those the verdict spares the caller. */
export function isThrough(context: Context): boolean {
  const { route, accepted } = context;
  return (
    route?.steps.every((plan) => accepted.includes(plan.step) || isDropped(context, plan)) ?? false
  );
}

/** What the caller has proved, an existing account given. */
function authOf(context: Context): Auth {
  const { account, accepted } = context;
  if (account.ref === null || !accepted.includes('account')) return 'none';
  const hasFactor = accepted.some((step) => FACTORS.has(step));
  return isThrough(context) && hasFactor ? 'verified' : 'identified';
}

/** The call with one more step accepted, which proves these words. */
export function accepting(
  context: Context,
  step: StepName,
  words: readonly Amr[],
): Partial<Context> {
  const accepted = [...context.accepted, step];
  const amr = [...new Set([...context.amr, ...words])];
  return { accepted, amr, auth: authOf({ ...context, accepted }) };
}
