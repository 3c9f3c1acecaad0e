// One call, from ringing to its ending. Promises: nothing is answered that has no line or is to be refused;
// `verified` only when every step that this caller is not spared was accepted in this call, or proved by an
// upstream system of the same customer's, and one of them is a factor; exactly one ending. What its states
// are made of lies in `call/`.

import { nothing } from '../screening/verdict.ts';
import { closing } from './call/closing.ts';
import { NO_ACCOUNT, routeOf, UNDECIDED } from './call/context.ts';
import { handingOff, screenedAway, turningAway } from './call/handing-over.ts';
import { resumed, resuming } from './call/resuming.ts';
import { screening } from './call/screening.ts';
import { steps } from './call/steps.ts';
import { callSetup } from './call/vocabulary.ts';
import { welcoming } from './call/welcoming.ts';
import { ending } from './outcome.ts';

export type { CallEvent, CallNotice, CallResult, Screened, UpstreamUse } from './call/context.ts';
export type { Resumption } from './call/resuming.ts';

export const callMachine = callSetup.createMachine({
  id: 'call',
  description: 'One call, from ringing to its ending.',
  context: ({ input: { plan, today, floorMs, resumption } }) => ({
    plan,
    today,
    floorMs,
    locale: plan?.locales[0] ?? 'en',
    route: routeOf(plan),
    opening: ['welcome'],
    evidence: nothing('none'),
    decision: UNDECIDED,
    upstream: null,
    upstreamAccount: null,
    hasPressed: false,
    silentMs: 0,
    accepted: [],
    position: 0,
    tried: {},
    code: null,
    resumed: null,
    account: NO_ACCOUNT,
    auth: 'none',
    amr: [],
    desk: null,
    comfort: [],
    farewell: [],
    reason: 'fault',
    handOff: null,
    ...(resumption !== undefined && resumed(plan, resumption)),
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
    screening,
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
            onDone: [
              { guard: 'isResumed', actions: 'tellAnswered', target: 'resuming' },
              { actions: 'tellAnswered', target: 'welcoming' },
            ],
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
        resuming,
        welcoming,
        screenedAway,
        steps,
        turningAway,
        handingOff,
      },
    },
    closing,
    ended: { type: 'final' },
  },
});
