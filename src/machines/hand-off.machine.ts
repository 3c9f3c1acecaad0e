// Handing the caller to a desk: its door, its arrival, and the desk after it. Promises that no desk is
// asked that requires more than the call has proved, and that an unknown outcome is called unknown.

import { assign, setup, stateIn } from 'xstate';
import type { Utterance } from '../prompts/catalogue.ts';
import type { DeskPlan } from './line-plan.ts';
import type { Amr, Auth } from './outcome.ts';
import { ask } from './port.ts';

/** What the call has proved, as the ticket will say it. */
export interface Proof {
  readonly auth: Auth;
  readonly amr: readonly Amr[];
  /** Opaque account reference; null unless identified. */
  readonly ref: string | null;
}

export interface HandOffInput {
  /** Name of the first desk. */
  readonly desk: string;
  readonly desks: Readonly<Record<string, DeskPlan>>;
  /** What is said to the caller while the first desk is brought. */
  readonly comfort: Utterance;
  readonly proof: Proof;
}

export interface HandOffResult {
  readonly outcome: 'succeeded' | 'failed' | 'unknown';
  /** The desk that has the caller, or the last one that was asked; null if no door was open. */
  readonly desk: string | null;
  readonly kind: DeskPlan['kind'] | null;
}

/** How a REFER ended. `unknown`: nobody can say; the caller may already be elsewhere. */
export type TransferOutcome = 'succeeded' | 'failed' | 'unknown';

const ATTEMPTS = 2;
/** The answer to a REFER may arrive this much later than the ringing time. */
const TRANSFER_GRACE_MS = 5000;
/** Attributes are for display: the hand-over does not wait longer for them. */
const LABELLING_MS = 2000;

interface Context extends HandOffInput {
  /** The desk that is being considered; null when the chain is at its end. */
  readonly next: string | null;
  readonly asked: string | null;
  readonly attempts: number;
}

const deskOf = (context: Context): DeskPlan | undefined =>
  context.next === null ? undefined : context.desks[context.next];

export const handOffMachine = setup({
  types: { context: {} as Context, input: {} as HandOffInput, output: {} as HandOffResult },
  actors: {
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    setAttributes: ask<void, { desk: string; proof: Proof }>('setAttributes'),
    bringAgent: ask<void, { desk: string; agent: string; proof: Proof }>('bringAgent'),
    transfer: ask<TransferOutcome, { desk: string; target: string; ringMs: number; proof: Proof }>(
      'transfer',
    ),
  },
  actions: {
    goToOtherwise: assign({
      next: ({ context }) => deskOf(context)?.otherwise ?? null,
      attempts: 0,
    }),
    countAttempt: assign({
      attempts: ({ context }) => context.attempts + 1,
      asked: ({ context }) => context.next,
    }),
    comfortAgain: assign({ comfort: ['one-moment'] }),
  },
  guards: {
    hasNoDesk: ({ context }) => deskOf(context) === undefined,
    isDoorShut: ({ context }) =>
      deskOf(context)?.requires.some((word) => !context.proof.amr.includes(word)) ?? true,
    isTransfer: ({ context }) => deskOf(context)?.kind === 'transfer',
    isOutcome: ({ event }, { is }: { is: TransferOutcome }) =>
      (event as unknown as { output: TransferOutcome }).output === is,
    isHeard: stateIn({ bringing: { agent: 'heard' } }),
    hasAttemptsLeft: ({ context }) => context.attempts < ATTEMPTS,
  },
  delays: {
    labelling: LABELLING_MS,
    join: ({ context }) => {
      const desk = deskOf(context);
      return desk?.kind === 'agent' ? desk.joinWithinMs : 0;
    },
    ring: ({ context }) => {
      const desk = deskOf(context);
      return desk?.kind === 'transfer' ? desk.ringMs + TRANSFER_GRACE_MS : 0;
    },
  },
}).createMachine({
  id: 'handOff',
  description: 'Handing the caller to a desk, or to the desk after it.',
  context: ({ input }) => ({ ...input, next: input.desk, asked: null, attempts: 0 }),
  output: ({ context, event }) => ({
    outcome: event.output as HandOffResult['outcome'],
    desk: context.asked,
    kind: context.asked === null ? null : (context.desks[context.asked]?.kind ?? null),
  }),
  initial: 'atTheDoor',
  states: {
    atTheDoor: {
      description: 'A desk that requires more than this call has proved is not asked.',
      always: [
        { guard: 'hasNoDesk', target: 'failed' },
        { guard: 'isDoorShut', actions: 'goToOtherwise', target: 'atTheDoor', reenter: true },
        { actions: 'countAttempt', target: 'labelling' },
      ],
    },
    labelling: {
      description: 'The caller’s attributes say where the call goes: for display, never proof.',
      invoke: {
        id: 'setAttributes',
        src: 'setAttributes',
        input: ({ context }) => ({ desk: context.next ?? '', proof: context.proof }),
        onDone: 'calling',
        onError: 'calling',
      },
      after: { labelling: 'calling' },
    },
    calling: {
      description: 'An agent comes to the caller, a transfer takes the caller away.',
      always: [{ guard: 'isTransfer', target: 'announcing' }, { target: 'bringing' }],
    },
    bringing: {
      description: 'The desk’s agent is sent for with a ticket; the caller is told meanwhile.',
      type: 'parallel',
      onDone: [
        { guard: 'isHeard', target: 'succeeded' },
        { description: 'The sentence is never cut off.', target: 'missed' },
      ],
      states: {
        comfort: {
          initial: 'speaking',
          states: {
            speaking: {
              invoke: {
                id: 'playPrompt',
                src: 'playPrompt',
                input: ({ context }) => ({ utterance: context.comfort }),
                onDone: 'spoken',
              },
            },
            spoken: { type: 'final' },
          },
        },
        agent: {
          initial: 'awaited',
          states: {
            awaited: {
              invoke: {
                id: 'bringAgent',
                src: 'bringAgent',
                input: ({ context }) => {
                  const desk = deskOf(context);
                  return {
                    desk: context.next ?? '',
                    agent: desk?.kind === 'agent' ? desk.agent : '',
                    proof: context.proof,
                  };
                },
                onDone: 'heard',
                onError: 'absent',
              },
              after: { join: 'absent' },
            },
            absent: { type: 'final', description: 'It was not heard in time.' },
            heard: { type: 'final', description: 'Its audio is in the room.' },
          },
        },
      },
    },
    missed: {
      description: 'Once more, then the next desk.',
      always: [
        {
          guard: 'hasAttemptsLeft',
          actions: ['comfortAgain', 'countAttempt'],
          target: 'bringing',
        },
        { actions: ['comfortAgain', 'goToOtherwise'], target: 'atTheDoor' },
      ],
    },
    announcing: {
      description: 'A transfer takes the sound away: the caller is told before.',
      invoke: {
        id: 'playPrompt',
        src: 'playPrompt',
        input: ({ context }) => ({ utterance: context.comfort }),
        onDone: 'transferring',
      },
    },
    transferring: {
      description: 'The caller’s side is asked to go to the desk (SIP REFER).',
      invoke: {
        id: 'transfer',
        src: 'transfer',
        input: ({ context }) => {
          const desk = deskOf(context);
          return {
            desk: context.next ?? '',
            target: desk?.kind === 'transfer' ? desk.target : '',
            ringMs: desk?.kind === 'transfer' ? desk.ringMs : 0,
            proof: context.proof,
          };
        },
        onDone: [
          { guard: { type: 'isOutcome', params: { is: 'succeeded' } }, target: 'succeeded' },
          { guard: { type: 'isOutcome', params: { is: 'unknown' } }, target: 'unknown' },
          { actions: ['comfortAgain', 'goToOtherwise'], target: 'atTheDoor' },
        ],
        onError: 'unknown',
      },
      after: { ring: 'unknown' },
    },
    succeeded: { type: 'final', output: 'succeeded' },
    failed: { type: 'final', output: 'failed' },
    unknown: {
      type: 'final',
      description: 'Nobody can say where the caller is: nothing else is tried.',
      output: 'unknown',
    },
  },
});
