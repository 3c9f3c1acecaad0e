// Mutants of the charts that ask for an entry: its keys, its tries, the choice of one key.

import { assign } from 'xstate';
import type { Secret } from '../../../src/machines/secret.ts';
import {
  asking,
  found,
  guarded,
  type Mutant,
  onDone,
  remove,
  rows,
  stateOf,
  without,
  withoutAction,
} from './mutate.ts';

export const ENTRY_MUTANTS: readonly Mutant[] = [
  {
    rule: 'M3',
    chart: 'step',
    name: 'an entry that is too short costs no try',
    edit(blueprint) {
      const tooShort = guarded(onDone(stateOf(blueprint, 'asking')), 'hasCause', 'tooShort');
      tooShort.actions = withoutAction(tooShort.actions, 'countTry');
    },
  },
  {
    rule: 'M3',
    chart: 'choice',
    name: 'a key that stands for nothing costs no try',
    edit(blueprint) {
      const row = found(onDone(stateOf(blueprint, 'asking')).at(-1), 'last row');
      row.actions = withoutAction(row.actions, 'countTry');
    },
  },
  {
    rule: 'M8',
    chart: 'step',
    name: 'a backend that is away is told as a wrong entry',
    edit(blueprint) {
      const verifying = stateOf(blueprint, 'verifying');
      const others = without(onDone(verifying), 'isResult', 'unavailable');
      found(verifying.invoke, 'invoke').onDone = others;
    },
  },
  {
    rule: 'M8',
    chart: 'step',
    name: 'tries that cannot be counted are told as a wrong entry',
    edit(blueprint) {
      const verifying = stateOf(blueprint, 'verifying');
      const others = without(onDone(verifying), 'isResult', 'storeLost');
      found(verifying.invoke, 'invoke').onDone = others;
    },
  },
  {
    rule: 'C3',
    chart: 'step',
    name: 'keys pressed before a mistake was told are the next entry',
    edit(blueprint) {
      asking(stateOf(blueprint, 'asking'), (question) => ({ ...question, fresh: false }));
    },
  },
  {
    rule: 'C3',
    chart: 'step',
    name: 'what is left of a wrong entry begins the next one',
    edit(blueprint) {
      asking(stateOf(blueprint, 'asking'), (question) => ({ ...question, again: false }));
    },
  },
  {
    rule: 'M4',
    chart: 'collectDigits',
    name: 'the silence between keys has no end',
    edit(blueprint) {
      remove(stateOf(blueprint, 'listening.entering.clear'), 'after');
    },
  },
  {
    rule: 'M5',
    chart: 'collectDigits',
    name: 'the entry is kept as plain text beside the secret',
    edit({ actions }) {
      const append = found(actions.append, 'action append') as { assignment: Assigned };
      actions.append = assign({
        ...append.assignment,
        typed: (args: KeyArgs) => args.context.entry.append(args.event.digit).reveal(),
      } as never);
    },
  },
  {
    rule: 'C1',
    chart: 'collectDigits',
    name: 'a late pound key falls into the next entry',
    edit(blueprint) {
      const listening = stateOf(blueprint, 'listening');
      const pound = without(rows(listening, 'pound.pressed'), 'isLatePound');
      listening.on = { ...listening.on, 'pound.pressed': pound };
    },
  },
  {
    rule: 'C2',
    chart: 'collectDigits',
    name: 'keys that a bridge made two of are an entry',
    edit(blueprint) {
      const clear = stateOf(blueprint, 'listening.entering.clear');
      const digit = without(rows(clear, 'digit.pressed'), 'isTooFast');
      clear.on = { ...clear.on, 'digit.pressed': digit };
    },
  },
  {
    rule: 'C4',
    chart: 'collectDigits',
    name: 'halves of an entry are joined over a gap',
    edit(blueprint) {
      remove(stateOf(blueprint, 'listening.entering').on, 'keys.missed');
    },
  },
  {
    rule: 'C4',
    chart: 'collectDigits',
    name: 'an entry that is too short is taken',
    edit(blueprint) {
      const judging = stateOf(blueprint, 'judging');
      judging.always = without(judging.always, 'isTooShort');
    },
  },
];

type Assigned = Readonly<Record<string, unknown>>;
type KeyArgs = { context: { entry: Secret }; event: { digit: Secret } };
