// Mutants of the charts that see a call as a whole: the call and its hand-over.

import { assign } from 'xstate';
import {
  after,
  asking,
  found,
  guarded,
  type Mutant,
  onDone,
  remove,
  stateOf,
  without,
  withoutAction,
} from './mutate.ts';

const KNOWLEDGE = 'underway.steps.knowledge';

export const CALL_MUTANTS: readonly Mutant[] = [
  {
    rule: 'M1',
    chart: 'call',
    name: 'one accepted step stands for all of them',
    edit(blueprint) {
      const accepted = guarded(onDone(stateOf(blueprint, KNOWLEDGE)), 'isAccepted');
      accepted.actions = [...[found(accepted.actions, 'actions')].flat(), 'acceptAll'];
      blueprint.actions.acceptAll = assign({
        accepted: ({ context }: { context: { route: { steps: { step: string }[] } } }) =>
          context.route.steps.map(({ step }) => step),
        auth: 'verified',
      } as never);
    },
  },
  {
    rule: 'M1',
    chart: 'call',
    name: 'the last step is skipped on the way to the desk',
    edit({ guards }) {
      found(guards.isWhole, 'guard isWhole');
      guards.isWhole = ({ context: { route, position } }: CallContext) =>
        route !== null && position >= route.steps.length - 1;
    },
  },
  {
    rule: 'M1',
    chart: 'call',
    name: 'an identifier counts as a factor',
    edit(blueprint) {
      const accepted = guarded(onDone(stateOf(blueprint, KNOWLEDGE)), 'isAccepted');
      accepted.actions = [...[found(accepted.actions, 'actions')].flat(), 'claim'];
      blueprint.actions.claim = assign({ auth: 'verified' } as never);
    },
  },
  {
    rule: 'M2',
    chart: 'call',
    name: 'who hung up is told goodbye',
    edit({ config }) {
      Object.assign(found(config.on?.['caller.hungUp'], 'hang-up'), {
        target: '.closing.sayingGoodbye',
      });
    },
  },
  {
    rule: 'M2',
    chart: 'call',
    name: 'a hang-up is not heard while a desk is brought',
    edit(blueprint) {
      stateOf(blueprint, 'underway.handingOff').on = { 'caller.hungUp': {} };
    },
  },
  {
    rule: 'M4',
    chart: 'call',
    name: 'a call has no limit',
    edit(blueprint) {
      remove(stateOf(blueprint, 'underway'), 'after');
    },
  },
  {
    rule: 'M4',
    chart: 'call',
    name: 'the end of the leg is awaited for ever',
    edit(blueprint) {
      remove(stateOf(blueprint, 'closing.hangingUp'), 'after');
    },
  },
  {
    rule: 'M5',
    chart: 'call',
    name: 'a word from outside is taken for a result',
    edit(blueprint) {
      const underway = stateOf(blueprint, 'underway');
      underway.on = { ...underway.on, 'caller.verified': '.handingOff' };
    },
  },
  {
    rule: 'M6',
    chart: 'call',
    name: 'a call that reaches its limit does not say so',
    edit(blueprint) {
      const limit = after(stateOf(blueprint, 'underway'), 'callLimit');
      limit.actions = withoutAction(limit.actions, 'endAs');
    },
  },
  {
    rule: 'M6',
    chart: 'call',
    name: 'a hang-up during the goodbye makes a second ending',
    edit(blueprint) {
      remove(stateOf(blueprint, 'closing').on, 'caller.hungUp');
    },
  },
  {
    rule: 'M6',
    chart: 'call',
    name: 'a desk that did not come counts as handed off',
    edit(blueprint) {
      const failed = found(onDone(stateOf(blueprint, 'underway.handingOff')).at(-1), 'last row');
      failed.actions = [
        ...withoutAction(failed.actions, 'endAs'),
        { type: 'endAs', params: { reason: 'handed-off' } } as { type: string },
      ];
    },
  },
  {
    rule: 'M7',
    chart: 'call',
    name: 'a state that nobody comes to',
    edit(blueprint) {
      found(stateOf(blueprint, 'underway').states, 'states').waitingForNobody = {
        after: { 1000: '#call.ended' },
      };
    },
  },
  {
    rule: 'M7',
    chart: 'handOff',
    name: 'the second attempt is never made',
    edit({ guards }) {
      found(guards.hasAttemptsLeft, 'guard hasAttemptsLeft');
      guards.hasAttemptsLeft = () => false;
    },
  },
  {
    rule: 'M8',
    chart: 'call',
    name: 'a call without the backend counts as failed',
    edit(blueprint) {
      const rows = onDone(stateOf(blueprint, 'underway.steps.knowledge'));
      guarded(rows, 'isStepResult', 'unavailable').target = '#call.underway.turningAway.failed';
    },
  },
  {
    rule: 'M9',
    chart: 'handOff',
    name: 'nobody looks at the door',
    edit(blueprint) {
      const door = stateOf(blueprint, 'atTheDoor');
      door.always = without(door.always, 'isDoorShut');
    },
  },
  {
    rule: 'M9',
    chart: 'handOff',
    name: 'only the door of the first desk is looked at',
    edit({ guards }) {
      const isShut = found(guards.isDoorShut, 'guard isDoorShut') as DoorGuard;
      guards.isDoorShut = (args: Parameters<DoorGuard>[0]) =>
        args.context.next === args.context.desk && isShut(args);
    },
  },
  {
    rule: 'M9',
    chart: 'call',
    name: 'a desk is shown proof that was never given',
    edit(blueprint) {
      asking(stateOf(blueprint, 'underway.handingOff'), (question) => ({
        ...question,
        proof: { auth: 'verified', amr: ['otp', 'sms', 'pin', 'kba'], ref: 'ref-1' },
      }));
    },
  },
];

type CallContext = { context: { route: { steps: unknown[] } | null; position: number } };
type DoorGuard = (args: { context: { next: string | null; desk: string } }) => boolean;
