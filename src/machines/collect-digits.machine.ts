// One entry by keypad: from the prompt to a judged entry. Promises a closed set of results; knows
// nothing of what the digits mean. Keys stay in a Secret and come only through the keypad port.

import { and, assign, setup, stateIn } from 'xstate';
import type { Utterance } from '../prompts/catalogue.ts';
import { ask, listen } from './port.ts';
import { Secret } from './secret.ts';

/** How one entry is collected. Lengths in digits (1-30), times in milliseconds. */
export interface EntryRules {
  readonly minLength: number;
  readonly maxLength: number;
  /** `#`: may end an entry early, must end it, or means nothing. */
  readonly terminator: 'optional' | 'required' | 'none';
  readonly bargeIn: boolean;
  readonly typeAhead: boolean;
  /** End of the prompt to the first key. */
  readonly firstKeyMs: number;
  readonly nextKeyMs: number;
  /** First key to the end of the entry. */
  readonly entryMs: number;
}

/** What a caller can ask for by one digit alone, followed by `#` or silence. */
export type Command = 'operator' | 'resend';
export type Commands = Readonly<Record<string, Command>>;

/** `sinceLastMs`: time since the key before, whichever entry that belonged to; Infinity for the first. */
export type KeyEvent =
  | { readonly type: 'digit.pressed'; readonly digit: Secret; readonly sinceLastMs: number }
  | { readonly type: 'star.pressed'; readonly sinceLastMs: number }
  | { readonly type: 'pound.pressed'; readonly sinceLastMs: number };

export interface CollectInput {
  readonly prompt: Utterance;
  readonly rules: EntryRules;
  readonly commands: Commands;
  /** Whether keys that were pressed before this entry are dropped. */
  readonly fresh: boolean;
}

export type Collected =
  | { readonly kind: 'entered'; readonly entry: Secret }
  | { readonly kind: 'command'; readonly command: Command }
  /** `hasPressed`: keys came, but none of them was left (`*`). */
  | { readonly kind: 'noInput'; readonly hasPressed: boolean }
  | { readonly kind: 'tooShort' | 'tooLong' | 'doubtful' };

/** Two keys closer than this were not pressed by a person (a bridge repeated one). */
const FASTEST_KEY_MS = 40;
/** A `#` this soon after a complete fixed-length entry still belongs to that entry. */
const LATE_POUND_MS = 1500;
const PROMPT_REPEATS = 3;
/** Longest entry that is kept; further keys of a too long entry are only counted as too long. */
const KEPT_KEYS = 31;

interface Context extends CollectInput {
  readonly entry: Secret;
  readonly repeats: number;
  /** Whether any key came for this entry. */
  readonly hasPressed: boolean;
}

export const collectDigitsMachine = setup({
  types: {
    context: {} as Context,
    input: {} as CollectInput,
    output: {} as Collected,
    events: {} as KeyEvent,
  },
  actors: {
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    keypad: listen<{ dropWaiting: boolean }>('keypad'),
  },
  actions: {
    dropWaitingKeys: () => {
      throw new Error('port dropWaitingKeys is not provided');
    },
    append: assign({
      entry: ({ context, event }) =>
        event.type === 'digit.pressed' && context.entry.length < KEPT_KEYS
          ? context.entry.append(event.digit)
          : context.entry,
    }),
    clear: assign({ entry: Secret.empty, hasPressed: true }),
    countRepeat: assign({ repeats: ({ context }) => context.repeats + 1, hasPressed: true }),
  },
  guards: {
    isFresh: ({ context }) => context.fresh,
    isBargeable: ({ context }) => context.rules.bargeIn,
    isTooFast: ({ event }) => 'sinceLastMs' in event && event.sinceLastMs < FASTEST_KEY_MS,
    isHastyTerminator: and(['isTerminator', 'isTooFast']),
    isLatePound: ({ event }) => 'sinceLastMs' in event && event.sinceLastMs <= LATE_POUND_MS,
    isTerminator: ({ context }) => context.rules.terminator !== 'none',
    isPoundMissing: ({ context }) => context.rules.terminator === 'required',
    hasRepeatsLeft: ({ context }) => context.repeats < PROMPT_REPEATS,
    isDoubtful: stateIn({ listening: { entering: 'doubtful' } }),
    isComplete: ({ context: { entry, rules } }) =>
      rules.terminator !== 'required' &&
      rules.minLength === rules.maxLength &&
      entry.length === rules.maxLength,
    isCommand: ({ context: { entry, commands } }) =>
      entry.length === 1 && Object.hasOwn(commands, entry.reveal()),
    isTooShort: ({ context: { entry, rules } }) => entry.length < rules.minLength,
    isTooLong: ({ context: { entry, rules } }) => entry.length > rules.maxLength,
  },
  delays: {
    firstKey: ({ context }) => context.rules.firstKeyMs,
    nextKey: ({ context }) => context.rules.nextKeyMs,
    entry: ({ context }) => context.rules.entryMs,
  },
}).createMachine({
  id: 'collectDigits',
  description: 'One entry by keypad, from the prompt to a judged entry.',
  context: ({ input }) => ({ ...input, entry: Secret.empty, repeats: 0, hasPressed: false }),
  output: ({ event }) => event.output as Collected,
  initial: 'beginning',
  states: {
    beginning: {
      description: 'Keys pressed early wait for this entry, unless something went wrong before.',
      always: [
        { guard: 'isFresh', actions: 'dropWaitingKeys', target: 'opening' },
        { target: 'opening' },
      ],
    },
    opening: {
      description: 'The prompt begins, or begins once more.',
      always: [{ guard: 'isBargeable', target: 'listening' }, { target: 'announcing' }],
    },
    announcing: {
      description: 'A prompt that may not be interrupted: played to its end, keys wait.',
      invoke: {
        id: 'playPrompt',
        src: 'playPrompt',
        input: ({ context }) => ({ utterance: context.prompt }),
        onDone: 'listening.awaitingFirstKey',
      },
    },
    listening: {
      description: 'The keypad is open: waiting keys come first, then what is pressed now.',
      invoke: {
        id: 'keypad',
        src: 'keypad',
        input: ({ context }) => ({ dropWaiting: !context.rules.typeAhead }),
      },
      initial: 'prompting',
      states: {
        prompting: {
          description: 'The prompt is played; the first key stops it.',
          invoke: {
            id: 'playPrompt',
            src: 'playPrompt',
            input: ({ context }) => ({ utterance: context.prompt }),
            onDone: 'awaitingFirstKey',
          },
        },
        awaitingFirstKey: {
          description: 'Callers look for their card: more time than between keys.',
          after: { firstKey: '#collectDigits.noInput' },
        },
        entering: {
          description: 'From the first key to a complete entry, a `#` or silence.',
          initial: 'clear',
          states: {
            clear: {
              description: 'Nothing doubtful so far.',
              always: { guard: 'isComplete', target: '#collectDigits.judging' },
              after: { nextKey: '#collectDigits.lapsing' },
              on: {
                'digit.pressed': [
                  { guard: 'isTooFast', actions: 'append', target: 'doubtful' },
                  { actions: 'append', target: 'clear', reenter: true },
                ],
                'pound.pressed': [
                  { guard: 'isHastyTerminator', target: '#collectDigits.doubtful' },
                  { guard: 'isTerminator', target: '#collectDigits.judging' },
                ],
              },
            },
            doubtful: {
              description:
                'Two keys came closer than a person can press: the rest is taken and the entry asked again.',
              always: { guard: 'isComplete', target: '#collectDigits.doubtful' },
              after: { nextKey: '#collectDigits.doubtful' },
              on: {
                'digit.pressed': { actions: 'append', target: 'doubtful', reenter: true },
                'pound.pressed': { guard: 'isTerminator', target: '#collectDigits.doubtful' },
              },
            },
          },
          after: {
            entry: [
              { guard: 'isDoubtful', target: '#collectDigits.doubtful' },
              { target: '#collectDigits.lapsing' },
            ],
          },
          on: {
            'star.pressed': {
              description: 'Starts the entry again; no try is counted.',
              actions: 'clear',
              target: 'awaitingFirstKey',
            },
          },
        },
      },
      on: {
        'digit.pressed': [
          { guard: 'isTooFast', actions: 'append', target: '.entering.doubtful' },
          { actions: 'append', target: '.entering.clear' },
        ],
        'star.pressed': {
          description: 'On an empty entry: the prompt once more.',
          guard: 'hasRepeatsLeft',
          actions: 'countRepeat',
          target: 'opening',
        },
        'pound.pressed': [
          { guard: 'isLatePound', description: 'Belongs to the entry before this one.' },
          { guard: 'isTerminator', target: 'tooShort' },
        ],
      },
    },
    lapsing: {
      description: 'Silence or the time for an entry ended it: not enough where `#` must end it.',
      always: [
        { guard: 'isCommand', target: 'commanded' },
        { guard: 'isPoundMissing', target: 'tooShort' },
        { target: 'judging' },
      ],
    },
    judging: {
      description: 'The entry is taken as it stands.',
      always: [
        { guard: 'isCommand', target: 'commanded' },
        { guard: 'isTooShort', target: 'tooShort' },
        { guard: 'isTooLong', target: 'tooLong' },
        { target: 'entered' },
      ],
    },
    entered: {
      type: 'final',
      output: ({ context }): Collected => ({ kind: 'entered', entry: context.entry }),
    },
    commanded: {
      type: 'final',
      output: ({ context: { entry, commands } }): Collected => ({
        kind: 'command',
        command: commands[entry.reveal()] as Command,
      }),
    },
    noInput: {
      type: 'final',
      output: ({ context }): Collected => ({ kind: 'noInput', hasPressed: context.hasPressed }),
    },
    tooShort: { type: 'final', output: { kind: 'tooShort' } },
    tooLong: { type: 'final', output: { kind: 'tooLong' } },
    doubtful: { type: 'final', output: { kind: 'doubtful' } },
  },
});
