// One thing the caller must get right: asked, collected, checked, asked again. One chart for every
// step; what differs is in its input. Promises at most `tries` checks; keys leave it only as a check.

import { assign, setup } from 'xstate';
import type { Utterance } from '../prompts/catalogue.ts';
import { type AskAgainCause, askAgainFor } from '../prompts/wording.ts';
import { type Collected, type Commands, collectDigitsMachine } from './collect-digits.machine.ts';
import type { StepPlan } from './line-plan.ts';
import { ask } from './port.ts';
import { Secret } from './secret.ts';

/** What the customer's system told us about an account; `ref` null: there is no such account. */
export interface AccountHandle {
  readonly ref: string | null;
  readonly otp: { readonly available: boolean; readonly to: string | null };
}

/** What an entry is checked against. */
export type Subject =
  | { readonly step: 'account' }
  | { readonly step: 'passcode'; readonly ref: string | null }
  | { readonly step: 'birthDate'; readonly ref: string | null }
  | { readonly step: 'oneTimeCode'; readonly challenge: string };

/**
 * The answer of a check. Only `accepted` verifies; `unknown` (no such account) is told to nobody;
 * `unavailable` is never said to the caller as "wrong".
 */
export type Verdict =
  | { readonly kind: 'accepted'; readonly account?: AccountHandle }
  | { readonly kind: 'unknown' | 'rejected' | 'unavailable' };

export interface StepInput {
  readonly plan: StepPlan;
  readonly subject: Subject;
  readonly prompt: Utterance;
  readonly commands: Commands;
  /** Tries used before, in this call. */
  readonly tried: number;
  /** Whether keys pressed before the first entry are dropped. */
  readonly fresh: boolean;
  /** Whether the caller has pressed any key in this call. */
  readonly hasPressed: boolean;
  /** Whether an unknown account may go on to the next step, so that nobody can probe for accounts. */
  readonly concealsUnknown: boolean;
  readonly verdictMs: number;
}

export interface StepResult {
  readonly kind:
    | 'accepted'
    | 'unknown'
    | 'tooManyTries'
    | 'noInput'
    | 'unavailable'
    | 'operator'
    | 'resend'
    | 'faulted';
  readonly tried: number;
  readonly account: AccountHandle | null;
}

/** Doubtful entries that are asked again without counting; the next ones count. */
const FREE_REPEATS = 3;
const FILLER_MS = 1000;

interface Context extends StepInput {
  readonly entry: Secret;
  readonly doubted: number;
  readonly account: AccountHandle | null;
  readonly lastCause: AskAgainCause | null;
}

type Finished = { readonly output: Collected };

function collected(event: unknown): Collected {
  return (event as Finished).output;
}

/** Whether the caller has pressed any key in this call, the entry that just ended included. */
function hasPressed(context: Context, event: unknown): boolean {
  const result = collected(event);
  return context.hasPressed || result.kind !== 'noInput' || result.hasPressed;
}

function verdict(event: unknown): Verdict {
  return (event as { readonly output: Verdict }).output;
}

export const stepMachine = setup({
  types: { context: {} as Context, input: {} as StepInput, output: {} as StepResult },
  actors: {
    collectDigits: collectDigitsMachine,
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    checkEntry: ask<Verdict, { entry: Secret; plan: StepPlan; subject: Subject }>('checkEntry'),
  },
  actions: {
    keepEntry: assign({
      entry: ({ event }) => {
        const result = collected(event);
        return result.kind === 'entered' ? result.entry : Secret.empty;
      },
      hasPressed: true,
    }),
    wipeEntry: ({ context }) => context.entry.wipe(),
    forgetEntry: assign({ entry: Secret.empty }),
    countTry: assign({ tried: ({ context }) => context.tried + 1 }),
    keepAccount: assign({
      account: ({ event }) => {
        const result = verdict(event);
        return result.kind === 'accepted' ? (result.account ?? null) : null;
      },
    }),
    countDoubt: assign({ doubted: ({ context }) => context.doubted + 1 }),
    askAgain: assign({
      prompt: ({ context }, { cause }: { cause: AskAgainCause }) =>
        askAgainFor(context.plan.step, cause),
      lastCause: (_, { cause }) => cause,
      hasPressed: ({ context, event }) => hasPressed(context, event),
      fresh: true,
    }),
  },
  guards: {
    isEntered: ({ event }) => collected(event).kind === 'entered',
    isOperator: ({ event }) => {
      const result = collected(event);
      return result.kind === 'command' && result.command === 'operator';
    },
    isResend: ({ event }) => {
      const result = collected(event);
      return result.kind === 'command' && result.command === 'resend';
    },
    isFreeDoubt: ({ context, event }) =>
      collected(event).kind === 'doubtful' && context.doubted < FREE_REPEATS,
    isSilentAgain: ({ context, event }) =>
      context.lastCause === 'noInput' && !hasPressed(context, event),
    hasCause: ({ event }, { cause }: { cause: AskAgainCause }) => collected(event).kind === cause,
    hasTriesLeft: ({ context }) => context.tried < context.plan.tries,
    isVerdict: ({ event }, { kind }: { kind: Verdict['kind'] }) => verdict(event).kind === kind,
    isConcealed: ({ context, event }) =>
      context.concealsUnknown && verdict(event).kind === 'unknown',
  },
  delays: {
    filler: FILLER_MS,
    verdict: ({ context }) => context.verdictMs,
  },
}).createMachine({
  id: 'step',
  description: 'One thing the caller must get right: ask, collect, check, ask again.',
  context: ({ input }) => ({
    ...input,
    entry: Secret.empty,
    doubted: 0,
    account: null,
    lastCause: null,
  }),
  output: ({ context, event }) => ({
    kind: event.output as StepResult['kind'],
    tried: context.tried,
    account: context.account,
  }),
  initial: 'asking',
  states: {
    asking: {
      description: 'The prompt is played and one entry collected.',
      invoke: {
        id: 'collectDigits',
        src: 'collectDigits',
        input: ({ context }) => ({
          prompt: context.prompt,
          rules: context.plan.rules,
          commands: context.commands,
          fresh: context.fresh,
        }),
        onDone: [
          { guard: 'isEntered', actions: ['keepEntry', 'countTry'], target: 'checking' },
          { guard: 'isOperator', target: 'operator' },
          { guard: 'isResend', target: 'resend' },
          {
            guard: 'isFreeDoubt',
            description: 'Asked again, not counted.',
            actions: ['countDoubt', { type: 'askAgain', params: { cause: 'doubtful' } }],
            target: 'asking',
            reenter: true,
          },
          {
            guard: 'isSilentAgain',
            description: 'Twice no input, and never a key in this call.',
            target: 'noInput',
          },
          ...(['noInput', 'tooShort', 'tooLong', 'doubtful'] as const).map((cause) => ({
            guard: { type: 'hasCause' as const, params: { cause } },
            actions: ['countTry' as const, { type: 'askAgain' as const, params: { cause } }],
            target: 'counting',
          })),
        ],
        onError: 'faulted',
      },
    },
    counting: {
      description: 'A try is used up.',
      always: [{ guard: 'hasTriesLeft', target: 'asking' }, { target: 'tooManyTries' }],
    },
    checking: {
      description:
        'The customer’s system is asked. Late answers of an earlier try never arrive here.',
      invoke: {
        id: 'checkEntry',
        src: 'checkEntry',
        input: ({ context }) => ({
          entry: context.entry,
          plan: context.plan,
          subject: context.subject,
        }),
        onDone: [
          {
            guard: { type: 'isVerdict', params: { kind: 'accepted' } },
            actions: 'keepAccount',
            target: 'accepted',
          },
          { guard: { type: 'isVerdict', params: { kind: 'unavailable' } }, target: 'unavailable' },
          {
            guard: 'isConcealed',
            description: 'No such account, and the caller is not told: the next step will fail.',
            target: 'unknown',
          },
          { actions: { type: 'askAgain', params: { cause: 'rejected' } }, target: 'counting' },
        ],
        onError: 'faulted',
      },
      exit: ['wipeEntry', 'forgetEntry'],
      after: { verdict: 'unavailable' },
      initial: 'quiet',
      states: {
        quiet: { after: { filler: 'reassuring' } },
        reassuring: {
          description: 'Nobody should wonder whether the line is dead.',
          invoke: {
            id: 'playPrompt',
            src: 'playPrompt',
            input: { utterance: ['one-moment'] },
            onError: 'quiet',
          },
        },
      },
    },
    accepted: { type: 'final', output: 'accepted' },
    unknown: { type: 'final', output: 'unknown' },
    tooManyTries: { type: 'final', output: 'tooManyTries' },
    noInput: { type: 'final', output: 'noInput' },
    unavailable: { type: 'final', output: 'unavailable' },
    operator: { type: 'final', output: 'operator' },
    resend: { type: 'final', output: 'resend' },
    faulted: { type: 'final', output: 'faulted' },
  },
});
