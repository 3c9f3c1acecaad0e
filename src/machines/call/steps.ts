// The steps of a route, one after the other: what is asked, and where each result leads.

import type { Utterance } from '../../prompts/catalogue.ts';
import { askFor } from '../../prompts/wording.ts';
import { ORDER_OF_LOCALE } from '../birth-date.ts';
import { bridged, FILLER_MS, fillerMs } from '../filler.ts';
import type { CodeStep, KnowledgeStep } from '../line-plan.ts';
import { Secret } from '../secret.ts';
import type { Subject } from '../verify-entry.machine.ts';
import { type Context, commandsOf, stepAt, triedAt } from './context.ts';
import { floorOf, hasMoreToAsk, isFirstQuestion } from './standing.ts';
import { callSetup } from './vocabulary.ts';

function subjectOf(context: Context): Subject {
  const plan = stepAt(context);
  const { account } = context;
  switch (plan?.step) {
    case 'passcode':
      return { step: 'passcode', account };
    case 'birthDate':
      return { step: 'birthDate', account, order: plan.order ?? ORDER_OF_LOCALE[context.locale] };
    default:
      return { step: 'account' };
  }
}

function promptOf(context: Context): Utterance {
  const hasHint = context.plan?.operator != null && isFirstQuestion(context);
  const hint = hasHint ? (['operator-hint'] as const) : [];
  return [...context.opening, ...hint, ...askFor(subjectOf(context))];
}

/** Where any step leads that was not accepted. */
const whenNotAccepted = [
  {
    guard: { type: 'isStepResult', params: { kind: 'tooManyTries' } },
    actions: 'tellStepEnded',
    target: '#call.underway.turningAway.failed',
  },
  {
    guard: { type: 'isStepResult', params: { kind: 'lockedOut' } },
    actions: 'tellStepEnded',
    target: '#call.underway.turningAway.lockedOut',
  },
  {
    guard: { type: 'isStepResult', params: { kind: 'storeLost' } },
    actions: 'tellStepEnded',
    target: '#call.underway.turningAway.withoutStore',
  },
  {
    guard: { type: 'isStepResult', params: { kind: 'unavailable' } },
    actions: 'tellStepEnded',
    target: '#call.underway.turningAway.withoutBackend',
  },
  {
    guard: { type: 'isStepResult', params: { kind: 'operator' } },
    actions: 'tellStepEnded',
    target: '#call.underway.turningAway.askedForOperator',
  },
  {
    guard: { type: 'isStepResult', params: { kind: 'stranger' } },
    actions: ['tellStepEnded', { type: 'warnOfStranger', params: { inEveryLanguage: false } }],
    target: '#call.underway.turningAway.overheard',
  },
  { actions: 'tellStepEnded', target: '#call.closing.apologising' },
] as const;

export const steps = callSetup.createStateConfig({
  description: 'What the caller must do, in its order.',
  initial: 'arriving',
  states: {
    arriving: {
      description: 'An upstream system may have verified this caller already.',
      always: [{ guard: 'hasUpstream', target: 'recognising' }, { target: 'choosing' }],
    },
    recognising: {
      description: 'Which account the customer has whom the upstream token names.',
      exit: { type: 'noteSilence', params: { ms: FILLER_MS } },
      ...bridged,
      invoke: {
        id: 'lookUpCustomer',
        src: 'lookUpCustomer',
        input: ({ context }) => ({ customer: context.upstream?.customer ?? Secret.empty }),
        onDone: [
          {
            guard: 'isKnownCustomer',
            actions: ['keepCustomer', { type: 'tellUpstream', params: { as: 'accepted' } }],
            target: 'choosing',
          },
          {
            actions: [
              'forgetUpstream',
              { type: 'tellUpstream', params: { as: 'unknown-customer' } },
            ],
            target: 'choosing',
          },
        ],
        onError: {
          actions: ['forgetUpstream', { type: 'tellUpstream', params: { as: 'unavailable' } }],
          target: 'choosing',
        },
      },
      after: {
        customer: {
          actions: ['forgetUpstream', { type: 'tellUpstream', params: { as: 'unavailable' } }],
          target: 'choosing',
        },
      },
    },
    choosing: {
      description: 'The next step that this caller is not spared, or the desk when there is none.',
      always: [
        {
          guard: 'isOtherAccount',
          description: 'Proved for one customer is not proved for another.',
          actions: ['forgetUpstream', { type: 'tellUpstream', params: { as: 'other-account' } }],
          target: 'choosing',
          reenter: true,
        },
        {
          guard: { type: 'isSpared', params: { by: 'upstream' } },
          actions: [
            { type: 'tellStepSpared', params: { outcome: 'upstream' } },
            'acceptProven',
            'moveOn',
          ],
          target: 'choosing',
          reenter: true,
        },
        {
          guard: { type: 'isSpared', params: { by: 'verdict' } },
          actions: [{ type: 'tellStepSpared', params: { outcome: 'dropped' } }, 'moveOn'],
          target: 'choosing',
          reenter: true,
        },
        {
          guard: 'isVerified',
          actions: ['tellVerified', 'chooseDesk', 'sayConnecting'],
          target: '#call.underway.handingOff',
        },
        {
          guard: 'isWhole',
          description: 'No factor was asked for.',
          actions: ['chooseDesk', 'sayConnecting'],
          target: '#call.underway.handingOff',
        },
        { guard: 'isUnwelcomed', target: 'greeting' },
        {
          guard: 'isOutOfTries',
          description: 'The worker that had the call before was lost with the last one under way.',
          actions: 'tellOutOfTries',
          target: '#call.underway.turningAway.failed',
        },
        { guard: 'isCodeNext', target: 'oneTimeCode' },
        { guard: 'hasStepsLeft', target: 'knowledge' },
        {
          description: 'Gone through them all, and yet no account: nothing is proved.',
          target: '#call.closing.apologising',
        },
      ],
    },
    greeting: {
      description:
        'Who is spared all questions but the code is greeted before it is sent; who has no try left, before that is told.',
      exit: { type: 'noteSilence', params: { ms: 0 } },
      invoke: {
        id: 'playPrompt',
        src: 'playPrompt',
        input: ({ context }) => ({ utterance: context.opening }),
        onDone: { actions: 'noteOpening', target: 'choosing' },
        onError: '#call.closing.apologising',
      },
    },
    knowledge: {
      description: 'Account number, passcode or birth date.',
      entry: 'tellStepBegan',
      exit: {
        type: 'noteSilence',
        params: ({ context }) => ({ ms: fillerMs(floorOf(context)) }),
      },
      invoke: {
        id: 'step',
        src: 'step',
        input: ({ context }) => ({
          plan: stepAt(context) as KnowledgeStep,
          subject: subjectOf(context),
          prompt: promptOf(context),
          commands: commandsOf(context),
          locale: context.locale,
          today: context.today,
          tried: triedAt(context),
          fresh: false,
          hasPressed: context.hasPressed,
          concealsUnknown: hasMoreToAsk(context),
          verdictMs: context.plan?.backendMs ?? 0,
          floorMs: floorOf(context),
        }),
        onDone: [
          {
            guard: 'isAccepted',
            actions: [
              'tellStepEnded',
              'noteKeys',
              'noteOpening',
              'keepAccount',
              'accept',
              'moveOn',
            ],
            target: 'choosing',
          },
          {
            guard: { type: 'isStepResult', params: { kind: 'unknown' } },
            description:
              'No such account: the next steps are asked of a made-up one, and always rejected.',
            actions: ['tellStepEnded', 'noteKeys', 'noteOpening', 'keepAccount', 'moveOn'],
            target: 'choosing',
          },
          {
            guard: { type: 'isStepResult', params: { kind: 'noInput' } },
            actions: [
              'tellStepEnded',
              { type: 'endAs', params: { reason: 'no-input' } },
              { type: 'speak', params: { farewell: ['nothing-heard', 'goodbye'] } },
            ],
            target: '#call.closing.sayingGoodbye',
          },
          ...whenNotAccepted,
        ],
        onError: '#call.closing.apologising',
      },
    },
    oneTimeCode: {
      description: 'A code sent to the number on file.',
      entry: 'tellStepBegan',
      invoke: {
        id: 'oneTimeCode',
        src: 'oneTimeCode',
        input: ({ context }) => ({
          plan: stepAt(context) as CodeStep,
          account: context.account,
          commands: commandsOf(context),
          locale: context.locale,
          today: context.today,
          verdictMs: context.plan?.backendMs ?? 0,
          sendingMs: context.plan?.sendingMs ?? 0,
          floorMs: floorOf(context),
          silentMs: context.silentMs,
          tried: triedAt(context),
          code: context.code,
        }),
        onDone: [
          {
            guard: 'isAccepted',
            actions: ['tellStepEnded', 'accept', 'moveOn'],
            target: 'choosing',
          },
          {
            guard: { type: 'isStepResult', params: { kind: 'notPossible' } },
            actions: 'tellStepEnded',
            target: '#call.underway.turningAway.withoutCode',
          },
          ...whenNotAccepted,
        ],
        onError: '#call.closing.apologising',
      },
    },
  },
});
