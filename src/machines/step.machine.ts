// One thing the caller must get right: asked, collected, verified, asked again. One chart for every step;
// what differs is in its input. Promises at most `tries` verifications; keys leave it only as a check.

import { assign, setup } from 'xstate';
import type { Locale, Utterance } from '../prompts/catalogue.ts';
import { type AskAgainCause, askAgainFor } from '../prompts/wording.ts';
import {
  type Commands,
  collectDigitsMachine,
  collected,
  hasPressed,
} from './collect-digits.machine.ts';
import type { StepPlan } from './line-plan.ts';
import { Secret } from './secret.ts';
import {
  type AccountHandle,
  type Subject,
  type VerifyEntryResult,
  verifyEntryMachine,
} from './verify-entry.machine.ts';

export interface StepInput {
  readonly plan: StepPlan;
  readonly subject: Subject;
  readonly prompt: Utterance;
  readonly commands: Commands;
  readonly locale: Locale;
  /** The day of the call, YYYY-MM-DD. */
  readonly today: string;
  /** Tries used before, in this call. */
  readonly tried: number;
  /** Whether keys pressed before the first entry are dropped. */
  readonly fresh: boolean;
  /** Whether the caller has pressed any key in this call. */
  readonly hasPressed: boolean;
  /** Whether an unknown account may go on to the next step, so that nobody can probe for accounts. */
  readonly concealsUnknown: boolean;
  readonly verdictMs: number;
  /** How long after a question its answer is told at the earliest; 0: at once. */
  readonly floorMs: number;
}

export interface StepResult {
  readonly kind:
    | 'accepted'
    | 'unknown'
    | 'tooManyTries'
    | 'lockedOut'
    | 'noInput'
    | 'unavailable'
    | 'storeLost'
    | 'operator'
    | 'resend'
    | 'stranger'
    | 'faulted';
  readonly tried: number;
  readonly account: AccountHandle | null;
}

/** Entries that were doubtful, or that the caller took back, asked again without counting; more count. */
const FREE_REPEATS = 3;

interface Context extends StepInput {
  readonly entry: Secret;
  readonly repeated: number;
  /** How often each cause was told. */
  readonly told: Readonly<Partial<Record<AskAgainCause, number>>>;
  readonly account: AccountHandle | null;
  readonly lastCause: AskAgainCause | null;
}

/** Causes that are known at the last key of an entry; the caller may still be keying then. */
const KNOWN_AT_ONCE: ReadonlySet<AskAgainCause | null> = new Set<AskAgainCause>([
  'doubtful',
  'tooLong',
  'mistyped',
  'noSuchDate',
  'rejected',
]);

/** Whether keys may be left of the entry before: nothing is left of one that `#` or silence has ended. */
function mayBeKeying({ lastCause, plan: { rules } }: Context): boolean {
  return rules.minLength === rules.maxLength && KNOWN_AT_ONCE.has(lastCause);
}

function verified(event: unknown): VerifyEntryResult {
  return (event as { readonly output: VerifyEntryResult }).output;
}

export const stepMachine = setup({
  types: { context: {} as Context, input: {} as StepInput, output: {} as StepResult },
  actors: { collectDigits: collectDigitsMachine, verifyEntry: verifyEntryMachine },
  actions: {
    keepEntry: assign({
      entry: ({ event }) => {
        const result = collected(event);
        return result.kind === 'entered' ? result.entry : Secret.empty;
      },
    }),
    forgetEntry: assign({ entry: Secret.empty }),
    countTry: assign({ tried: ({ context }) => context.tried + 1 }),
    keepResult: assign({
      tried: ({ event }) => verified(event).tried,
      account: ({ event }) => verified(event).account,
    }),
    countRepeat: assign({ repeated: ({ context }) => context.repeated + 1 }),
    noteKeys: assign({ hasPressed: ({ context, event }) => hasPressed(context.hasPressed, event) }),
    askAgain: assign(({ context }, { cause }: { cause: AskAgainCause }) => {
      const before = context.told[cause] ?? 0;
      return {
        prompt: askAgainFor(context.subject, cause, before),
        told: { ...context.told, [cause]: before + 1 },
        lastCause: cause,
        fresh: true,
      };
    }),
  },
  guards: {
    isEntered: ({ event }) => collected(event).kind === 'entered',
    isCommand: ({ event }, { command }: { command: string }) => {
      const result = collected(event);
      return result.kind === 'command' && result.command === command;
    },
    isGivenUp: ({ event }, { as }: { as: 'stranger' | 'faulted' }) => collected(event).kind === as,
    isFreeDoubt: ({ context, event }) =>
      collected(event).kind === 'doubtful' && context.repeated < FREE_REPEATS,
    isSilentAgain: ({ context, event }) =>
      context.lastCause === 'noInput' && !hasPressed(context.hasPressed, event),
    hasCause: ({ event }, { cause }: { cause: AskAgainCause }) => collected(event).kind === cause,
    isResult: ({ event }, { kind }: { kind: VerifyEntryResult['kind'] }) =>
      verified(event).kind === kind,
    isFreeCorrection: ({ context, event }) =>
      verified(event).kind === 'reentered' && context.repeated < FREE_REPEATS,
    isConcealed: ({ context, event }) =>
      context.concealsUnknown && verified(event).kind === 'unknown',
    hasTriesLeft: ({ context }) => context.tried < context.plan.tries,
  },
}).createMachine({
  id: 'step',
  description: 'One thing the caller must get right: ask, collect, verify, ask again.',
  context: ({ input }) => ({
    ...input,
    entry: Secret.empty,
    repeated: 0,
    told: {},
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
          again: mayBeKeying(context),
        }),
        onDone: [
          { guard: 'isEntered', actions: ['keepEntry', 'noteKeys'], target: 'verifying' },
          { guard: { type: 'isCommand', params: { command: 'operator' } }, target: 'operator' },
          { guard: { type: 'isCommand', params: { command: 'resend' } }, target: 'resend' },
          ...(['stranger', 'faulted'] as const).map((as) => ({
            guard: { type: 'isGivenUp' as const, params: { as } },
            target: as,
          })),
          {
            guard: 'isFreeDoubt',
            description: 'Asked again, not counted.',
            actions: [
              'countRepeat',
              'noteKeys',
              { type: 'askAgain', params: { cause: 'doubtful' } },
            ],
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
            actions: [
              'countTry' as const,
              'noteKeys' as const,
              { type: 'askAgain' as const, params: { cause } },
            ],
            target: 'counting',
          })),
        ],
        onError: 'faulted',
      },
    },
    verifying: {
      description: 'The entry is looked at, read back where the line wants that, and checked.',
      invoke: {
        id: 'verifyEntry',
        src: 'verifyEntry',
        input: ({ context }) => ({
          entry: context.entry,
          subject: context.subject,
          check: context.plan.check,
          readBack: context.plan.readBack,
          commands: context.commands,
          tried: context.tried,
          locale: context.locale,
          today: context.today,
          verdictMs: context.verdictMs,
          floorMs: context.floorMs,
        }),
        onDone: [
          {
            guard: 'isConcealed',
            description: 'No such account, and the caller is not told: the next step will fail.',
            actions: 'keepResult',
            target: 'unknown',
          },
          ...(
            [
              'accepted',
              'lockedOut',
              'unavailable',
              'storeLost',
              'operator',
              'stranger',
              'faulted',
            ] as const
          ).map((kind) => ({
            guard: { type: 'isResult' as const, params: { kind } },
            actions: 'keepResult' as const,
            target: kind,
          })),
          {
            guard: 'isFreeCorrection',
            description: 'Asked again, not counted.',
            actions: ['countRepeat', { type: 'askAgain', params: { cause: 'reentered' } }],
            target: 'asking',
          },
          ...(['mistyped', 'noSuchDate'] as const).map((cause) => ({
            guard: { type: 'isResult' as const, params: { kind: cause } },
            actions: ['countTry' as const, { type: 'askAgain' as const, params: { cause } }],
            target: 'counting',
          })),
          ...(['reentered', 'unconfirmed'] as const).map((kind) => ({
            guard: { type: 'isResult' as const, params: { kind } },
            actions: [
              'countTry' as const,
              { type: 'askAgain' as const, params: { cause: 'reentered' as const } },
            ],
            target: 'counting',
          })),
          {
            description: 'Rejected, or no such account: told in the same words.',
            actions: ['keepResult', { type: 'askAgain', params: { cause: 'rejected' } }],
            target: 'counting',
          },
        ],
        onError: 'faulted',
      },
      exit: 'forgetEntry',
    },
    counting: {
      description: 'A try is used up.',
      always: [{ guard: 'hasTriesLeft', target: 'asking' }, { target: 'tooManyTries' }],
    },
    accepted: { type: 'final', output: 'accepted' },
    unknown: { type: 'final', output: 'unknown' },
    tooManyTries: { type: 'final', output: 'tooManyTries' },
    lockedOut: { type: 'final', output: 'lockedOut' },
    noInput: { type: 'final', output: 'noInput' },
    unavailable: { type: 'final', output: 'unavailable' },
    storeLost: { type: 'final', output: 'storeLost' },
    operator: { type: 'final', output: 'operator' },
    resend: { type: 'final', output: 'resend' },
    stranger: { type: 'final', output: 'stranger' },
    faulted: { type: 'final', output: 'faulted' },
  },
});
