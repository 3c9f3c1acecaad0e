// Going on with an answered call whose worker was lost: what of it is worth keeping, and where it goes on.
// Promises that nothing counts as proved that was not proved before, that tries and codes count on, and
// that who failed stays failed.

import type { Locale, Utterance } from '../../prompts/catalogue.ts';
import type { Decision } from '../../screening/policy.ts';
import type { Evidence } from '../../screening/verdict.ts';
import type { LinePlan, MenuChoice, Route } from '../line-plan.ts';
import type { Amr, Auth, EndingReason, StepName } from '../outcome.ts';
import type { AccountHandle } from '../verify-entry.machine.ts';
import { type Context, menuOf, NO_ACCOUNT, routeOf, type SentCode } from './context.ts';
import { isThrough } from './standing.ts';
import { callSetup } from './vocabulary.ts';

/** What a call has proved, as far as it has come. */
export interface Progress {
  /** Steps gone through, asked or spared. */
  readonly position: number;
  readonly accepted: readonly StepName[];
  readonly account: AccountHandle;
  readonly auth: Auth;
  readonly amr: readonly Amr[];
}

/** Where an answered call stands. Holds no key and no number. */
export interface Resumption {
  /** What the caller lives through: the welcome, the steps, the way to a desk, the last words. */
  readonly stage: 'welcome' | 'steps' | 'handingOff' | 'closing';
  readonly locale: Locale;
  readonly evidence: Evidence;
  readonly decision: Decision;
  /** What was chosen from the menu, by its place; null where nothing was. */
  readonly choice: number | null;
  readonly hasPressed: boolean;
  /** Null: nothing counts any more, and the first step comes first. */
  readonly progress: Progress | null;
  /** Wrong tries so far, by step. */
  readonly tried: Readonly<Partial<Record<StepName, number>>>;
  readonly code: SentCode | null;
  /** Where the call goes, on its way to a desk that the steps have not led to, or to its end. */
  readonly way: {
    readonly desk: string | null;
    readonly reason: EndingReason;
    readonly farewell: Utterance;
  } | null;
  /** How long it has lasted since the answer. */
  readonly underwayMs: number;
}

/** The part of it that the chart of a running call knows; null before the answer, and after the end. */
export function standingOf(
  context: Context,
  isIn: (state: string) => boolean,
): Pick<
  Resumption,
  'stage' | 'locale' | 'evidence' | 'decision' | 'choice' | 'hasPressed' | 'progress' | 'way'
> | null {
  // Nothing has been said yet: what was to be gone on with still is.
  if (isIn('underway.answering')) return context.resumed;
  const stage = stageOf(isIn);
  if (stage === null) return null;
  const { locale, evidence, decision, hasPressed, desk, reason, farewell } = context;
  // The operator may be the desk of the route as well.
  const isLedBySteps = stage === 'handingOff' && desk === context.route?.desk && isThrough(context);
  return {
    stage: isLedBySteps ? 'steps' : stage,
    locale,
    evidence,
    decision,
    choice: choiceOf(context),
    hasPressed,
    progress: {
      position: context.position,
      accepted: context.accepted,
      account: context.account,
      auth: context.auth,
      amr: context.amr,
    },
    way:
      isLedBySteps || stage === 'welcome' || stage === 'steps' ? null : { desk, reason, farewell },
  };
}

function stageOf(isIn: (state: string) => boolean): Resumption['stage'] | null {
  if (isIn('closing.sayingGoodbye') || isIn('closing.hangingUp')) return 'closing';
  if (['handingOff', 'screenedAway', 'turningAway'].some((state) => isIn(`underway.${state}`))) {
    return 'handingOff';
  }
  if (isIn('underway.steps')) return 'steps';
  return isIn('underway.welcoming') ? 'welcome' : null;
}

function choiceOf({ plan, route }: Context): number | null {
  const place = menuOf(plan).indexOf(route as MenuChoice);
  return place < 0 ? null : place;
}

const GOODBYE: Utterance = ['goodbye'];

/** What a call begins with that goes on where another was lost. */
export function resumed(plan: LinePlan | null, resumption: Resumption): Partial<Context> {
  const { locale, evidence, decision, hasPressed, progress, tried, code, way } = resumption;
  const chosen = resumption.choice === null ? null : (menuOf(plan)[resumption.choice] ?? null);
  const route: Route | null = routeOf(plan) ?? chosen;
  return {
    locale: plan?.locales.includes(locale) === true ? locale : (plan?.locales[0] ?? locale),
    route,
    opening: ['sorry-for-the-pause'],
    evidence,
    decision,
    hasPressed,
    tried,
    code,
    ...(progress === null
      ? { position: 0, accepted: [], account: NO_ACCOUNT, auth: 'none' as const, amr: [] }
      : progress),
    ...(way !== null && {
      desk: way.desk,
      reason: way.reason,
      comfort: ['sorry-for-the-pause', 'connecting-operator'] as const,
      farewell: [
        'sorry-for-the-pause' as const,
        ...(way.farewell.length > 0 ? way.farewell : GOODBYE),
      ],
    }),
    resumed: resumption,
  };
}

export const resuming = callSetup.createStateConfig({
  description: 'Another worker was lost in the middle of this call: it goes on where it was.',
  always: [
    {
      guard: { type: 'isResumedIn', params: { stage: 'closing' } },
      target: '#call.closing.sayingGoodbye',
    },
    { guard: { type: 'isResumedIn', params: { stage: 'handingOff' } }, target: 'handingOff' },
    { guard: 'isResumedInSteps', target: '#call.underway.steps.choosing' },
    { target: 'welcoming' },
  ],
});
