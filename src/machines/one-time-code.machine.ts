// A one-time code: may one be sent, send it to the number on file, collect it. Promises at most
// `sends` codes and `tries` checks in a call; a new code gives no new tries.

import { assign, setup, stateIn } from 'xstate';
import type { Locale, Utterance } from '../prompts/catalogue.ts';
import { sayLastTwo, unseen } from '../prompts/say.ts';
import type { Commands } from './collect-digits.machine.ts';
import { bridged, fillerAfterMs, fillerMs } from './filler.ts';
import type { CodeStep } from './line-plan.ts';
import { pause } from './pause.ts';
import { ask } from './port.ts';
import { type StepResult, stepMachine } from './step.machine.ts';
import type { AccountHandle, Challenge } from './verify-entry.machine.ts';

/** A code that is to be sent to the number on file. */
export interface SendQuestion {
  readonly account: AccountHandle;
  readonly digits: number;
  /** How long it is good. */
  readonly ttlMs: number;
  /** Checks it is good for: those that the caller has left. */
  readonly tries: number;
  /** The language of the message. */
  readonly locale: Locale;
  /** The code before it, which is good no more; null for the first one of a call. */
  readonly replaces: Challenge | null;
}

/** `lockedOut`: the account has been sent too many. `storeLost`: codes could not be counted, so none was sent. */
export type SendResult =
  | { readonly kind: 'sent'; readonly challenge: Challenge }
  | { readonly kind: 'lockedOut' | 'storeLost' | 'unavailable' };

export interface OneTimeCodeInput {
  readonly plan: CodeStep;
  readonly account: AccountHandle;
  readonly commands: Commands;
  readonly locale: Locale;
  /** The day of the call, YYYY-MM-DD. */
  readonly today: string;
  readonly verdictMs: number;
  /** How long the sending of a code is waited for. */
  readonly sendingMs: number;
  /** How long after a question its answer is told at the earliest; 0: at once. */
  readonly floorMs: number;
  /** How long at most the caller has heard nothing when the step begins. */
  readonly silentMs: number;
  /** Tries used before, in this call. */
  readonly tried: number;
  /** What was sent before, in this call; null: nothing. */
  readonly code: { readonly challenge: Challenge | null; readonly sent: number } | null;
}

export interface OneTimeCodeResult {
  readonly kind: Exclude<StepResult['kind'], 'resend' | 'unknown' | 'noInput'> | 'notPossible';
  readonly tried: number;
}

interface Context extends OneTimeCodeInput {
  /** What was sent last. */
  readonly challenge: Challenge | null;
  readonly sent: number;
  readonly tried: number;
  readonly prompt: Utterance;
}

function stepResult(event: unknown): StepResult {
  return (event as { output: StepResult }).output;
}

function sendResult(event: unknown): SendResult {
  return (event as { output: SendResult }).output;
}

function sendQuestion({ plan, account, locale, tried, challenge }: Context): SendQuestion {
  return {
    account,
    digits: plan.rules.maxLength,
    ttlMs: plan.ttlMs,
    tries: plan.tries - tried,
    locale,
    replaces: challenge,
  };
}

const askForCode: Utterance = ['enter-code', 'resend-hint'];

export const oneTimeCodeMachine = setup({
  types: { context: {} as Context, input: {} as OneTimeCodeInput, output: {} as OneTimeCodeResult },
  actors: {
    step: stepMachine,
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    simChangedWithinHours: ask<number | null, { account: AccountHandle }>('simChangedWithinHours'),
    sendCode: ask<SendResult, SendQuestion>('sendCode'),
  },
  actions: {
    countSend: assign({ sent: ({ context }) => context.sent + 1 }),
    keepChallenge: assign({
      challenge: ({ context, event }) => {
        const result = sendResult(event);
        return result.kind === 'sent' ? result.challenge : context.challenge;
      },
    }),
    announceCode: assign({
      prompt: ({ context }) => [
        'code-sent' as const,
        unseen(sayLastTwo(context.account.otp.to ?? '')),
        ...askForCode,
      ],
    }),
    countTries: assign({ tried: ({ event }) => stepResult(event).tried }),
  },
  guards: {
    isStepResult: ({ event }, { kind }: { kind: StepResult['kind'] }) =>
      stepResult(event).kind === kind,
    hasPhone: ({ context }) => context.account.otp.available,
    isSimSettled: ({ context }, { changedWithinHours }: { changedWithinHours: number | null }) =>
      changedWithinHours === null || changedWithinHours > context.plan.simChangeHours,
    isSendResult: ({ event }, { kind }: { kind: SendResult['kind'] }) =>
      sendResult(event).kind === kind,
    hasNoFloor: ({ context }) => context.floorMs === 0,
    isSent: stateIn({ preparing: { waiting: { answer: 'sent' } } }),
    isNotPossible: stateIn({ preparing: { waiting: { answer: 'notPossible' } } }),
    isLockedOut: stateIn({ preparing: { waiting: { answer: 'lockedOut' } } }),
    isStoreLost: stateIn({ preparing: { waiting: { answer: 'storeLost' } } }),
    isAnother: ({ context }) => context.challenge !== null,
    isOutOfSends: ({ context }) => context.sent >= context.plan.sends,
    mayResend: stateIn({ awaitingCode: { pacing: 'open' } }),
  },
  delays: {
    filler: ({ context: { challenge, silentMs, floorMs } }) =>
      challenge === null ? fillerAfterMs(silentMs) : fillerMs(floorMs),
    floor: ({ context }) => context.floorMs,
    verdict: ({ context }) => context.verdictMs,
    sending: ({ context }) => context.sendingMs,
    resend: ({ context }) => context.plan.resendMs,
  },
}).createMachine({
  id: 'oneTimeCode',
  description: 'A one-time code, sent to the number on file and keyed by the caller.',
  context: ({ input }) => ({
    ...input,
    challenge: input.code?.challenge ?? null,
    sent: input.code?.sent ?? 0,
    prompt: askForCode,
  }),
  output: ({ context, event }) => ({
    kind: event.output as OneTimeCodeResult['kind'],
    tried: context.tried,
  }),
  initial: 'considering',
  states: {
    considering: {
      description: 'Codes go to a number on file only, never to the calling number.',
      always: [
        {
          guard: 'isAnother',
          description: 'The code that was sent before this worker had the call.',
          target: 'awaitingCode',
        },
        { guard: 'isOutOfSends', target: 'notPossible' },
        { guard: 'hasPhone', target: 'preparing' },
        { target: 'notPossible' },
      ],
    },
    preparing: {
      description: 'Whether a code may be sent, and whether it is.',
      type: 'parallel',
      states: {
        waiting: {
          type: 'parallel',
          onDone: [
            { guard: 'isSent', target: '#oneTimeCode.awaitingCode' },
            { guard: 'isNotPossible', target: '#oneTimeCode.notPossible' },
            { guard: 'isLockedOut', target: '#oneTimeCode.lockedOut' },
            { guard: 'isStoreLost', target: '#oneTimeCode.storeLost' },
            { target: '#oneTimeCode.unavailable' },
          ],
          states: {
            answer: {
              description: 'Told when the pause is over.',
              initial: 'choosing',
              states: {
                choosing: {
                  description: 'Before the first code the SIM is looked at.',
                  always: [{ guard: 'isAnother', target: 'sending' }, { target: 'checkingSim' }],
                },
                checkingSim: {
                  description:
                    'A SIM that changed lately may be in other hands (NIST SP 800-63B §3.1.3.3).',
                  invoke: {
                    id: 'simChangedWithinHours',
                    src: 'simChangedWithinHours',
                    input: ({ context: { account } }) => ({ account }),
                    onDone: [
                      {
                        guard: {
                          type: 'isSimSettled',
                          params: ({ event }) => ({ changedWithinHours: event.output }),
                        },
                        target: 'sending',
                      },
                      { target: 'notPossible' },
                    ],
                    onError: 'unavailable',
                  },
                  after: { verdict: 'unavailable' },
                },
                sending: {
                  description: 'A code goes to the number on file, which is not known here.',
                  entry: 'countSend',
                  invoke: {
                    id: 'sendCode',
                    src: 'sendCode',
                    input: ({ context }) => sendQuestion(context),
                    onDone: [
                      {
                        guard: { type: 'isSendResult', params: { kind: 'sent' } },
                        actions: ['keepChallenge', 'announceCode'],
                        target: 'sent',
                      },
                      ...(['lockedOut', 'storeLost'] as const).map((kind) => ({
                        guard: { type: 'isSendResult' as const, params: { kind } },
                        target: kind,
                      })),
                      { target: 'unavailable' },
                    ],
                    onError: 'unavailable',
                  },
                  after: { sending: 'unavailable' },
                },
                sent: { type: 'final' },
                notPossible: { type: 'final' },
                lockedOut: { type: 'final' },
                unavailable: { type: 'final' },
                storeLost: { type: 'final' },
              },
            },
            pause,
          },
        },
        comfort: {
          description: 'A word for who waits long, whether the answer is there already or not.',
          ...bridged,
        },
      },
    },
    awaitingCode: {
      description: 'The code is collected while the time before another one runs.',
      type: 'parallel',
      states: {
        entry: {
          initial: 'entering',
          states: {
            entering: {
              description: 'The code is keyed and checked.',
              invoke: {
                id: 'step',
                src: 'step',
                input: ({ context }) => ({
                  plan: context.plan,
                  subject: {
                    step: 'oneTimeCode',
                    account: context.account,
                    challenge: context.challenge ?? { by: 'decoy' },
                  },
                  prompt: context.prompt,
                  commands: { ...context.commands, '9': 'resend' },
                  locale: context.locale,
                  today: context.today,
                  tried: context.tried,
                  fresh: true,
                  hasPressed: true,
                  concealsUnknown: false,
                  verdictMs: context.verdictMs,
                  floorMs: context.floorMs,
                }),
                onDone: [
                  ...(
                    [
                      'accepted',
                      'tooManyTries',
                      'lockedOut',
                      'unavailable',
                      'storeLost',
                      'operator',
                      'stranger',
                      'faulted',
                    ] as const
                  ).map((kind) => ({
                    guard: { type: 'isStepResult' as const, params: { kind } },
                    actions: 'countTries' as const,
                    target: `#oneTimeCode.${kind}`,
                  })),
                  { actions: 'countTries', target: 'askedForAnother' },
                ],
                onError: '#oneTimeCode.faulted',
              },
            },
            askedForAnother: {
              description: 'Another code, if some are left and the last one is old enough.',
              always: [
                {
                  guard: 'isOutOfSends',
                  actions: assign({ prompt: ['no-more-codes', 'enter-code-again'] }),
                  target: 'entering',
                },
                {
                  guard: 'mayResend',
                  target: '#oneTimeCode.preparing',
                },
                {
                  actions: assign({ prompt: ['code-on-its-way', 'enter-code-again'] }),
                  target: 'entering',
                },
              ],
            },
          },
        },
        pacing: {
          initial: 'resting',
          states: {
            resting: {
              description: 'The last code may still be on its way.',
              after: { resend: 'open' },
            },
            open: { description: 'Another code may be sent.' },
          },
        },
      },
    },
    accepted: { type: 'final', output: 'accepted' },
    tooManyTries: { type: 'final', output: 'tooManyTries' },
    lockedOut: { type: 'final', output: 'lockedOut' },
    unavailable: { type: 'final', output: 'unavailable' },
    storeLost: { type: 'final', output: 'storeLost' },
    operator: { type: 'final', output: 'operator' },
    notPossible: { type: 'final', output: 'notPossible' },
    stranger: { type: 'final', output: 'stranger' },
    faulted: { type: 'final', output: 'faulted' },
  },
});
