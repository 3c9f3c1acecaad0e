// What the call chart is made of: what it may do and what it can ask. What it knows of a call is in context.ts;
// its states lie in the files beside this one, in the order in which a caller lives through them.

import { assign, emit, setup } from 'xstate';
import type { OwnPrompt, PromptId, Utterance, Word } from '../../prompts/catalogue.ts';
import { type Decision, decide } from '../../screening/policy.ts';
import { type Evidence, nothing } from '../../screening/verdict.ts';
import { type ChoiceResult, choiceMachine } from '../choice.machine.ts';
import { FILLER_MS } from '../filler.ts';
import { type HandOffResult, handOffMachine, type TransferNotice } from '../hand-off.machine.ts';
import type { LinePlan } from '../line-plan.ts';
import { oneTimeCodeMachine } from '../one-time-code.machine.ts';
import {
  AMR_OF_PROVEN_STEP,
  AMR_OF_STEP,
  type EndingReason,
  type StepOutcome,
} from '../outcome.ts';
import { ask } from '../port.ts';
import type { Secret } from '../secret.ts';
import { type StepResult, stepMachine } from '../step.machine.ts';
import type { AccountHandle } from '../verify-entry.machine.ts';
import {
  type CallEvent,
  type CallInput,
  type CallNotice,
  type CallResult,
  type Context,
  menuOf,
  type Screened,
  stepAt,
  triedAt,
  UNDECIDED,
  type UpstreamUse,
} from './context.ts';
import type { Resumption } from './resuming.ts';
import { accepting, isDropped, isProven, isThrough } from './standing.ts';

/** Joining the room has taken its share of the second in which a call is decided (headers come in 2 ms, 59 at most). */
const SCREENING_MS = 800;
const ANSWER_MS = 10_000;
const REFUSE_MS = 10_000;
const HANG_UP_MS = 10_000;
/** Longer than any farewell: a recording of 30 s and a goodbye, in each language. The call limit no longer runs then. */
const GOODBYE_MS = 90_000;

/** What the step that just ended gave back; an account only where it was asked for one. */
function stepResult(event: unknown): {
  kind: StepResult['kind'] | 'notPossible';
  tried: number;
  account?: AccountHandle | null;
} {
  return (event as { output: StepResult }).output;
}

/** What was chosen in the choice that just ended; null where nothing was. */
function chosen(event: unknown): string | null {
  return (event as { output: ChoiceResult }).output.choice;
}

export const callSetup = setup({
  types: {
    context: {} as Context,
    input: {} as CallInput,
    output: {} as CallResult,
    events: {} as CallEvent | TransferNotice,
    emitted: {} as CallNotice,
  },
  actors: {
    screen: ask<Screened, undefined>('screen'),
    lookUpCustomer: ask<AccountHandle, { customer: Secret }>('lookUpCustomer'),
    refuse: ask<void, undefined>('refuse'),
    answer: ask<void, undefined>('answer'),
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    hangUp: ask<void, undefined>('hangUp'),
    choice: choiceMachine,
    step: stepMachine,
    oneTimeCode: oneTimeCodeMachine,
    handOff: handOffMachine,
  },
  actions: {
    tellStepBegan: emit(({ context }) => ({
      type: 'step.began',
      step: stepAt(context)?.step ?? 'account',
    })),
    tellStepEnded: emit(({ context, event }) => ({
      type: 'step.ended',
      step: stepAt(context)?.step ?? 'account',
      outcome: stepResult(event).kind as StepOutcome,
      tries: stepResult(event).tried,
    })),
    keepScreened: assign(({ context: { plan }, event }) => {
      const { evidence, upstream } = (event as unknown as { output: Screened }).output;
      return { evidence, upstream, decision: decisionOn(plan, evidence) };
    }),
    giveUpScreening: assign(({ context: { plan } }, { for: why }: { for: Unscreened }) => {
      const evidence = unscreened(plan, why);
      return { evidence, decision: decisionOn(plan, evidence) };
    }),
    refuseUnanswered: assign({ decision: { action: 'refuse', wouldBe: null, rule: 'no-line' } }),
    tellScreened: emit(({ context: { evidence, decision } }) => ({
      type: 'call.screened',
      evidence,
      decision,
    })),
    keepCustomer: assign({
      upstreamAccount: ({ event }) => (event as unknown as { output: AccountHandle }).output,
    }),
    forgetUpstream: assign({ upstream: null, upstreamAccount: null }),
    tellUpstream: emit((_, { as }: { as: UpstreamUse }) => ({ type: 'upstream.judged', as })),
    tellStepSpared: emit(({ context }, { outcome }: { outcome: 'dropped' | 'upstream' }) => ({
      type: 'step.ended',
      step: stepAt(context)?.step ?? 'account',
      outcome,
      tries: 0,
    })),
    tellOutOfTries: emit(({ context }) => ({
      type: 'step.ended',
      step: stepAt(context)?.step ?? 'account',
      outcome: 'tooManyTries',
      tries: triedAt(context),
    })),
    acceptProven: assign(({ context }) => {
      const step = stepAt(context)?.step;
      if (step === undefined || context.upstreamAccount === null) return {};
      const known = { ...context, account: context.upstreamAccount };
      return { account: known.account, ...accepting(known, step, AMR_OF_PROVEN_STEP[step]) };
    }),
    tellVerified: emit(({ context: { account, accepted } }) => ({
      type: 'caller.verified',
      tally: account.tally,
      steps: accepted,
    })),
    tellAnswered: emit({ type: 'call.answered' }),
    tellHandOffBegan: emit({ type: 'handOff.began' }),
    tellHandOffEnded: emit({ type: 'handOff.ended' }),
    noteTransfer: assign({
      handOff: ({ event }): HandOffResult => {
        const { desk } = event as Extract<TransferNotice, { desk: string }>;
        return { outcome: 'unknown', desk, kind: 'transfer' };
      },
    }),
    forgetTransfer: assign({ handOff: null }),
    noteKeys: assign({ hasPressed: true }),
    noteOpening: assign({ opening: [] }),
    noteSilence: assign({ silentMs: (_, { ms }: { ms: number }) => ms }),
    keepLanguage: assign({
      locale: ({ context, event }) =>
        context.plan?.locales.find((locale) => locale === chosen(event)) ?? context.locale,
    }),
    keepRoute: assign({
      route: ({ context, event }) =>
        menuOf(context.plan).find((_, i) => choiceName(i) === chosen(event)) ?? null,
    }),
    keepAccount: assign({
      account: ({ context, event }) => stepResult(event).account ?? context.account,
    }),
    accept: assign(({ context }) => {
      const step = stepAt(context)?.step;
      return step === undefined ? {} : accepting(context, step, AMR_OF_STEP[step]);
    }),
    moveOn: assign({ position: ({ context }) => context.position + 1 }),
    fail: assign({ auth: 'failed' }),
    forgetProof: assign({ amr: [] }),
    forgetStanding: assign({ auth: 'none', amr: [] }),
    endAs: assign({ reason: (_, { reason }: { reason: EndingReason }) => reason }),
    speak: assign((_, words: { comfort?: Utterance; farewell?: Utterance }) => words),
    speakClosure: assign({
      farewell: ({ context: { plan } }) =>
        plan?.closed == null ? [] : inEveryLanguage(plan, plan.closed, 'goodbye'),
    }),
    speakToSilence: assign({
      farewell: ({ context: { plan } }) => inEveryLanguage(plan, 'nothing-heard', 'goodbye'),
    }),
    warnOfStranger: assign(
      ({ context: { plan } }, { inEveryLanguage: isInEvery }: { inEveryLanguage: boolean }) => {
        const say = (...words: readonly PromptId[]) =>
          isInEvery ? inEveryLanguage(plan, ...words) : words;
        return {
          comfort: say('not-private', 'connecting-operator'),
          farewell: say('not-private', 'goodbye'),
        };
      },
    ),
    sayConnecting: assign({ comfort: ({ context }) => [...context.opening, 'connecting'] }),
    chooseRejectDesk: assign({
      desk: ({ context: { plan } }) =>
        plan === null || plan.screening.onReject === 'refuse' ? null : plan.screening.onReject.desk,
    }),
    chooseDesk: assign({ desk: ({ context }) => context.route?.desk ?? null }),
    chooseOperator: assign({ desk: ({ context }) => context.plan?.operator ?? null }),
    keepHandOff: assign({
      handOff: ({ event }) => (event as unknown as { output: HandOffResult }).output,
    }),
  },
  guards: {
    hasLine: ({ context }) => context.plan !== null,
    isResumed: ({ context: { plan, resumed } }) => plan !== null && resumed !== null,
    isResumedIn: ({ context }, { stage }: { stage: Resumption['stage'] }) =>
      context.resumed?.stage === stage,
    isResumedInSteps: ({ context: { resumed, route } }) =>
      resumed?.stage === 'steps' && route !== null,
    isRefused: ({ context }) => context.decision.action === 'refuse',
    isRouted: ({ context }) => context.decision.action === 'route',
    hasUpstream: ({ context: { upstream, route } }) =>
      upstream !== null && (route?.steps.length ?? 0) > 0,
    isKnownCustomer: ({ event }) =>
      (event as unknown as { output: AccountHandle }).output.ref !== null,
    isOtherAccount: ({ context: { account, upstreamAccount } }) =>
      upstreamAccount !== null && account.ref !== null && account.ref !== upstreamAccount.ref,
    isSpared: ({ context }, { by }: { by: 'verdict' | 'upstream' }) => {
      const step = stepAt(context);
      if (step === undefined) return false;
      return by === 'verdict' ? isDropped(context, step) : isProven(context, step);
    },
    isUnwelcomed: ({ context }) =>
      context.opening.length > 0 &&
      (stepAt(context)?.step === 'oneTimeCode' || isOutOfTries(context)),
    isClosed: ({ context }) => context.plan?.closed != null,
    hasLanguages: ({ context }) => (context.plan?.locales.length ?? 0) > 1,
    hasNotice: ({ context }) => context.plan?.notice != null,
    hasMenu: ({ context }) => menuOf(context.plan).length > 0,
    hasOperator: ({ context }) => context.plan?.operator != null,
    isVerified: ({ context }) => context.auth === 'verified',
    isWhole: ({ context }) =>
      isThrough(context) && (context.route?.steps.length === 0 || context.account.ref !== null),
    isOutOfTries: ({ context }) => isOutOfTries(context),
    hasStepsLeft: ({ context }) => stepAt(context) !== undefined,
    isCodeNext: ({ context }) => stepAt(context)?.step === 'oneTimeCode',
    isStepResult: ({ event }, { kind }: { kind: StepResult['kind'] | 'notPossible' }) =>
      stepResult(event).kind === kind,
    isAccepted: ({ context, event }) => {
      const { kind, account } = stepResult(event);
      return kind === 'accepted' && (account ?? context.account).ref !== null;
    },
    isChosen: ({ event }) => chosen(event) !== null,
    isOperatorChosen: ({ event }) => chosen(event) === 'operator',
    isChoiceResult: ({ event }, { kind }: { kind: 'noInput' | 'tooManyTries' | 'stranger' }) =>
      (event as unknown as { output: ChoiceResult }).output.kind === kind,
    isSilentChoice: ({ event }) => {
      const { kind, lastCause } = (event as unknown as { output: ChoiceResult }).output;
      return kind === 'tooManyTries' && lastCause === 'noInput';
    },
    isTransferPending: ({ context }) => context.handOff?.outcome === 'unknown',
    isHandOff: ({ event }, { outcome }: { outcome: HandOffResult['outcome'] }) =>
      (event as unknown as { output: HandOffResult }).output.outcome === outcome,
  },
  delays: {
    screening: SCREENING_MS,
    customer: ({ context }) => context.plan?.backendMs ?? 0,
    filler: FILLER_MS,
    answer: ANSWER_MS,
    refuse: REFUSE_MS,
    hangUp: HANG_UP_MS,
    goodbye: GOODBYE_MS,
    callLimit: ({ context: { plan, resumed } }) =>
      Math.max(0, (plan?.maxCallMs ?? 0) - (resumed?.underwayMs ?? 0)),
  },
});

/** Why no verdict came: too late, which the line's policy judges, or unreadable, which anybody could bring about. */
type Unscreened = 'timeout' | 'unreadable';

function unscreened(plan: LinePlan | null, why: Unscreened): Evidence {
  if (plan?.screening.mode === 'off') return nothing('off');
  return nothing(why, why === 'timeout' ? plan?.screening.onTimeout : 'error');
}

function decisionOn(plan: LinePlan | null, evidence: Evidence): Decision {
  return plan === null ? UNDECIDED : decide(plan.screening, evidence);
}

/** Whether the worker before was lost with the last try at the next step under way. */
function isOutOfTries(context: Context): boolean {
  return triedAt(context) >= (stepAt(context)?.tries ?? Infinity);
}

/** A choice from the menu is told by its place, never by its key. */
export function choiceName(place: number): string {
  return `choice ${place + 1}`;
}

/** The same words in each language of a line: for who has not chosen one yet. */
function inEveryLanguage(
  plan: LinePlan | null,
  ...words: readonly (PromptId | OwnPrompt)[]
): Utterance {
  const [, ...others] = plan?.locales ?? [];
  return [...words, ...others.flatMap((locale) => words.map((word): Word => `${locale}/${word}`))];
}
