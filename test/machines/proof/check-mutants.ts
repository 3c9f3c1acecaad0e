// Mutants of the charts that look at an entry, read it back and check it, and of those that send codes.

import { fromCallback } from 'xstate';
import type { Secret } from '../../../src/machines/secret.ts';
import {
  asking,
  found,
  guarded,
  invoked,
  type Mutant,
  onDone,
  remove,
  stateOf,
  without,
  withoutAction,
} from './mutate.ts';

const AWAITED = 'held.checking.answer.awaited';
const SENDING = 'preparing.waiting.answer.sending';

export const CHECK_MUTANTS: readonly Mutant[] = [
  {
    rule: 'M1',
    chart: 'verifyEntry',
    name: 'an account that does not exist is accepted',
    edit(blueprint) {
      const rows = onDone(stateOf(blueprint, AWAITED));
      guarded(rows, 'isNobody').target = 'accepted';
    },
  },
  {
    rule: 'M3',
    chart: 'verifyEntry',
    name: 'a check costs no try',
    edit(blueprint) {
      const checking = stateOf(blueprint, 'held.checking');
      checking.entry = withoutAction(checking.entry, 'countTry');
    },
  },
  {
    rule: 'M3',
    chart: 'oneTimeCode',
    name: 'codes that are sent are not counted',
    edit(blueprint) {
      const sending = stateOf(blueprint, SENDING);
      sending.entry = withoutAction(sending.entry, 'countSend');
    },
  },
  {
    rule: 'M3',
    chart: 'oneTimeCode',
    name: 'a new code gives new tries',
    edit(blueprint) {
      const entering = stateOf(blueprint, 'awaitingCode.entry.entering');
      asking(entering, (question) => ({ ...question, tried: 0 }));
    },
  },
  {
    rule: 'M4',
    chart: 'verifyEntry',
    name: 'a verdict is awaited for ever',
    edit(blueprint) {
      remove(stateOf(blueprint, AWAITED), 'after');
    },
  },
  {
    rule: 'M4',
    chart: 'verifyEntry',
    name: 'a wrong entry is held back for ever',
    edit(blueprint) {
      remove(stateOf(blueprint, 'held.checking.answer.rejected'), 'type');
    },
  },
  {
    rule: 'M4',
    chart: 'oneTimeCode',
    name: 'a code that is being sent is awaited for ever',
    edit(blueprint) {
      remove(stateOf(blueprint, SENDING), 'after');
    },
  },
  {
    rule: 'M4',
    chart: 'oneTimeCode',
    name: 'an answer about a code is held back for ever',
    edit(blueprint) {
      remove(stateOf(blueprint, 'preparing.waiting.pause.running'), 'after');
    },
  },
  {
    rule: 'M5',
    chart: 'verifyEntry',
    name: 'an entry is read back in words that all can see',
    edit(blueprint) {
      asking(stateOf(blueprint, 'held.readingBack'), (question) => {
        const { utterance } = question as { utterance: readonly (string | Secret)[] };
        return {
          utterance: utterance.flatMap((word) =>
            typeof word === 'string' ? [word] : word.reveal().split(' '),
          ),
        };
      });
    },
  },
  {
    rule: 'M5',
    chart: 'verifyEntry',
    name: 'a checked entry is not wiped',
    edit({ actors }) {
      found(actors.wipeAtTheEnd, 'actor wipeAtTheEnd');
      actors.wipeAtTheEnd = fromCallback(() => undefined);
    },
  },
  {
    rule: 'M8',
    chart: 'verifyEntry',
    name: 'a verdict that comes too late is a wrong entry',
    edit(blueprint) {
      const awaited = stateOf(blueprint, AWAITED);
      found(awaited.after?.verdict, 'verdict');
      awaited.after = { verdict: 'rejected' };
    },
  },
  {
    rule: 'C3',
    chart: 'oneTimeCode',
    name: 'keys pressed before a code was sent are taken for it',
    edit(blueprint) {
      const entering = stateOf(blueprint, 'awaitingCode.entry.entering');
      asking(entering, (question) => ({ ...question, fresh: false }));
    },
  },
  {
    rule: 'C5',
    chart: 'verifyEntry',
    name: 'nothing is read back',
    edit(blueprint) {
      const examining = stateOf(blueprint, 'held.examining');
      examining.always = without(examining.always, 'isReadBack');
    },
  },
  {
    rule: 'C5',
    chart: 'verifyEntry',
    name: 'what was read back is checked unconfirmed',
    edit(blueprint) {
      invoked(stateOf(blueprint, 'held.readingBack')).onDone = 'checking';
    },
  },
  {
    rule: 'C6',
    chart: 'verifyEntry',
    name: 'check digits are not looked at',
    edit(blueprint) {
      const examining = stateOf(blueprint, 'held.examining');
      examining.always = without(examining.always, 'isMistyped');
    },
  },
];
