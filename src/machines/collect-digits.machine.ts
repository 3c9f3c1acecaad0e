// One entry by keypad: from the prompt to a judged entry. Promises a closed set of results, and that no key is
// used that a stranger in the room could have heard; knows nothing of what the digits mean. Keys stay in a
// Secret and come only through the keypad port.

import { and, assign, setup, stateIn } from 'xstate';
import type { Utterance } from '../prompts/catalogue.ts';
import { ask, listen } from './port.ts';
import { findStrangers, roomWatchMachine } from './room-watch.machine.ts';
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
  /** A `#` this soon after the key before an entry belongs to the entry before. */
  readonly latePoundMs: number;
  /**
   * Keys this soon after the key before belong to the entry before: at the beginning of an entry that is
   * asked again, and after a complete one where nothing can be keyed ahead.
   */
  readonly lateKeyMs: number;
  /** How often `*` on an empty entry plays the prompt once more. */
  readonly promptRepeats: number;
  /** Keys closer than this were not pressed by a person: a bridge made two of one. */
  readonly fastestKeyMs: number;
}

/** What a caller can ask for by one digit alone, followed by `#` or silence: its name by its key. */
export type Commands = Readonly<Record<string, string>>;

/**
 * `sinceLastMs`: time since the key before, whichever entry that belonged to; Infinity for the first.
 * `keys.missed`: the line was away, so that keys may be lost between those before and those after.
 */
export type KeyEvent =
  | { readonly type: 'keys.missed' }
  | { readonly type: 'digit.pressed'; readonly digit: Secret; readonly sinceLastMs: number }
  | { readonly type: 'star.pressed'; readonly sinceLastMs: number }
  | { readonly type: 'pound.pressed'; readonly sinceLastMs: number };

export interface CollectInput {
  readonly prompt: Utterance;
  readonly rules: EntryRules;
  readonly commands: Commands;
  /** Whether keys that were pressed before this entry are dropped. */
  readonly fresh: boolean;
  /** Whether something was wrong with the entry before: keys that may be left of it are dropped too. */
  readonly again: boolean;
}

export type Collected =
  | { readonly kind: 'entered'; readonly entry: Secret }
  | { readonly kind: 'command'; readonly command: string }
  /** `hasPressed`: keys came, but none of them was left (`*`). */
  | { readonly kind: 'noInput'; readonly hasPressed: boolean }
  | { readonly kind: 'tooShort' | 'tooLong' | 'doubtful' }
  /** `stranger`: somebody else was in the room. `faulted`: nobody can say whether somebody was. */
  | { readonly kind: 'stranger' | 'faulted' };

/** What the entry that has just ended came to; `event` is the done event of this chart. */
export function collected(event: unknown): Collected {
  return (event as { readonly output: Collected }).output;
}

/** Whether any key was pressed, in that entry or, as `before` tells, earlier in the call. */
export function hasPressed(before: boolean, event: unknown): boolean {
  const result = collected(event);
  return before || result.kind !== 'noInput' || result.hasPressed;
}

/** Longest entry that is kept; further keys of a too long entry are only counted as too long. */
const KEPT_KEYS = 31;

/** How long it may take to see that nobody else is in the room; an entry that cannot wait so long is not used. */
const PRIVACY_MS = 2000;
const LOOK_AGAIN_MS = 250;

interface Context extends CollectInput {
  readonly entry: Secret;
  readonly repeats: number;
  /** Whether any key came for this entry. */
  readonly hasPressed: boolean;
  /** Whether keys were dropped that belonged to the entry before. */
  readonly hadLateKeys: boolean;
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
    roomWatch: roomWatchMachine,
    findStrangers,
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
    wipeEntry: ({ context }) => context.entry.wipe(),
    noteLateKey: assign({ hadLateKeys: true }),
    clear: assign({ entry: Secret.empty, hasPressed: true }),
    countRepeat: assign({ repeats: ({ context }) => context.repeats + 1, hasPressed: true }),
  },
  guards: {
    isFresh: ({ context }) => context.fresh,
    hasStranger: (_, { strangers }: { strangers: readonly string[] }) => strangers.length > 0,
    isBargeable: ({ context }) => context.rules.bargeIn,
    isTooFast: ({ context, event }) =>
      'sinceLastMs' in event && event.sinceLastMs < context.rules.fastestKeyMs,
    isHastyTerminator: and(['isTerminator', 'isTooFast']),
    isLatePound: ({ context, event }) =>
      'sinceLastMs' in event && event.sinceLastMs <= context.rules.latePoundMs,
    isLateDigit: ({ context, event }) =>
      context.again &&
      !context.hasPressed &&
      'sinceLastMs' in event &&
      event.sinceLastMs < context.rules.lateKeyMs,
    isAlone: ({ context }) => !context.rules.typeAhead,
    isTerminator: ({ context }) => context.rules.terminator !== 'none',
    isPoundMissing: ({ context }) => context.rules.terminator === 'required',
    hasRepeatsLeft: ({ context }) => context.repeats < context.rules.promptRepeats,
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
    lateKey: ({ context }) => context.rules.lateKeyMs,
    privacy: PRIVACY_MS,
    nextLook: LOOK_AGAIN_MS,
  },
}).createMachine({
  id: 'collectDigits',
  description: 'One entry by keypad, from the prompt to a judged entry.',
  context: ({ input }) => ({
    ...input,
    entry: Secret.empty,
    repeats: 0,
    hasPressed: false,
    hadLateKeys: false,
  }),
  output: ({ event }) => event.output as Collected,
  invoke: {
    id: 'roomWatch',
    src: 'roomWatch',
    onDone: { description: 'Somebody else is in the room.', target: '.stranger' },
    onError: '.faulted',
  },
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
              always: { guard: 'isComplete', target: '#collectDigits.listening.complete' },
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
            'keys.missed': {
              description: 'Halves of an entry are never joined: it is asked again.',
              target: '#collectDigits.doubtful',
            },
          },
        },
        complete: {
          description: 'A fixed length is reached.',
          initial: 'deciding',
          states: {
            deciding: {
              always: [
                { guard: 'isAlone', target: 'settling' },
                { target: '#collectDigits.judging' },
              ],
            },
            settling: {
              description:
                'Nothing can be keyed ahead: one more key is no other entry, but one too many in this.',
              after: { lateKey: '#collectDigits.judging' },
              on: {
                'digit.pressed': [
                  { guard: 'isTooFast', target: '#collectDigits.doubtful' },
                  { target: '#collectDigits.tooLong' },
                ],
                'keys.missed': '#collectDigits.doubtful',
                'pound.pressed': '#collectDigits.judging',
                'star.pressed': {
                  description: 'Starts the entry again; no try is counted.',
                  actions: 'clear',
                  target: '#collectDigits.listening.awaitingFirstKey',
                },
              },
            },
          },
        },
      },
      on: {
        'digit.pressed': [
          {
            guard: 'isLateDigit',
            description: 'What is left of the entry that is asked again.',
            actions: 'noteLateKey',
          },
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
        { guard: 'isCommand', target: 'lookingAround' },
        { guard: 'isPoundMissing', target: 'tooShort' },
        { target: 'judging' },
      ],
    },
    judging: {
      description: 'The entry is taken as it stands.',
      always: [
        { guard: 'isCommand', target: 'lookingAround' },
        { guard: 'isTooShort', target: 'tooShort' },
        { guard: 'isTooLong', target: 'tooLong' },
        { target: 'lookingAround' },
      ],
    },
    lookingAround: {
      description:
        'The room once more, now that the last key is there: what is keyed is used only if nobody else is in it.',
      after: {
        privacy: { description: 'Nobody can say: it is not used.', target: 'faulted' },
      },
      initial: 'looking',
      states: {
        looking: {
          invoke: {
            id: 'findStrangers',
            src: 'findStrangers',
            onDone: [
              {
                guard: {
                  type: 'hasStranger',
                  params: ({ event }) => ({ strangers: event.output }),
                },
                target: '#collectDigits.stranger',
              },
              { guard: 'isCommand', target: '#collectDigits.commanded' },
              { target: '#collectDigits.entered' },
            ],
            onError: 'waiting',
          },
        },
        waiting: {
          description: 'The list could not be read.',
          after: { nextLook: 'looking' },
        },
      },
    },
    entered: {
      type: 'final',
      output: ({ context }): Collected => ({ kind: 'entered', entry: context.entry }),
    },
    commanded: {
      type: 'final',
      output: ({ context: { entry, commands } }): Collected => ({
        kind: 'command',
        command: commands[entry.reveal()] ?? '',
      }),
    },
    noInput: {
      type: 'final',
      output: ({ context }): Collected => ({
        kind: 'noInput',
        hasPressed: context.hasPressed || context.hadLateKeys,
      }),
    },
    tooShort: { type: 'final', output: { kind: 'tooShort' } },
    tooLong: { type: 'final', output: { kind: 'tooLong' } },
    doubtful: { type: 'final', output: { kind: 'doubtful' } },
    stranger: {
      description: 'What was keyed so far is overwritten, and what waits is dropped.',
      type: 'final',
      entry: ['wipeEntry', 'dropWaitingKeys'],
      output: { kind: 'stranger' },
    },
    faulted: {
      type: 'final',
      entry: ['wipeEntry', 'dropWaitingKeys'],
      output: { kind: 'faulted' },
    },
  },
});
