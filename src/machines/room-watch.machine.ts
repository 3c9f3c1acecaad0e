// Watches who is in the room while keys are collected or read out: at once, every second, and whenever
// somebody comes. Promises to end when a stranger is there, and never otherwise; what it cannot see it looks
// for again, and whether what was keyed may be used is not decided here.

import { setup } from 'xstate';
import { ask, listen } from './port.ts';

/** The only thing that may come in from outside: somebody who is neither the caller nor one of us has come. */
export type RoomEvent = { readonly type: 'stranger.came' };

/** Who is in the room besides the caller and us, as the server has it: the kind of each; nobody, or a stranger. */
export const findStrangers = ask<readonly string[], undefined>('findStrangers');

export const roomWatchMachine = setup({
  types: { context: {} as Record<string, never>, events: {} as RoomEvent },
  actors: { findStrangers, arrivals: listen<undefined>('arrivals') },
  guards: {
    hasStranger: (_, { strangers }: { strangers: readonly string[] }) => strangers.length > 0,
  },
  // Who publishes nothing is shown to clients up to three seconds late, who is hidden never: the list is asked.
  delays: { nextLook: 1000 },
}).createMachine({
  id: 'roomWatch',
  description:
    'Nobody but the caller and us may hear keys: who is in the room while there are any.',
  context: {},
  invoke: { id: 'arrivals', src: 'arrivals' },
  on: { 'stranger.came': '.overheard' },
  initial: 'looking',
  states: {
    looking: {
      description:
        'The server’s list, once a second; an answer that is not there by then is not waited for.',
      invoke: {
        id: 'findStrangers',
        src: 'findStrangers',
        onDone: {
          guard: { type: 'hasStranger', params: ({ event }) => ({ strangers: event.output }) },
          target: 'overheard',
        },
        onError: { description: 'Looked at again when the second is over.', target: 'looking' },
      },
      after: { nextLook: { target: 'looking', reenter: true } },
    },
    overheard: { type: 'final' },
  },
});
