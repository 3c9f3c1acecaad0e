// The last words and the end of the leg.

import { callSetup } from './vocabulary.ts';

export const closing = callSetup.createStateConfig({
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
});
