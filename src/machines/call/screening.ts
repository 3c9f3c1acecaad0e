// Before the answer: does a line take this number, and does its policy take this caller?

import { callSetup } from './vocabulary.ts';

export const screening = callSetup.createStateConfig({
  description: 'Still ringing, not billed: a call that is to be refused is never answered.',
  initial: 'finding',
  on: {
    'call.drain': {
      description: 'The worker may wait no longer.',
      actions: { type: 'endAs', params: { reason: 'draining' } },
      target: '#call.closing.hangingUp',
    },
  },
  states: {
    finding: {
      description: 'A number that no line answers is refused.',
      always: [
        {
          guard: 'isResumed',
          description: 'Another worker has answered this call before.',
          target: '#call.underway',
        },
        { guard: 'hasLine', target: 'reading' },
        {
          actions: [
            'refuseUnanswered',
            'tellScreened',
            { type: 'endAs', params: { reason: 'no-line' } },
          ],
          target: '#call.closing.refusing',
        },
      ],
    },
    reading: {
      description:
        'What the carrier says of the calling number, and what an upstream system proves.',
      invoke: {
        id: 'screen',
        src: 'screen',
        onDone: { actions: 'keepScreened', target: 'deciding' },
        onError: {
          actions: { type: 'giveUpScreening', params: { for: 'unreadable' } },
          target: 'deciding',
        },
      },
      after: {
        screening: {
          actions: { type: 'giveUpScreening', params: { for: 'timeout' } },
          target: 'deciding',
        },
      },
    },
    deciding: {
      description: 'The line’s policy, applied to the verdict.',
      entry: 'tellScreened',
      always: [
        {
          guard: 'isRefused',
          actions: { type: 'endAs', params: { reason: 'screened-out' } },
          target: '#call.closing.refusing',
        },
        { target: '#call.underway' },
      ],
    },
  },
});
