// What the call chart knows of a call, what it is started with, and what it tells.

import type { Locale, Utterance } from '../../prompts/catalogue.ts';
import type { Decision } from '../../screening/policy.ts';
import type { Evidence } from '../../screening/verdict.ts';
import type { Commands } from '../collect-digits.machine.ts';
import type { HandOffResult } from '../hand-off.machine.ts';
import type { LinePlan, MenuChoice, Route, StepPlan } from '../line-plan.ts';
import type { Amr, Auth, Ending, EndingReason, StepName, StepOutcome } from '../outcome.ts';
import type { Secret } from '../secret.ts';
import type { AccountHandle, Challenge } from '../verify-entry.machine.ts';
import type { Resumption } from './resuming.ts';

export interface CallInput {
  /** What the dialled number's line asks; null where no line answers it. */
  readonly plan: LinePlan | null;
  /** The day of the call, YYYY-MM-DD (UTC). */
  readonly today: string;
  /**
   * How long an answer about an account takes at least while it is not proved that there is such an account
   * (1 s to 1.7 s, so that something is heard within two; 0: no answer is held back).
   */
  readonly floorMs: number;
  /** Where an answered call stood whose worker was lost; absent for a call from its beginning. */
  readonly resumption?: Resumption | undefined;
}

/** What an upstream system has proved of a customer: steps that need not be asked here. */
export interface UpstreamProof {
  readonly customer: Secret;
  readonly steps: readonly StepName[];
}

/** What was found out while it rings. */
export interface Screened {
  readonly evidence: Evidence;
  /** Null: there was no token, or it counts for nothing. */
  readonly upstream: UpstreamProof | null;
}

export interface CallResult {
  readonly ending: Ending;
  readonly auth: Auth;
  readonly amr: readonly Amr[];
  readonly handOff: HandOffResult | null;
}

/** The only events that may come in from outside: no result can be forged through them. */
export type CallEvent = { readonly type: 'caller.hungUp' | 'call.lost' | 'call.drain' };

/** What an observer may know as it happens. */
export type CallNotice =
  | {
      readonly type: 'call.screened';
      readonly evidence: Evidence;
      readonly decision: Decision;
    }
  /** What became of an upstream token that was good. */
  | { readonly type: 'upstream.judged'; readonly as: UpstreamUse }
  | { readonly type: 'call.answered' }
  | { readonly type: 'step.began'; readonly step: StepName }
  | {
      readonly type: 'step.ended';
      readonly step: StepName;
      readonly outcome: StepOutcome;
      readonly tries: number;
    }
  /** Once, when everything is proved; `tally`: what tries at the account are counted under; `steps`: accepted. */
  | {
      readonly type: 'caller.verified';
      readonly tally: string;
      readonly steps: readonly StepName[];
    }
  | { readonly type: 'handOff.began' }
  /** Its outcome is known, or known not to be. */
  | { readonly type: 'handOff.ended' };

/**
 * A good upstream token: taken over; or not, because its customer is unknown, could not be looked up in
 * time, or is somebody else than the account that was keyed.
 */
export type UpstreamUse = 'accepted' | 'unknown-customer' | 'unavailable' | 'other-account';

export interface Context {
  readonly plan: LinePlan | null;
  readonly today: string;
  readonly floorMs: number;
  /** The language of the call. */
  readonly locale: Locale;
  /** What the caller has to do; null until it is chosen from a menu. */
  readonly route: Route | null;
  /** What is still to be said before the first question. */
  readonly opening: Utterance;
  readonly evidence: Evidence;
  readonly decision: Decision;
  readonly upstream: UpstreamProof | null;
  /** The account of the customer that `upstream` names; null while it is not known. */
  readonly upstreamAccount: AccountHandle | null;
  /** Whether the caller has pressed any key. */
  readonly hasPressed: boolean;
  /** How long at most the caller has heard nothing since the last key or prompt, when the next step begins. */
  readonly silentMs: number;
  /** Steps accepted in this call. */
  readonly accepted: readonly StepName[];
  readonly position: number;
  /** Wrong tries that a worker before this one has counted, by step. */
  readonly tried: Readonly<Partial<Record<StepName, number>>>;
  /** The code that a worker before this one has sent last, and how many in all. */
  readonly code: SentCode | null;
  /** Whether this is a call that another worker has lost; until the caller has been told so. */
  readonly resumed: Resumption | null;
  /** The account that was keyed, or that an upstream system names; made up where there is none such. */
  readonly account: AccountHandle;
  readonly auth: Auth;
  readonly amr: readonly Amr[];
  readonly desk: string | null;
  readonly comfort: Utterance;
  readonly farewell: Utterance;
  readonly reason: EndingReason;
  /** How the hand-over ended; before that, `unknown` while the caller may have been moved. */
  readonly handOff: HandOffResult | null;
}

/** One-time codes that were sent in a call. `challenge`: of the last one; null where nobody can say. */
export interface SentCode {
  readonly challenge: Challenge | null;
  readonly sent: number;
}

export const NO_ACCOUNT: AccountHandle = {
  ref: null,
  otp: { available: false, to: null },
  tally: '',
};

export const stepAt = ({ route, position }: Context): StepPlan | undefined =>
  route?.steps[position];

/** Wrong tries at the next step, counted before this worker had the call. */
export function triedAt(context: Context): number {
  const step = stepAt(context)?.step;
  return step === undefined ? 0 : (context.tried[step] ?? 0);
}

/** Before anything is read. */
export const UNDECIDED: Decision = { action: 'accept', wouldBe: null, rule: 'off' };

/** What a line offers to choose from; nothing where every caller has the same to do. */
export function menuOf(plan: LinePlan | null): readonly MenuChoice[] {
  return plan === null || 'steps' in plan.route ? [] : plan.route;
}

export function routeOf(plan: LinePlan | null): Route | null {
  return plan !== null && 'steps' in plan.route ? plan.route : null;
}

/** What a caller may press instead of what is asked. */
export function commandsOf({ plan }: Context): Commands {
  return plan?.operator ? { '0': 'operator' } : {};
}
