// A one-time code: may one be sent, send it to the number on file, collect it. Promises at most
// `sends` codes and `tries` checks in a call; a new code gives no new tries.

import { assign, setup, stateIn } from 'xstate';
import type { Locale, Utterance } from '../prompts/catalogue.ts';
import { sayLastTwo, unseen } from '../prompts/say.ts';
import type { Commands } from './collect-digits.machine.ts';
import { bridged, FILLER_MS } from './filler.ts';
import type { CodeStep } from './line-plan.ts';
import { ask } from './port.ts';
import { type StepResult, stepMachine } from './step.machine.ts';
import type { AccountHandle } from './verify-entry.machine.ts';

export interface OneTimeCodeInput {
  readonly plan: CodeStep;
  readonly account: AccountHandle;
  readonly commands: Commands;
  readonly locale: Locale;
  /** The day of the call, YYYY-MM-DD. */
  readonly today: string;
  readonly verdictMs: number;
}

export interface OneTimeCodeResult {
  readonly kind: Exclude<StepResult['kind'], 'resend' | 'unknown' | 'noInput'> | 'notPossible';
  readonly tried: number;
}

interface Context extends OneTimeCodeInput {
  readonly challenge: string;
  readonly sent: number;
  readonly tried: number;
  readonly prompt: Utterance;
}

function stepResult(event: unknown): StepResult {
  return (event as { output: StepResult }).output;
}

const askForCode: Utterance = ['enter-code', 'resend-hint'];

export const oneTimeCodeMachine = setup({
  types: { context: {} as Context, input: {} as OneTimeCodeInput, output: {} as OneTimeCodeResult },
  actors: {
    step: stepMachine,
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    simChangedWithinHours: ask<number | null, { ref: string }>('simChangedWithinHours'),
    sendCode: ask<string, { ref: string }>('sendCode'),
  },
  actions: {
    countSend: assign({ sent: ({ context }) => context.sent + 1 }),
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
    hasPhone: ({ context }) => context.account.ref !== null && context.account.otp.available,
    isSimSettled: ({ context }, { changedWithinHours }: { changedWithinHours: number | null }) =>
      changedWithinHours === null || changedWithinHours > context.plan.simChangeHours,
    isOutOfSends: ({ context }) => context.sent >= context.plan.sends,
    mayResend: stateIn({ awaitingCode: { pacing: 'open' } }),
  },
  delays: {
    filler: FILLER_MS,
    verdict: ({ context }) => context.verdictMs,
    resend: ({ context }) => context.plan.resendMs,
  },
}).createMachine({
  id: 'oneTimeCode',
  description: 'A one-time code, sent to the number on file and keyed by the caller.',
  context: ({ input }) => ({ ...input, challenge: '', sent: 0, tried: 0, prompt: askForCode }),
  output: ({ context, event }) => ({
    kind: event.output as OneTimeCodeResult['kind'],
    tried: context.tried,
  }),
  initial: 'considering',
  states: {
    considering: {
      description: 'Codes go to a number on file only, never to the calling number.',
      always: [{ guard: 'hasPhone', target: 'checkingSim' }, { target: 'notPossible' }],
    },
    checkingSim: {
      description: 'A SIM that changed lately may be in other hands (NIST SP 800-63B §3.1.3.3).',
      invoke: {
        id: 'simChangedWithinHours',
        src: 'simChangedWithinHours',
        input: ({ context }) => ({ ref: context.account.ref ?? '' }),
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
      ...bridged,
    },
    sending: {
      description: 'A code goes to the number on file; the customer’s system has that number.',
      entry: 'countSend',
      invoke: {
        id: 'sendCode',
        src: 'sendCode',
        input: ({ context }) => ({ ref: context.account.ref ?? '' }),
        onDone: {
          actions: [assign({ challenge: ({ event }) => event.output }), 'announceCode'],
          target: 'awaitingCode',
        },
        onError: 'unavailable',
      },
      after: { verdict: 'unavailable' },
      ...bridged,
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
                  subject: { step: 'oneTimeCode', challenge: context.challenge },
                  prompt: context.prompt,
                  commands: { ...context.commands, '9': 'resend' },
                  locale: context.locale,
                  today: context.today,
                  tried: context.tried,
                  fresh: true,
                  hasPressed: true,
                  concealsUnknown: false,
                  verdictMs: context.verdictMs,
                }),
                onDone: [
                  ...(
                    ['accepted', 'tooManyTries', 'unavailable', 'operator', 'faulted'] as const
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
                { guard: 'mayResend', target: '#oneTimeCode.sending' },
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
    unavailable: { type: 'final', output: 'unavailable' },
    operator: { type: 'final', output: 'operator' },
    notPossible: { type: 'final', output: 'notPossible' },
    faulted: { type: 'final', output: 'faulted' },
  },
});
