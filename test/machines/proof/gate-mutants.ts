// Mutants of the gate: of what is decided while a call rings.

import { assign } from 'xstate';
import type { UpstreamProof } from '../../../src/machines/call/context.ts';
import type { Decision } from '../../../src/screening/policy.ts';
import {
  after,
  found,
  guarded,
  type Mutant,
  remove,
  stateOf,
  without,
  withoutAction,
} from './mutate.ts';

const READING = 'screening.reading';
const DECIDING = 'screening.deciding';

export const GATE_MUTANTS: readonly Mutant[] = [
  {
    rule: 'G1',
    chart: 'call',
    name: 'a call that is to be refused is answered',
    edit(blueprint) {
      const deciding = stateOf(blueprint, DECIDING);
      deciding.always = without(deciding.always, 'isRefused');
    },
  },
  {
    rule: 'G1',
    chart: 'call',
    name: 'a line that only observes refuses',
    edit({ guards }) {
      found(guards.isRefused, 'guard isRefused');
      guards.isRefused = ({ context: { decision } }: { context: { decision: Decision } }) =>
        (decision.wouldBe ?? decision.action) === 'refuse';
    },
  },
  {
    rule: 'G1',
    chart: 'call',
    name: 'a caller who could not be screened is taken',
    edit(blueprint) {
      after(stateOf(blueprint, READING), 'screening').target = '#call.underway';
    },
  },
  {
    rule: 'G1',
    chart: 'call',
    name: 'who is sent to a desk is asked the steps',
    edit(blueprint) {
      const beginning = stateOf(blueprint, 'underway.welcoming.beginning');
      beginning.always = without(beginning.always, 'isRouted');
    },
  },
  {
    rule: 'G1',
    chart: 'call',
    name: 'who is sent to a desk comes to the one behind the steps',
    edit({ actions }) {
      found(actions.chooseRejectDesk, 'action chooseRejectDesk');
      actions.chooseRejectDesk = found(actions.chooseDesk, 'action chooseDesk');
    },
  },
  {
    rule: 'G1',
    chart: 'call',
    name: 'a closed line sends callers to a desk',
    edit(blueprint) {
      const beginning = stateOf(blueprint, 'underway.welcoming.beginning');
      const routed = guarded(beginning.always, 'isRouted');
      beginning.always = [routed, ...without(beginning.always, 'isRouted')];
    },
  },
  {
    rule: 'G4',
    chart: 'call',
    name: 'the headers are awaited for ever',
    edit: (blueprint) => remove(stateOf(blueprint, READING), 'after'),
  },
  {
    rule: 'G4',
    chart: 'call',
    name: 'nobody is told what was decided',
    edit: (blueprint) => remove(stateOf(blueprint, DECIDING), 'entry'),
  },
  {
    rule: 'G4',
    chart: 'call',
    name: 'headers that could not be read count as none at all',
    edit(blueprint) {
      const late = after(stateOf(blueprint, READING), 'screening');
      late.actions = withoutAction(late.actions, 'giveUpScreening');
    },
  },
  {
    rule: 'M2',
    chart: 'call',
    name: 'a hang-up is not heard while the headers are read',
    edit(blueprint) {
      stateOf(blueprint, READING).on = { 'caller.hungUp': {} };
    },
  },
  {
    rule: 'M6',
    chart: 'call',
    name: 'a worker that drains goes on with a call that still rings',
    edit: (blueprint) => remove(stateOf(blueprint, 'screening').on, 'call.drain'),
  },
  {
    rule: 'M6',
    chart: 'call',
    name: 'a refused call does not say why it ended',
    edit(blueprint) {
      const refused = guarded(stateOf(blueprint, DECIDING).always, 'isRefused');
      remove(refused, 'actions');
    },
  },
  {
    rule: 'M5',
    chart: 'call',
    name: 'the customer of a token is kept as plain text',
    edit(blueprint) {
      const deciding = stateOf(blueprint, DECIDING);
      deciding.entry = [...[found(deciding.entry, 'entry')].flat(), 'spell'];
      blueprint.actions.spell = assign({
        spelled: ({ context: { upstream } }: { context: { upstream: UpstreamProof | null } }) =>
          upstream?.customer.reveal(),
      } as never);
    },
  },
];
