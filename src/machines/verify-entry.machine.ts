// One entry, from its last key to a verdict: looked at, read back, confirmed, checked. Promises that the
// customer's system is never asked about an entry that cannot be right or was not confirmed, and that
// the entry is wiped when this chart ends, however it does.

import { assign, type EventObject, fromCallback, setup } from 'xstate';
import type { Locale, Utterance } from '../prompts/catalogue.ts';
import { sayDate, sayDigits, unseen } from '../prompts/say.ts';
import { birthDate, type DateOrder } from './birth-date.ts';
import { type CheckDigits, isPlausible } from './check-digits.ts';
import { type ChoiceResult, choiceMachine } from './choice.machine.ts';
import type { Commands } from './collect-digits.machine.ts';
import { bridged, FILLER_MS } from './filler.ts';
import { ask } from './port.ts';
import { Secret } from './secret.ts';

/** What the customer's system told us about an account; `ref` null: there is no such account. */
export interface AccountHandle {
  readonly ref: string | null;
  readonly otp: { readonly available: boolean; readonly to: string | null };
}

/** What an entry is, and what it is checked against. */
export type Subject =
  | { readonly step: 'account' }
  | { readonly step: 'passcode'; readonly ref: string | null }
  | { readonly step: 'birthDate'; readonly ref: string | null; readonly order: DateOrder }
  | { readonly step: 'oneTimeCode'; readonly challenge: string };

/** A question to the customer's system; a birth date comes as YYYY-MM-DD, everything else as keyed. */
export interface CheckQuestion {
  readonly entry: Secret;
  readonly subject: Subject;
}

/**
 * The answer of a check. Only `accepted` verifies; `unknown` (no such account) is told to nobody;
 * `unavailable` is never said to the caller as "wrong".
 */
export type Verdict =
  | { readonly kind: 'accepted'; readonly account?: AccountHandle }
  | { readonly kind: 'unknown' | 'rejected' | 'unavailable' };

export interface VerifyEntryInput {
  readonly entry: Secret;
  readonly subject: Subject;
  readonly check: CheckDigits;
  readonly readBack: boolean;
  readonly commands: Commands;
  /** Tries used before this entry. */
  readonly tried: number;
  /** The language in which a date is read back. */
  readonly locale: Locale;
  /** The day of the call, YYYY-MM-DD. */
  readonly today: string;
  readonly verdictMs: number;
}

export interface VerifyEntryResult {
  /**
   * `noSuchDate`, `mistyped`: it cannot be right. `reentered`: the caller took it back. `unconfirmed`: the
   * caller neither confirmed it nor took it back.
   */
  readonly kind:
    | Verdict['kind']
    | 'noSuchDate'
    | 'mistyped'
    | 'reentered'
    | 'unconfirmed'
    | 'operator'
    | 'faulted';
  /** One more than before where the customer's system was asked. */
  readonly tried: number;
  readonly account: AccountHandle | null;
}

interface Context extends VerifyEntryInput {
  /** The entry as it is checked. */
  readonly value: Secret;
  /** The entry as it is read out. */
  readonly readOut: Secret;
  readonly account: AccountHandle | null;
}

function verdict(event: unknown): Verdict {
  return (event as { readonly output: Verdict }).output;
}

function choice(event: unknown): ChoiceResult {
  return (event as { readonly output: ChoiceResult }).output;
}

/** The entry as it is checked; null where the calendar has no such date of birth. */
function checkedForm({ entry, subject, today }: VerifyEntryInput): Secret | null {
  return subject.step === 'birthDate' ? birthDate(entry, subject.order, today) : entry;
}

/** A read-back may be answered with the key for the operator; other commands wait. */
function operatorOf(commands: Commands): Commands {
  return Object.fromEntries(Object.entries(commands).filter(([, name]) => name === 'operator'));
}

function readOutOf(value: Secret, { subject, locale }: VerifyEntryInput): Secret {
  const digits = value.reveal();
  return unseen(subject.step === 'birthDate' ? sayDate(digits, locale) : sayDigits(digits));
}

/** Overwrites secrets when the state that runs it is left, also because the call is over. */
const wipeAtTheEnd = fromCallback<EventObject, { readonly secrets: readonly Secret[] }>(
  ({ input: { secrets } }) =>
    () => {
      for (const secret of secrets) secret.wipe();
    },
);

export const verifyEntryMachine = setup({
  types: {
    context: {} as Context,
    input: {} as VerifyEntryInput,
    output: {} as VerifyEntryResult,
  },
  actors: {
    choice: choiceMachine,
    wipeAtTheEnd,
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    checkEntry: ask<Verdict, CheckQuestion>('checkEntry'),
  },
  actions: {
    keepAccount: assign({
      account: ({ event }) => {
        const result = verdict(event);
        return result.kind === 'accepted' ? (result.account ?? null) : null;
      },
    }),
    countTry: assign({ tried: ({ context }) => context.tried + 1 }),
    forget: assign({ entry: Secret.empty, value: Secret.empty, readOut: Secret.empty }),
  },
  guards: {
    isNoDate: ({ context: { subject, value } }) =>
      subject.step === 'birthDate' && value.length === 0,
    isMistyped: ({ context: { entry, check } }) => !isPlausible(entry, check),
    isReadBack: ({ context }) => context.readBack,
    isChosen: ({ event }, { name }: { name: string }) => choice(event).choice === name,
    isChoiceFaulted: ({ event }) => choice(event).kind === 'faulted',
    isVerdict: ({ event }, { kind }: { kind: Verdict['kind'] }) => verdict(event).kind === kind,
  },
  delays: {
    filler: FILLER_MS,
    verdict: ({ context }) => context.verdictMs,
  },
}).createMachine({
  id: 'verifyEntry',
  description: 'One entry, from its last key to a verdict; it is wiped at the end.',
  context: ({ input }) => {
    const value = checkedForm(input);
    const isRead = input.readBack && value !== null;
    return {
      ...input,
      value: value ?? Secret.empty,
      readOut: isRead ? readOutOf(value, input) : Secret.empty,
      account: null,
    };
  },
  output: ({ context, event }) => ({
    kind: event.output as VerifyEntryResult['kind'],
    tried: context.tried,
    account: context.account,
  }),
  initial: 'held',
  states: {
    held: {
      description: 'The entry is known here and nowhere else.',
      invoke: {
        id: 'wipeAtTheEnd',
        src: 'wipeAtTheEnd',
        input: ({ context: { entry, value, readOut } }) => ({ secrets: [entry, value, readOut] }),
      },
      exit: 'forget',
      initial: 'examining',
      states: {
        examining: {
          description: 'What cannot be right is asked again; nobody else hears of it.',
          always: [
            {
              guard: 'isNoDate',
              description: 'No such day, or not in the past.',
              target: '#verifyEntry.noSuchDate',
            },
            {
              guard: 'isMistyped',
              description: 'Its check digits do not fit.',
              target: '#verifyEntry.mistyped',
            },
            { guard: 'isReadBack', target: 'readingBack' },
            { target: 'checking' },
          ],
        },
        readingBack: {
          description: 'The caller hears the entry; keys pressed meanwhile confirm nothing.',
          invoke: {
            id: 'playPrompt',
            src: 'playPrompt',
            input: ({ context }) => ({ utterance: ['you-entered', context.readOut] }),
            onDone: 'confirming',
            onError: '#verifyEntry.faulted',
          },
        },
        confirming: {
          description: '1: it is right. 2: enter it again.',
          invoke: {
            id: 'choice',
            src: 'choice',
            input: ({ context }) => ({
              opening: [],
              prompt: ['confirm-entry'],
              choices: { ...operatorOf(context.commands), '1': 'accept', '2': 'reenter' },
              fresh: true,
              hasPressed: true,
            }),
            onDone: [
              { guard: { type: 'isChosen', params: { name: 'accept' } }, target: 'checking' },
              {
                guard: { type: 'isChosen', params: { name: 'operator' } },
                target: '#verifyEntry.operator',
              },
              {
                guard: { type: 'isChosen', params: { name: 'reenter' } },
                target: '#verifyEntry.reentered',
              },
              { guard: 'isChoiceFaulted', target: '#verifyEntry.faulted' },
              { target: '#verifyEntry.unconfirmed' },
            ],
            onError: '#verifyEntry.faulted',
          },
        },
        checking: {
          description:
            'The customer’s system is asked. Late answers of an earlier try never arrive here.',
          entry: 'countTry',
          invoke: {
            id: 'checkEntry',
            src: 'checkEntry',
            input: ({ context: { value, subject } }) => ({ entry: value, subject }),
            onDone: [
              {
                guard: { type: 'isVerdict', params: { kind: 'accepted' } },
                actions: 'keepAccount',
                target: '#verifyEntry.accepted',
              },
              ...(['unknown', 'unavailable'] as const).map((kind) => ({
                guard: { type: 'isVerdict' as const, params: { kind } },
                target: `#verifyEntry.${kind}`,
              })),
              { target: '#verifyEntry.rejected' },
            ],
            onError: '#verifyEntry.faulted',
          },
          after: { verdict: '#verifyEntry.unavailable' },
          ...bridged,
        },
      },
    },
    accepted: { type: 'final', output: 'accepted' },
    unknown: { type: 'final', output: 'unknown' },
    rejected: { type: 'final', output: 'rejected' },
    noSuchDate: { type: 'final', output: 'noSuchDate' },
    mistyped: { type: 'final', output: 'mistyped' },
    reentered: { type: 'final', output: 'reentered' },
    unconfirmed: { type: 'final', output: 'unconfirmed' },
    unavailable: { type: 'final', output: 'unavailable' },
    operator: { type: 'final', output: 'operator' },
    faulted: { type: 'final', output: 'faulted' },
  },
});
