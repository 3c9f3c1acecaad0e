// Handing the caller to a desk: its door, its arrival, and the desk after it. Promises that no desk is
// asked that requires more than the call has proved, that none is asked while another may have the caller,
// that each is asked once in a chain, and that an unknown outcome is called unknown.

import { assign, sendTo, setup, stateIn } from 'xstate';
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

/**
 * Told to the chart above: from now on the caller may be elsewhere, whatever ends the call; and: that came
 * to nothing for certain.
 */
export type TransferNotice =
  | { readonly type: 'transfer.asked'; readonly desk: string }
  | { readonly type: 'transfer.refused' };

/** An agent may be slow, or die: it is sent for twice. Whoever watches attributes has seen them. */
const ATTEMPTS = { agent: 2, attributes: 1, transfer: 1 } as const;
/** The answer to a REFER may arrive this much later than the ringing time. */
const TRANSFER_GRACE_MS = 5000;
/** Attributes are for display: the hand-over does not wait longer for them, and the caller never does. */
const LABELLING_MS = 2000;
/** A room answers at once whether somebody is in it; the server may have to be asked. */
const LOOKING_MS = 2000;
/** Who was moved on late has left our side by then: the bridge ends its leg within a second. */
const SETTLING_MS = 2000;

interface Context extends HandOffInput {
  /** The desk that is being considered; null when the chain is at its end. */
  readonly next: string | null;
  readonly asked: string | null;
  readonly attempts: number;
  /** Desks that are behind us: no chain comes to one of them twice, whatever it says. */
  readonly passed: readonly string[];
}

const deskOf = (context: Context): DeskPlan | undefined =>
  context.next === null ? undefined : context.desks[context.next];

function otherwiseOf({ next, passed, desks }: Context): string | null {
  const otherwise = next === null ? null : (desks[next]?.otherwise ?? null);
  return otherwise === next || passed.includes(otherwise ?? '') ? null : otherwise;
}

/** Beside what is done for the caller meanwhile. */
const comfort = {
  initial: 'speaking',
  states: {
    speaking: {
      invoke: {
        id: 'playPrompt',
        src: 'playPrompt',
        input: ({ context }: { context: Context }) => ({ utterance: context.comfort }),
        onDone: 'spoken',
      },
    },
    spoken: { type: 'final' },
  },
} as const;

const setAttributes = {
  id: 'setAttributes',
  src: 'setAttributes',
  input: ({ context }: { context: Context }) => ({
    desk: context.next ?? '',
    proof: context.proof,
  }),
} as const;

export const handOffMachine = setup({
  types: { context: {} as Context, input: {} as HandOffInput, output: {} as HandOffResult },
  actors: {
    playPrompt: ask<void, { utterance: Utterance }>('playPrompt'),
    setAttributes: ask<void, { desk: string; proof: Proof }>('setAttributes'),
    bringAgent: ask<void, { desk: string; agent: string; proof: Proof }>('bringAgent'),
    awaitWatcher: ask<void, { desk: string }>('awaitWatcher'),
    lookForDesk: ask<boolean, { desk: string }>('lookForDesk'),
    transfer: ask<TransferOutcome, { desk: string; target: string; ringMs: number; proof: Proof }>(
      'transfer',
    ),
    lookForCaller: ask<boolean, undefined>('lookForCaller'),
  },
  actions: {
    goToOtherwise: assign({
      next: ({ context }) => otherwiseOf(context),
      passed: ({ context }) => [...context.passed, context.next ?? ''],
      attempts: 0,
    }),
    // By itself, without a chart above, it tells itself, and takes no notice.
    tellAsked: sendTo(
      ({ self }) => self._parent ?? self,
      ({ context }): TransferNotice => ({ type: 'transfer.asked', desk: context.next ?? '' }),
    ),
    tellRefused: sendTo(
      ({ self }) => self._parent ?? self,
      (): TransferNotice => ({ type: 'transfer.refused' }),
    ),
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
    isAttributes: ({ context }) => deskOf(context)?.kind === 'attributes',
    isOutcome: ({ event }, { is }: { is: TransferOutcome }) =>
      (event as unknown as { output: TransferOutcome }).output === is,
    isHeard: stateIn({ bringing: { desk: 'heard' } }),
    isHere: ({ event }) => (event as unknown as { output: boolean }).output,
    hasAttemptsLeft: ({ context }) =>
      context.attempts < ATTEMPTS[deskOf(context)?.kind ?? 'transfer'],
  },
  delays: {
    labelling: LABELLING_MS,
    looking: LOOKING_MS,
    settling: SETTLING_MS,
    join: ({ context }) => {
      const desk = deskOf(context);
      return desk === undefined || desk.kind === 'transfer' ? 0 : desk.joinWithinMs;
    },
    ring: ({ context }) => {
      const desk = deskOf(context);
      return desk?.kind === 'transfer' ? desk.ringMs + TRANSFER_GRACE_MS : 0;
    },
  },
}).createMachine({
  id: 'handOff',
  description: 'Handing the caller to a desk, or to the desk after it.',
  context: ({ input }) => ({ ...input, next: input.desk, asked: null, attempts: 0, passed: [] }),
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
        { guard: 'isTransfer', actions: 'countAttempt', target: 'announcing' },
        { actions: 'countAttempt', target: 'bringing' },
      ],
    },
    bringing: {
      description: 'Whoever takes the call comes into the room; the caller is told meanwhile.',
      type: 'parallel',
      onDone: [
        { guard: 'isHeard', target: 'confirming' },
        { description: 'The sentence is never cut off.', target: 'missed' },
      ],
      states: {
        comfort,
        desk: {
          initial: 'labelling',
          states: {
            labelling: {
              description:
                'The caller’s attributes say where the call goes: for display, never proof. A desk that is called by them alone cannot do without.',
              invoke: {
                ...setAttributes,
                onDone: 'called',
                onError: [{ guard: 'isAttributes', target: 'absent' }, { target: 'called' }],
              },
              after: {
                labelling: [{ guard: 'isAttributes', target: 'absent' }, { target: 'called' }],
              },
            },
            called: { always: [{ guard: 'isAttributes', target: 'watching' }, 'sentFor'] },
            watching: {
              description: 'The attributes are all there is to call somebody by.',
              invoke: {
                id: 'awaitWatcher',
                src: 'awaitWatcher',
                input: ({ context }) => ({ desk: context.next ?? '' }),
                onDone: 'heard',
                onError: 'absent',
              },
              after: { join: 'absent' },
            },
            sentFor: {
              description: 'The desk’s agent is dispatched, with a ticket.',
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
            absent: { type: 'final', description: 'Nobody was heard in time.' },
            heard: { type: 'final', description: 'There is audio in the room.' },
          },
        },
      },
    },
    confirming: {
      description: 'A desk that was heard and is gone again has not taken the call.',
      invoke: {
        id: 'lookForDesk',
        src: 'lookForDesk',
        input: ({ context }) => ({ desk: context.next ?? '' }),
        onDone: [{ guard: 'isHere', target: 'succeeded' }, { target: 'missed' }],
        onError: 'missed',
      },
      after: { looking: 'missed' },
    },
    missed: {
      description: 'An agent is sent for once more, then it is the next desk’s turn.',
      always: [
        {
          guard: 'hasAttemptsLeft',
          actions: ['comfortAgain', 'countAttempt'],
          target: 'bringing.desk.called',
        },
        { actions: ['comfortAgain', 'goToOtherwise'], target: 'atTheDoor' },
      ],
    },
    announcing: {
      description: 'A transfer takes the sound away: the caller is told before.',
      type: 'parallel',
      onDone: 'transferring',
      states: {
        comfort,
        labels: {
          initial: 'labelling',
          states: {
            labelling: {
              description:
                'The caller’s attributes say where the call goes: for display, never proof.',
              invoke: { ...setAttributes, onDone: 'labelled', onError: 'labelled' },
              after: { labelling: 'labelled' },
            },
            labelled: { type: 'final' },
          },
        },
      },
    },
    transferring: {
      description:
        'The caller’s side is asked to go to the desk (SIP REFER). From here on a caller who is gone may be there.',
      entry: 'tellAsked',
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
          { guard: { type: 'isOutcome', params: { is: 'unknown' } }, target: 'doubted' },
          { actions: ['tellRefused', 'comfortAgain', 'goToOtherwise'], target: 'atTheDoor' },
        ],
        onError: 'doubted',
      },
      after: { ring: 'doubted' },
    },
    doubted: {
      description:
        'No answer, or one that says nothing: who was moved has left by the end of this.',
      after: { settling: 'looking' },
    },
    looking: {
      description: 'A caller who is still here was not moved, and is not left alone.',
      invoke: {
        id: 'lookForCaller',
        src: 'lookForCaller',
        onDone: [
          {
            guard: 'isHere',
            description: 'That it may yet happen is not forgotten.',
            actions: ['comfortAgain', 'goToOtherwise'],
            target: 'atTheDoor',
          },
          { target: 'unknown' },
        ],
        onError: 'unknown',
      },
      after: { looking: 'unknown' },
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
