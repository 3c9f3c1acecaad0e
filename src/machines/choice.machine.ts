// One choice by one key: a language, an item of a menu, whether a read-back is right. Promises a closed
// set of results and at most `tries` wrong ones; tells which choice was made, never which key.

import { assign, setup } from 'xstate';
import type { Utterance } from '../prompts/catalogue.ts';
import { why } from '../prompts/wording.ts';
import {
  type Commands,
  collectDigitsMachine,
  collected,
  type EntryRules,
  hasPressed,
} from './collect-digits.machine.ts';

export interface ChoiceInput {
  /** Said once, before the choices are named for the first time. */
  readonly opening: Utterance;
  /** Names the choices and their keys. */
  readonly prompt: Utterance;
  /** The name of each choice by its key. */
  readonly choices: Commands;
  /** Whether keys pressed before the prompt are dropped. */
  readonly fresh: boolean;
  /** Whether the caller has pressed any key in this call. */
  readonly hasPressed: boolean;
}

export interface ChoiceResult {
  readonly kind: 'chosen' | 'noInput' | 'tooManyTries' | 'stranger' | 'faulted';
  /** Name of what was chosen; null where nothing was. */
  readonly choice: string | null;
  /** What was wrong last; null where nothing was. */
  readonly lastCause: ChoiceCause | null;
}

const TRIES = 3;
/** Doubtful keys that are asked for again without counting. */
const FREE_REPEATS = 3;

/** One key; `#` after it is welcome. */
const RULES: EntryRules = {
  minLength: 1,
  maxLength: 1,
  terminator: 'optional',
  bargeIn: true,
  typeAhead: true,
  firstKeyMs: 8000,
  nextKeyMs: 4000,
  entryMs: 40_000,
  latePoundMs: 1500,
  lateKeyMs: 1000,
  promptRepeats: 3,
  fastestKeyMs: 40,
};

/** Why a choice is offered again. */
export type ChoiceCause = 'noInput' | 'noMatch' | 'doubtful';

interface Context extends ChoiceInput {
  readonly tried: number;
  readonly doubted: number;
  /** How often it was asked again, by cause. */
  readonly asked: Readonly<Record<ChoiceCause, number>>;
  readonly lastCause: ChoiceCause | null;
  /** Said before the choices are named: the opening, later why they are named again. */
  readonly lead: Utterance;
  readonly choice: string | null;
}

export const choiceMachine = setup({
  types: { context: {} as Context, input: {} as ChoiceInput, output: {} as ChoiceResult },
  actors: { collectDigits: collectDigitsMachine },
  actions: {
    keepChoice: assign({
      choice: ({ event }) => {
        const result = collected(event);
        return result.kind === 'command' ? result.command : null;
      },
    }),
    countTry: assign({ tried: ({ context }) => context.tried + 1 }),
    countDoubt: assign({ doubted: ({ context }) => context.doubted + 1 }),
    askAgain: assign(({ context, event }, { cause }: { cause: ChoiceCause }) => ({
      lead: why(cause, context.asked[cause]),
      asked: { ...context.asked, [cause]: context.asked[cause] + 1 },
      lastCause: cause,
      hasPressed: hasPressed(context.hasPressed, event),
      fresh: true,
    })),
  },
  guards: {
    isChoice: ({ event }) => collected(event).kind === 'command',
    isNoInput: ({ event }) => collected(event).kind === 'noInput',
    isGivenUp: ({ event }, { as }: { as: 'stranger' | 'faulted' }) => collected(event).kind === as,
    isSilentAgain: ({ context, event }) =>
      context.lastCause === 'noInput' && !hasPressed(context.hasPressed, event),
    isDoubtful: ({ event }) => collected(event).kind === 'doubtful',
    isFreeDoubt: ({ context, event }) =>
      collected(event).kind === 'doubtful' && context.doubted < FREE_REPEATS,
    hasTriesLeft: ({ context }) => context.tried < TRIES,
  },
}).createMachine({
  id: 'choice',
  description: 'One choice by one key: a language, an item of a menu, yes or no to a read-back.',
  context: ({ input }) => ({
    ...input,
    tried: 0,
    doubted: 0,
    asked: { noInput: 0, noMatch: 0, doubtful: 0 },
    lastCause: null,
    lead: input.opening,
    choice: null,
  }),
  output: ({ context, event }) => ({
    kind: event.output as ChoiceResult['kind'],
    choice: context.choice,
    lastCause: context.lastCause,
  }),
  initial: 'asking',
  states: {
    asking: {
      description: 'The choices are named and one key is awaited.',
      invoke: {
        id: 'collectDigits',
        src: 'collectDigits',
        input: ({ context }) => ({
          prompt: [...context.lead, ...context.prompt],
          rules: RULES,
          commands: context.choices,
          fresh: context.fresh,
          again: context.lastCause === 'noMatch' || context.lastCause === 'doubtful',
        }),
        onDone: [
          { guard: 'isChoice', actions: 'keepChoice', target: 'chosen' },
          ...(['stranger', 'faulted'] as const).map((as) => ({
            guard: { type: 'isGivenUp' as const, params: { as } },
            target: as,
          })),
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
          {
            guard: 'isNoInput',
            actions: ['countTry', { type: 'askAgain', params: { cause: 'noInput' } }],
            target: 'counting',
          },
          {
            guard: 'isDoubtful',
            actions: ['countTry', { type: 'askAgain', params: { cause: 'doubtful' } }],
            target: 'counting',
          },
          {
            description: 'A key that stands for nothing.',
            actions: ['countTry', { type: 'askAgain', params: { cause: 'noMatch' } }],
            target: 'counting',
          },
        ],
        onError: 'faulted',
      },
    },
    counting: {
      description: 'A try is used up.',
      always: [{ guard: 'hasTriesLeft', target: 'asking' }, { target: 'tooManyTries' }],
    },
    chosen: { type: 'final', output: 'chosen' },
    noInput: { type: 'final', output: 'noInput' },
    tooManyTries: { type: 'final', output: 'tooManyTries' },
    stranger: { type: 'final', output: 'stranger' },
    faulted: { type: 'final', output: 'faulted' },
  },
});
