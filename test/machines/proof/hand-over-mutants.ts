// Mutants of the hand-over, and of what the call makes of it.

import { assign } from 'xstate';
import { found, guarded, type Mutant, onDone, remove, stateOf, without } from './mutate.ts';

export const HAND_OVER_MUTANTS: readonly Mutant[] = [
  {
    rule: 'H1',
    chart: 'handOff',
    name: 'an answer that says nothing is taken for a yes',
    edit(blueprint) {
      guarded(onDone(stateOf(blueprint, 'transferring')), 'isOutcome', 'unknown').target =
        'succeeded';
    },
  },
  {
    rule: 'H1',
    chart: 'call',
    name: 'who may have been moved is said to have hung up',
    edit(blueprint) {
      remove(stateOf(blueprint, 'underway.handingOff').on, 'caller.hungUp');
    },
  },
  {
    rule: 'H1',
    chart: 'call',
    name: 'a transfer that was asked for is not noted',
    edit({ actions }) {
      found(actions.noteTransfer, 'action noteTransfer');
      actions.noteTransfer = assign({ handOff: null } as never);
    },
  },
  {
    rule: 'H1',
    chart: 'handOff',
    name: 'the call is not told that its caller may be moved',
    edit(blueprint) {
      remove(stateOf(blueprint, 'transferring'), 'entry');
    },
  },
  {
    rule: 'H2',
    chart: 'handOff',
    name: 'a transfer without an answer has failed',
    edit(blueprint) {
      found(stateOf(blueprint, 'doubted').after, 'after').settling = 'missed';
    },
  },
  {
    rule: 'H2',
    chart: 'handOff',
    name: 'another desk is asked for a caller who is gone',
    edit(blueprint) {
      const rows = onDone(stateOf(blueprint, 'looking'));
      found(rows.at(-1), 'last row').target = 'missed';
    },
  },
  {
    rule: 'H3',
    chart: 'handOff',
    name: 'a desk that was heard once has the call for good',
    edit(blueprint) {
      guarded(bringing(stateOf(blueprint, 'bringing')), 'isHeard').target = 'succeeded';
    },
  },
  {
    rule: 'H3',
    chart: 'handOff',
    name: 'a desk that is gone again has the call',
    edit(blueprint) {
      const confirming = stateOf(blueprint, 'confirming');
      const rows = without(onDone(confirming), 'isHere');
      found(rows.at(-1), 'last row').target = 'succeeded';
      Object.assign(found(confirming.invoke, 'invoke'), { onDone: rows });
    },
  },
  {
    rule: 'H4',
    chart: 'handOff',
    name: 'a desk is sent for three times',
    edit({ guards }) {
      found(guards.hasAttemptsLeft, 'guard hasAttemptsLeft');
      guards.hasAttemptsLeft = ({ context }: { context: { attempts: number } }) =>
        context.attempts < 3;
    },
  },
  {
    rule: 'H4',
    chart: 'handOff',
    name: 'a circle of desks is gone round in',
    edit({ actions }) {
      found(actions.goToOtherwise, 'action goToOtherwise');
      actions.goToOtherwise = assign({
        next: ({ context: { next, desks } }: Chain) => desks[next ?? '']?.otherwise ?? null,
        attempts: 0,
      } as never);
    },
  },
];

type Chain = {
  context: {
    next: string | null;
    desks: Record<string, { otherwise: string | null } | undefined>;
  };
};

/** The ways on once all parts of a state are done. */
const bringing = (state: object) =>
  found((state as { onDone?: { guard?: string; target?: string }[] }).onDone, 'onDone');
