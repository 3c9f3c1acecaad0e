// Mutants of the charts that look who is in the room, and of those that go by what is seen.

import {
  after,
  found,
  guarded,
  type Mutant,
  onDone,
  remove,
  type State,
  stateOf,
  without,
  withoutAction,
} from './mutate.ts';

/** The parts that a state invokes, where it invokes more than one. */
function invoked(state: State, id: string) {
  const all = [
    found(state.invoke as unknown as (State['invoke'] & { id: string })[], 'invoke'),
  ].flat();
  return {
    all,
    one: found(
      all.find((part) => part.id === id),
      `invoke of ${id}`,
    ),
  };
}

export const ROOM_MUTANTS: readonly Mutant[] = [
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'an entry is used before anybody looked around',
    edit(blueprint) {
      const judging = stateOf(blueprint, 'judging');
      found(judging.always?.at(-1), 'last row').target = 'entered';
    },
  },
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'a command is used before anybody looked around',
    edit(blueprint) {
      guarded(stateOf(blueprint, 'lapsing').always, 'isCommand').target = 'commanded';
    },
  },
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'a stranger who is seen after the last key changes nothing',
    edit(blueprint) {
      const looking = stateOf(blueprint, 'lookingAround.looking');
      found(looking.invoke, 'invoke').onDone = without(onDone(looking), 'hasStranger');
    },
  },
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'an entry is used when nobody can say who is in the room',
    edit(blueprint) {
      after(stateOf(blueprint, 'lookingAround'), 'privacy').target = 'entered';
    },
  },
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'an entry is used when the list cannot be read',
    edit(blueprint) {
      const { invoke } = stateOf(blueprint, 'lookingAround.looking');
      (found(invoke, 'invoke') as { onError?: string }).onError = '#collectDigits.entered';
    },
  },
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'keys go on being taken with a stranger in the room',
    edit({ config }) {
      (found(config.invoke, 'invoke') as { onDone?: object }).onDone = {
        actions: 'dropWaitingKeys',
      };
    },
  },
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'keys that a stranger heard wait for whoever asks next',
    edit(blueprint) {
      const stranger = stateOf(blueprint, 'stranger');
      stranger.entry = withoutAction(stranger.entry, 'dropWaitingKeys');
    },
  },
  {
    rule: 'P1',
    chart: 'collectDigits',
    name: 'what a stranger heard is not overwritten',
    edit(blueprint) {
      const stranger = stateOf(blueprint, 'stranger');
      stranger.entry = withoutAction(stranger.entry, 'wipeEntry');
    },
  },
  {
    rule: 'P1',
    chart: 'step',
    name: 'an entry that was overheard is asked again',
    edit(blueprint) {
      guarded(onDone(stateOf(blueprint, 'asking')), 'isGivenUp', 'stranger').target = 'counting';
    },
  },
  {
    rule: 'P1',
    chart: 'choice',
    name: 'a choice that was overheard counts as a key that stands for nothing',
    edit(blueprint) {
      const asking = stateOf(blueprint, 'asking');
      found(asking.invoke, 'invoke').onDone = without(onDone(asking), 'isGivenUp', 'stranger');
    },
  },
  {
    rule: 'P1',
    chart: 'verifyEntry',
    name: 'a read-back that was overheard is taken for confirmed',
    edit(blueprint) {
      const { one } = invoked(stateOf(blueprint, 'held.readingBack'), 'roomWatch');
      (one as { onDone?: string }).onDone = 'checking';
    },
  },
  {
    rule: 'P1',
    chart: 'oneTimeCode',
    name: 'whose code was overheard may ask for another',
    edit(blueprint) {
      const entering = stateOf(blueprint, 'awaitingCode.entry.entering');
      found(entering.invoke, 'invoke').onDone = without(
        onDone(entering),
        'isStepResult',
        'stranger',
      );
    },
  },
  {
    rule: 'P2',
    chart: 'call',
    name: 'what was proved before a stranger came counts on',
    edit(blueprint) {
      const overheard = stateOf(blueprint, 'underway.turningAway.overheard');
      overheard.entry = withoutAction(overheard.entry, 'forgetStanding');
    },
  },
  {
    rule: 'P2',
    chart: 'call',
    name: 'an overheard caller is not told why nothing more is asked',
    edit(blueprint) {
      const knowledge = stateOf(blueprint, 'underway.steps.knowledge');
      const row = guarded(onDone(knowledge), 'isStepResult', 'stranger');
      row.actions = withoutAction(row.actions, 'warnOfStranger');
    },
  },
  {
    rule: 'P3',
    chart: 'collectDigits',
    name: 'nobody watches while an entry is keyed',
    edit({ config }) {
      remove(config, 'invoke');
    },
  },
  {
    rule: 'P3',
    chart: 'verifyEntry',
    name: 'nobody watches while an entry is read out',
    edit(blueprint) {
      const reading = stateOf(blueprint, 'held.readingBack');
      reading.invoke = invoked(reading, 'playPrompt').one;
    },
  },
  {
    rule: 'P3',
    chart: 'roomWatch',
    name: 'the room is looked at once and not again',
    edit(blueprint) {
      remove(stateOf(blueprint, 'looking'), 'after');
    },
  },
  {
    rule: 'P3',
    chart: 'roomWatch',
    name: 'who comes is not noticed before the next look',
    edit({ config }) {
      remove(config, 'on');
    },
  },
  {
    rule: 'P3',
    chart: 'roomWatch',
    name: 'strangers on the list are overlooked',
    edit(blueprint) {
      const looking = stateOf(blueprint, 'looking');
      (found(looking.invoke, 'invoke') as { onDone?: string }).onDone = 'looking';
    },
  },
];
