// One entry, from its last key to a verdict: looked at, read back, confirmed, checked. Promises that the
// customer's system is never asked about an entry that cannot be right or was not confirmed, that nothing
// is accepted for an account that does not exist, and that the entry is wiped when this chart ends,
// however it does.

import { assign, type EventObject, fromCallback, setup, stateIn } from 'xstate';
import type { Locale, Utterance } from '../prompts/catalogue.ts';
import { sayDate, sayDigits, unseen } from '../prompts/say.ts';
import { birthDate, type DateOrder } from './birth-date.ts';
import { type CheckDigits, isPlausible } from './check-digits.ts';
import { type ChoiceResult, choiceMachine } from './choice.machine.ts';
import type { Commands } from './collect-digits.machine.ts';
import { bridged, fillerMs } from './filler.ts';
import { pause } from './pause.ts';
import { ask } from './port.ts';
import { roomWatchMachine } from './room-watch.machine.ts';
import { Secret } from './secret.ts';

/**
 * What the customer's system told us about an account; `ref` null: there is no such account, and all that is
 * said of it is made up, so that nobody can hear the difference.
 */
export interface AccountHandle {
  readonly ref: string | null;
  readonly otp: { readonly available: boolean; readonly to: string | null };
  /** What tries at it are counted under, in all calls. */
  readonly tally: string;
}

/** What an entry is, and what it is checked against. */
export type Subject =
  | { readonly step: 'account' }
  | { readonly step: 'passcode'; readonly account: AccountHandle }
  | { readonly step: 'birthDate'; readonly account: AccountHandle; readonly order: DateOrder }
  | {
      readonly step: 'oneTimeCode';
      readonly account: AccountHandle;
      readonly challenge: Challenge;
    };

/** Who has sent a code, and what it is checked against. `decoy`: nobody has, and nothing is ever right. */
export type Challenge =
  | { readonly by: 'backend' | 'us'; readonly id: string }
  | { readonly by: 'decoy' };

/** A question to the customer's system; a birth date comes as YYYY-MM-DD, everything else as keyed. */
export interface CheckQuestion {
  readonly entry: Secret;
  readonly subject: Subject;
}

/**
 * The answer of a check. Only `accepted` verifies; `unknown` (no such account) is told to nobody;
 * `unavailable` and `storeLost` are never said to the caller as "wrong". `lockedOut`: nothing was checked.
 */
export type Verdict =
  | { readonly kind: 'accepted'; readonly account?: AccountHandle }
  | { readonly kind: 'unknown'; readonly account: AccountHandle }
  | { readonly kind: 'rejected' | 'unavailable' | 'lockedOut' | 'storeLost' };

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
  /** How long after the question the answer is told at the earliest; 0: at once. */
  readonly floorMs: number;
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
    | 'stranger'
    | 'faulted';
  /** One more than before where the customer's system was asked. */
  readonly tried: number;
  /** What an account number was found to be; null for every other entry. */
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

/** Whether anything can be right: there is such an account, and a code was really sent. */
function canBeAccepted(subject: Subject, found: AccountHandle | undefined): boolean {
  if (subject.step === 'account') return found !== undefined && found.ref !== null;
  const isDecoy = subject.step === 'oneTimeCode' && subject.challenge.by === 'decoy';
  return subject.account.ref !== null && !isDecoy;
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
    roomWatch: roomWatchMachine,
    wipeAtTheEnd,
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    checkEntry: ask<Verdict, CheckQuestion>('checkEntry'),
  },
  actions: {
    keepAccount: assign({
      account: ({ context: { subject }, event }) => {
        const result = verdict(event);
        return subject.step === 'account' && 'account' in result ? (result.account ?? null) : null;
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
    isGivenUp: ({ event }, { as }: { as: 'stranger' | 'faulted' }) => choice(event).kind === as,
    isRight: ({ context: { subject }, event }) => {
      const result = verdict(event);
      return result.kind === 'accepted' && canBeAccepted(subject, result.account);
    },
    isNobody: ({ context: { subject }, event }) => {
      const result = verdict(event);
      return result.kind === 'unknown' && subject.step === 'account' && result.account.ref === null;
    },
    isVerdict: ({ event }, { kind }: { kind: Verdict['kind'] }) => verdict(event).kind === kind,
    hasNoFloor: ({ context }) => context.floorMs === 0,
    isAccepted: stateIn({ held: { checking: { answer: 'accepted' } } }),
    isUnknown: stateIn({ held: { checking: { answer: 'unknown' } } }),
    isRejected: stateIn({ held: { checking: { answer: 'rejected' } } }),
    isLockedOut: stateIn({ held: { checking: { answer: 'lockedOut' } } }),
    isUnavailable: stateIn({ held: { checking: { answer: 'unavailable' } } }),
    isStoreLost: stateIn({ held: { checking: { answer: 'storeLost' } } }),
  },
  delays: {
    filler: ({ context }) => fillerMs(context.floorMs),
    floor: ({ context }) => context.floorMs,
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
          description:
            'The caller, and nobody else, hears the entry; keys pressed meanwhile confirm nothing.',
          invoke: [
            {
              id: 'playPrompt',
              src: 'playPrompt',
              input: ({ context }) => ({ utterance: ['you-entered', context.readOut] }),
              onDone: 'confirming',
              onError: '#verifyEntry.faulted',
            },
            {
              id: 'roomWatch',
              src: 'roomWatch',
              onDone: '#verifyEntry.stranger',
              onError: '#verifyEntry.faulted',
            },
          ],
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
              ...(['stranger', 'faulted'] as const).map((as) => ({
                guard: { type: 'isGivenUp' as const, params: { as } },
                target: `#verifyEntry.${as}`,
              })),
              { target: '#verifyEntry.unconfirmed' },
            ],
            onError: '#verifyEntry.faulted',
          },
        },
        checking: {
          description:
            'The customer’s system is asked. Late answers of an earlier try never arrive here.',
          entry: 'countTry',
          type: 'parallel',
          onDone: [
            { guard: 'isAccepted', target: '#verifyEntry.accepted' },
            { guard: 'isUnknown', target: '#verifyEntry.unknown' },
            { guard: 'isRejected', target: '#verifyEntry.rejected' },
            { guard: 'isLockedOut', target: '#verifyEntry.lockedOut' },
            { guard: 'isUnavailable', target: '#verifyEntry.unavailable' },
            { guard: 'isStoreLost', target: '#verifyEntry.storeLost' },
            { target: '#verifyEntry.faulted' },
          ],
          states: {
            answer: {
              description: 'Told when the pause is over.',
              initial: 'awaited',
              states: {
                awaited: {
                  invoke: {
                    id: 'checkEntry',
                    src: 'checkEntry',
                    input: ({ context: { value, subject } }) => ({ entry: value, subject }),
                    onDone: [
                      { guard: 'isRight', actions: 'keepAccount', target: 'accepted' },
                      { guard: 'isNobody', actions: 'keepAccount', target: 'unknown' },
                      ...(['rejected', 'lockedOut', 'unavailable', 'storeLost'] as const).map(
                        (kind) => ({
                          guard: { type: 'isVerdict' as const, params: { kind } },
                          target: kind,
                        }),
                      ),
                      { description: 'An answer that cannot be.', target: 'faulted' },
                    ],
                    onError: 'faulted',
                  },
                  after: { verdict: 'unavailable' },
                  ...bridged,
                },
                accepted: { type: 'final' },
                unknown: { type: 'final' },
                rejected: { type: 'final' },
                lockedOut: { type: 'final' },
                unavailable: { type: 'final' },
                storeLost: { type: 'final' },
                faulted: { type: 'final' },
              },
            },
            pause,
          },
        },
      },
    },
    accepted: { type: 'final', output: 'accepted' },
    unknown: { type: 'final', output: 'unknown' },
    rejected: { type: 'final', output: 'rejected' },
    lockedOut: { type: 'final', output: 'lockedOut' },
    noSuchDate: { type: 'final', output: 'noSuchDate' },
    mistyped: { type: 'final', output: 'mistyped' },
    reentered: { type: 'final', output: 'reentered' },
    unconfirmed: { type: 'final', output: 'unconfirmed' },
    unavailable: { type: 'final', output: 'unavailable' },
    storeLost: { type: 'final', output: 'storeLost' },
    operator: { type: 'final', output: 'operator' },
    stranger: { type: 'final', output: 'stranger' },
    faulted: { type: 'final', output: 'faulted' },
  },
});
