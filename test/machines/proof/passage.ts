// A call's way through the gate and its steps, as a path and a storm alike can tell it; and the course it
// ought to take, worked out anew from what was given and answered. Knows no state of a chart.

import type { CallNotice, CallResult, Screened } from '../../../src/machines/call.machine.ts';
import type { Proof } from '../../../src/machines/hand-off.machine.ts';
import type { LinePlan, Route, StepPlan } from '../../../src/machines/line-plan.ts';
import {
  AMR_OF_PROVEN_STEP,
  AMR_OF_STEP,
  type Amr,
  type Auth,
  FACTORS,
  type StepName,
} from '../../../src/machines/outcome.ts';
import type { AccountHandle } from '../../../src/machines/verify-entry.machine.ts';
import type { Evidence } from '../../../src/screening/verdict.ts';
import { dueTo } from './policy-table.ts';

/** What came of a step that was asked, and of which account. */
export type Keyed = { readonly kind: 'accepted' | 'unknown'; readonly ref: string | null };

export interface Passage {
  readonly plan: LinePlan | null;
  /** What the caller has to do; null where it was never chosen. */
  readonly route: Route | null;
  /** What the call had to be decided by; null: it ended before. */
  readonly evidence: Evidence | null;
  readonly proof: Screened['upstream'];
  readonly isAnswered: boolean;
  readonly isRefused: boolean;
  /** Whether the caller was asked anything, or the backend about the caller. */
  readonly isAsked: boolean;
  /** The customers that were looked up, and what came of it; `open`: nothing yet. */
  readonly lookedUp: readonly string[];
  readonly customer: AccountHandle | 'unavailable' | 'open';
  /** Null: nothing came of it. */
  keyed(step: StepName): Keyed | null;
  /** The accounts about which something was asked; null: none that exists. */
  readonly refs: readonly (string | null)[];
  readonly desks: readonly { readonly desk: string; readonly proof: Proof }[];
  readonly told: readonly CallNotice[];
  /** Null: not over yet. */
  readonly result: CallResult | null;
}

export interface Due {
  readonly step: StepName;
  readonly how: 'asked' | 'dropped' | 'upstream';
}

export interface Course {
  /** What becomes of each step, up to the first that was asked in vain. */
  readonly steps: readonly Due[];
  /** Steps that count, in their order, and the words that they prove. */
  readonly accepted: readonly StepName[];
  readonly amr: readonly Amr[];
  readonly account: string | null;
  /** Whether every step was accepted but for those that were dropped. */
  readonly isThrough: boolean;
}

export function courseOf(passage: Passage): Course {
  const { route, customer, proof } = passage;
  const vouchedFor = typeof customer === 'string' ? null : customer.ref;
  const steps: Due[] = [];
  const accepted: StepName[] = [];
  const amr = new Set<Amr>();
  let account: string | null = null;
  let isThrough = route !== null;
  const accept = (step: StepName, words: readonly Amr[]) => {
    accepted.push(step);
    for (const word of words) amr.add(word);
  };
  for (const plan of route?.steps ?? []) {
    const { step } = plan;
    const isVouched = vouchedFor !== null && (proof?.steps.includes(step) ?? false);
    if (isVouched && (step === 'account' || account === vouchedFor)) {
      steps.push({ step, how: 'upstream' });
      account = vouchedFor;
      accept(step, AMR_OF_PROVEN_STEP[step]);
    } else if (isDropped(passage, plan)) steps.push({ step, how: 'dropped' });
    else {
      steps.push({ step, how: 'asked' });
      const keyed = passage.keyed(step);
      account = keyed?.ref ?? account;
      const isAccepted = keyed?.kind === 'accepted' && account !== null;
      if (isAccepted) accept(step, AMR_OF_STEP[step]);
      else isThrough = false;
      if (keyed?.kind !== 'unknown' && !isAccepted) break;
    }
  }
  return { steps, accepted, amr: [...amr], account, isThrough };
}

/** What somebody who came so far has proved. */
export function provedBy({ account, accepted, isThrough }: Course): Auth {
  if (account === null || !accepted.includes('account')) return 'none';
  return isThrough && accepted.some((step) => FACTORS.has(step)) ? 'verified' : 'identified';
}

/** Whether the step names the very verdict, and the line goes by it. */
export function isDropped(
  { plan, evidence }: Pick<Passage, 'plan' | 'evidence'>,
  { droppedBy }: StepPlan,
): boolean {
  if (plan?.screening.mode !== 'enforce' || evidence === null) return false;
  const { verdict, level } = evidence;
  const label = verdict === 'passed' && level !== null ? `passed-${level}` : verdict;
  return droppedBy.some((word) => word === label);
}

/** What the policy of the line makes of the call; null: it was never decided. */
export function actionOf({ plan, evidence }: Passage) {
  return plan === null || evidence === null ? null : dueTo(plan.screening, evidence).action;
}

/** A desk and all that may take a call instead of it. */
export function chainFrom(plan: LinePlan | null, first: string | null): ReadonlySet<string> {
  const chain = new Set<string>();
  for (let desk = first; desk && !chain.has(desk); desk = plan?.desks[desk]?.otherwise ?? null)
    chain.add(desk);
  return chain;
}

/** Where a line sends whom it neither takes nor refuses; null: it has no such desk. */
export function rejectDeskOf(plan: LinePlan | null): string | null {
  const onReject = plan?.screening.onReject;
  return typeof onReject === 'object' ? onReject.desk : null;
}
