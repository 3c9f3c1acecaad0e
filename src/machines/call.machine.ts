// One call, from ringing to its ending. Promises: nothing is answered that has no line; `verified` only
// when every step of the line was accepted in this call and one of them is a factor; exactly one ending.

import { assign, emit, setup } from 'xstate';
import type { Utterance } from '../prompts/catalogue.ts';
import { askFor } from '../prompts/wording.ts';
import type { Commands } from './collect-digits.machine.ts';
import { type HandOffResult, handOffMachine } from './hand-off.machine.ts';
import type { CodeStep, KnowledgeStep, LinePlan, StepPlan } from './line-plan.ts';
import { oneTimeCodeMachine } from './one-time-code.machine.ts';
import {
  AMR_OF_STEP,
  type Amr,
  type Auth,
  type Ending,
  type EndingReason,
  ending,
  FACTORS,
  type StepName,
  type StepOutcome,
} from './outcome.ts';
import { ask } from './port.ts';
import { type AccountHandle, type StepResult, type Subject, stepMachine } from './step.machine.ts';

export interface CallInput {
  /** What the dialled number's line asks; null where no line answers it. */
  readonly plan: LinePlan | null;
}

export interface CallResult {
  readonly ending: Ending;
  readonly auth: Auth;
  readonly amr: readonly Amr[];
  readonly handOff: HandOffResult | null;
}

/** The only events that may come in from outside: no result can be forged through them. */
export type CallEvent = { readonly type: 'caller.hungUp' | 'call.lost' | 'call.drain' };

/** What an observer may know as it happens. */
export type CallNotice =
  | { readonly type: 'call.answered' }
  | { readonly type: 'step.began'; readonly step: StepName }
  | {
      readonly type: 'step.ended';
      readonly step: StepName;
      readonly outcome: StepOutcome;
      readonly tries: number;
    }
  | { readonly type: 'handOff.began' };

const ANSWER_MS = 10_000;
const REFUSE_MS = 10_000;
const HANG_UP_MS = 10_000;
/** Longer than any farewell; the call limit no longer runs then. */
const GOODBYE_MS = 30_000;

interface Context {
  readonly plan: LinePlan | null;
  /** Steps accepted in this call. */
  readonly accepted: readonly StepName[];
  readonly position: number;
  readonly account: AccountHandle;
  readonly auth: Auth;
  readonly amr: readonly Amr[];
  readonly desk: string | null;
  readonly comfort: Utterance;
  readonly farewell: Utterance;
  readonly reason: EndingReason;
  readonly handOff: HandOffResult | null;
}

const NO_ACCOUNT: AccountHandle = { ref: null, otp: { available: false, to: null } };

const stepAt = (context: Context): StepPlan | undefined => context.plan?.steps[context.position];

/** What the step that just ended gave back. */
function stepResult(event: unknown): { kind: StepResult['kind'] | 'notPossible'; tried: number } {
  return (event as { output: { kind: StepResult['kind']; tried: number } }).output;
}

function commandsOf(context: Context): Commands {
  return context.plan?.operator ? { '0': 'operator' } : {};
}

function subjectOf(context: Context): Subject {
  const step = stepAt(context)?.step;
  return step === 'passcode' || step === 'birthDate'
    ? { step, ref: context.account.ref }
    : { step: 'account' };
}

function promptOf(context: Context): Utterance {
  const prompt = askFor(stepAt(context)?.step ?? 'account');
  if (context.position > 0) return prompt;
  return ['welcome', ...(context.plan?.operator ? (['operator-hint'] as const) : []), ...prompt];
}

/** What the caller has proved with `accepted`, an existing account given. */
function authOf(context: Context, accepted: readonly StepName[]): Auth {
  if (context.account.ref === null || !accepted.includes('account')) return 'none';
  const isWhole = context.plan?.steps.every(({ step }) => accepted.includes(step)) ?? false;
  return isWhole && accepted.some((step) => FACTORS.has(step)) ? 'verified' : 'identified';
}

const isIdentified = (auth: Auth) => auth === 'identified' || auth === 'verified';

const CANNOT_VERIFY: Utterance = ['cannot-verify', 'goodbye'];
const CANNOT_VERIFY_OPERATOR: Utterance = ['cannot-verify', 'connecting-operator'];

/** Where any step leads that was not accepted. */
const whenNotAccepted = [
  {
    guard: { type: 'isStepResult', params: { kind: 'tooManyTries' } },
    actions: 'tellStepEnded',
    target: '#call.underway.failed',
  },
  {
    guard: { type: 'isStepResult', params: { kind: 'unavailable' } },
    actions: 'tellStepEnded',
    target: '#call.underway.withoutBackend',
  },
  {
    guard: { type: 'isStepResult', params: { kind: 'operator' } },
    actions: 'tellStepEnded',
    target: '#call.underway.askedForOperator',
  },
  { actions: 'tellStepEnded', target: '#call.closing.apologising' },
] as const;

export const callMachine = setup({
  types: {
    context: {} as Context,
    input: {} as CallInput,
    output: {} as CallResult,
    events: {} as CallEvent,
    emitted: {} as CallNotice,
  },
  actors: {
    refuse: ask<void, undefined>('refuse'),
    answer: ask<void, undefined>('answer'),
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    hangUp: ask<void, undefined>('hangUp'),
    step: stepMachine,
    oneTimeCode: oneTimeCodeMachine,
    handOff: handOffMachine,
  },
  actions: {
    tellStepBegan: emit(({ context }) => ({
      type: 'step.began',
      step: stepAt(context)?.step ?? 'account',
    })),
    tellStepEnded: emit(({ context, event }) => ({
      type: 'step.ended',
      step: stepAt(context)?.step ?? 'account',
      outcome: stepResult(event).kind as StepOutcome,
      tries: stepResult(event).tried,
    })),
    tellAnswered: emit({ type: 'call.answered' }),
    tellHandOffBegan: emit({ type: 'handOff.began' }),
    keepAccount: assign({
      account: ({ context, event }) =>
        (event as unknown as { output: StepResult }).output.account ?? context.account,
    }),
    accept: assign(({ context }) => {
      const step = stepAt(context)?.step;
      if (step === undefined) return {};
      const accepted = [...context.accepted, step];
      return {
        accepted,
        auth: authOf(context, accepted),
        amr: [...context.amr, ...AMR_OF_STEP[step]],
      };
    }),
    moveOn: assign({ position: ({ context }) => context.position + 1 }),
    fail: assign({ auth: 'failed' }),
    endAs: assign({ reason: (_, { reason }: { reason: EndingReason }) => reason }),
    speak: assign((_, words: { comfort?: Utterance; farewell?: Utterance }) => words),
    chooseDesk: assign({ desk: ({ context }) => context.plan?.desk ?? null }),
    chooseOperator: assign({ desk: ({ context }) => context.plan?.operator ?? null }),
    keepHandOff: assign({
      handOff: ({ event }) => (event as unknown as { output: HandOffResult }).output,
    }),
  },
  guards: {
    hasLine: ({ context }) => context.plan !== null,
    hasOperator: ({ context }) => context.plan?.operator != null,
    isWhole: ({ context }) =>
      context.account.ref !== null &&
      (context.plan?.steps.every(({ step }) => context.accepted.includes(step)) ?? false),
    hasStepsLeft: ({ context }) => stepAt(context) !== undefined,
    isCodeNext: ({ context }) => stepAt(context)?.step === 'oneTimeCode',
    isStepResult: ({ event }, { kind }: { kind: StepResult['kind'] | 'notPossible' }) =>
      stepResult(event).kind === kind,
    isHandOff: ({ event }, { outcome }: { outcome: HandOffResult['outcome'] }) =>
      (event as unknown as { output: HandOffResult }).output.outcome === outcome,
  },
  delays: {
    answer: ANSWER_MS,
    refuse: REFUSE_MS,
    hangUp: HANG_UP_MS,
    goodbye: GOODBYE_MS,
    callLimit: ({ context }) => context.plan?.maxCallMs ?? 0,
  },
}).createMachine({
  id: 'call',
  description: 'One call, from ringing to its ending.',
  context: ({ input }) => ({
    plan: input.plan,
    accepted: [],
    position: 0,
    account: NO_ACCOUNT,
    auth: 'none',
    amr: [],
    desk: null,
    comfort: [],
    farewell: [],
    reason: 'fault',
    handOff: null,
  }),
  output: ({ context }) => ({
    ending: ending(context.reason),
    auth: context.auth,
    amr: context.amr,
    handOff: context.handOff,
  }),
  initial: 'screening',
  on: {
    'caller.hungUp': {
      actions: { type: 'endAs', params: { reason: 'hung-up' } },
      target: '.ended',
    },
    'call.lost': {
      actions: { type: 'endAs', params: { reason: 'livekit-lost' } },
      target: '.ended',
    },
  },
  states: {
    screening: {
      description: 'Still ringing, not billed: a call that no line answers is refused.',
      always: [
        { guard: 'hasLine', target: 'underway' },
        { actions: { type: 'endAs', params: { reason: 'no-line' } }, target: 'closing.refusing' },
      ],
    },
    underway: {
      description: 'No call lasts longer than the limit, whatever state it is in.',
      after: {
        callLimit: {
          actions: [
            { type: 'endAs', params: { reason: 'call-limit' } },
            { type: 'speak', params: { farewell: ['time-limit', 'goodbye'] } },
          ],
          target: 'closing.sayingGoodbye',
        },
      },
      on: {
        'call.drain': {
          description: 'The worker may wait no longer.',
          actions: [
            { type: 'endAs', params: { reason: 'draining' } },
            { type: 'speak', params: { farewell: ['technical-problem', 'goodbye'] } },
          ],
          target: 'closing.sayingGoodbye',
        },
      },
      initial: 'answering',
      states: {
        answering: {
          description: 'The audio track is published; the bridge answers and the caller can hear.',
          invoke: {
            id: 'answer',
            src: 'answer',
            onDone: { actions: 'tellAnswered', target: 'steps' },
            onError: { target: '#call.closing.hangingUp' },
          },
          on: {
            'call.drain': {
              description: 'Nobody hears anything yet: nothing is said.',
              actions: { type: 'endAs', params: { reason: 'draining' } },
              target: '#call.closing.hangingUp',
            },
          },
          after: { answer: '#call.closing.hangingUp' },
        },
        steps: {
          description: 'What the line asks, in its order.',
          initial: 'choosing',
          states: {
            choosing: {
              description: 'The next step, or the desk when all are accepted.',
              always: [
                {
                  guard: 'isWhole',
                  actions: ['chooseDesk', { type: 'speak', params: { comfort: ['connecting'] } }],
                  target: '#call.underway.handingOff',
                },
                { guard: 'isCodeNext', target: 'oneTimeCode' },
                { guard: 'hasStepsLeft', target: 'knowledge' },
                {
                  description: 'Gone through them all, and yet no account: nothing is proved.',
                  target: '#call.closing.apologising',
                },
              ],
            },
            knowledge: {
              description: 'Account number, passcode or birth date.',
              entry: 'tellStepBegan',
              invoke: {
                id: 'step',
                src: 'step',
                input: ({ context }) => ({
                  plan: stepAt(context) as KnowledgeStep,
                  subject: subjectOf(context),
                  prompt: promptOf(context),
                  commands: commandsOf(context),
                  tried: 0,
                  fresh: false,
                  hasPressed: context.position > 0,
                  concealsUnknown: context.position + 1 < (context.plan?.steps.length ?? 0),
                  verdictMs: context.plan?.backendMs ?? 0,
                }),
                onDone: [
                  {
                    guard: { type: 'isStepResult', params: { kind: 'accepted' } },
                    actions: ['tellStepEnded', 'keepAccount', 'accept', 'moveOn'],
                    target: 'choosing',
                  },
                  {
                    guard: { type: 'isStepResult', params: { kind: 'unknown' } },
                    description:
                      'No such account: the next step will be rejected, whatever is keyed.',
                    actions: ['tellStepEnded', 'moveOn'],
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
                  verdictMs: context.plan?.backendMs ?? 0,
                }),
                onDone: [
                  {
                    guard: { type: 'isStepResult', params: { kind: 'accepted' } },
                    actions: ['tellStepEnded', 'accept', 'moveOn'],
                    target: 'choosing',
                  },
                  {
                    guard: { type: 'isStepResult', params: { kind: 'notPossible' } },
                    actions: 'tellStepEnded',
                    target: '#call.underway.withoutCode',
                  },
                  ...whenNotAccepted,
                ],
                onError: '#call.closing.apologising',
              },
            },
          },
        },
        failed: {
          description: 'The tries of a step are used up. The operator learns that from `auth`.',
          entry: [
            'fail',
            { type: 'endAs', params: { reason: 'too-many-tries' } },
            {
              type: 'speak',
              params: { comfort: CANNOT_VERIFY_OPERATOR, farewell: CANNOT_VERIFY },
            },
          ],
          always: 'turningAway',
        },
        withoutCode: {
          description: 'No code may be sent to this account: no phone on file, or a new SIM.',
          entry: [
            { type: 'endAs', params: { reason: 'backend-unavailable' } },
            {
              type: 'speak',
              params: { comfort: CANNOT_VERIFY_OPERATOR, farewell: CANNOT_VERIFY },
            },
          ],
          always: 'turningAway',
        },
        withoutBackend: {
          description: 'The customer’s system gave no answer: never a "wrong".',
          entry: [
            { type: 'endAs', params: { reason: 'backend-unavailable' } },
            {
              type: 'speak',
              params: {
                comfort: ['connecting-operator'],
                farewell: ['technical-problem', 'goodbye'],
              },
            },
          ],
          always: 'turningAway',
        },
        askedForOperator: {
          description: 'The caller pressed `0`.',
          entry: { type: 'speak', params: { comfort: ['connecting-operator'] } },
          always: 'turningAway',
        },
        turningAway: {
          description: 'Who cannot be served here goes to the operator, where the line has one.',
          always: [
            { guard: 'hasOperator', actions: 'chooseOperator', target: 'handingOff' },
            { target: '#call.closing.sayingGoodbye' },
          ],
        },
        handingOff: {
          description: 'A desk takes the call, or the one after it.',
          entry: 'tellHandOffBegan',
          invoke: {
            id: 'handOff',
            src: 'handOff',
            input: ({ context }) => ({
              desk: context.desk ?? '',
              desks: context.plan?.desks ?? {},
              comfort: context.comfort,
              proof: {
                auth: context.auth,
                amr: context.amr,
                ref: isIdentified(context.auth) ? context.account.ref : null,
              },
            }),
            onDone: [
              {
                guard: { type: 'isHandOff', params: { outcome: 'succeeded' } },
                actions: ['keepHandOff', { type: 'endAs', params: { reason: 'handed-off' } }],
                target: '#call.ended',
              },
              {
                guard: { type: 'isHandOff', params: { outcome: 'unknown' } },
                description: 'A caller who is still here must not be left in silence.',
                actions: ['keepHandOff', { type: 'endAs', params: { reason: 'transfer-unknown' } }],
                target: '#call.closing.hangingUp',
              },
              {
                actions: [
                  'keepHandOff',
                  {
                    type: 'endAs',
                    params: ({ event }) => ({
                      reason:
                        event.output.kind === 'transfer' ? 'transfer-failed' : 'desk-unavailable',
                    }),
                  },
                  { type: 'speak', params: { farewell: ['desk-unavailable', 'goodbye'] } },
                ],
                target: '#call.closing.sayingGoodbye',
              },
            ],
            onError: '#call.closing.apologising',
          },
        },
      },
    },
    closing: {
      description: 'The ending is settled; a hang-up changes it no more.',
      on: { 'caller.hungUp': 'ended', 'call.lost': 'ended' },
      initial: 'refusing',
      states: {
        refusing: {
          description: 'Never answered: on the wire 486 with our Reason.',
          invoke: { id: 'refuse', src: 'refuse', onDone: '#call.ended', onError: '#call.ended' },
          after: { refuse: '#call.ended' },
        },
        apologising: {
          description: 'Something of ours broke: the caller hears so, and is not told "wrong".',
          entry: [
            { type: 'endAs', params: { reason: 'fault' } },
            { type: 'speak', params: { farewell: ['technical-problem', 'goodbye'] } },
          ],
          always: 'sayingGoodbye',
        },
        sayingGoodbye: {
          description: 'Said to its end, then the line is closed.',
          invoke: {
            id: 'playPrompt',
            src: 'playPrompt',
            input: ({ context }) => ({ utterance: context.farewell }),
            onDone: 'hangingUp',
            onError: 'hangingUp',
          },
          after: { goodbye: 'hangingUp' },
        },
        hangingUp: {
          description: 'The leg is ended from our side.',
          invoke: { id: 'hangUp', src: 'hangUp', onDone: '#call.ended', onError: '#call.ended' },
          after: { hangUp: '#call.ended' },
        },
      },
    },
    ended: { type: 'final' },
  },
});
