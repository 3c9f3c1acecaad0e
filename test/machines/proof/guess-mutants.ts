// Mutants that help somebody who guesses: at what accounts there are, or at what opens one.

import { emit } from 'xstate';
import type { Verdict } from '../../../src/machines/verify-entry.machine.ts';
import {
  asking,
  type Blueprint,
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

const KNOWLEDGE = 'underway.steps.knowledge';
const CODE = 'underway.steps.oneTimeCode';
const AWAITED = 'held.checking.answer.awaited';
const COMFORT = 'preparing.comfort';
const ENTERING = 'awaitingCode.entry.entering';

export const GUESS_MUTANTS: readonly Mutant[] = [
  {
    rule: 'V1',
    chart: 'verifyEntry',
    name: 'a right entry is told sooner than a wrong one',
    edit: (blueprint) => toldAtOnce(blueprint, 'isRight', 'accepted'),
  },
  {
    rule: 'V1',
    chart: 'verifyEntry',
    name: 'a pause is over as soon as it begins',
    edit: (blueprint) => pauseless(stateOf(blueprint, 'held.checking.pause.running')),
  },
  {
    rule: 'V1',
    chart: 'verifyEntry',
    name: 'an answer is held back where none has to be',
    edit({ guards }) {
      found(guards.hasNoFloor, 'guard hasNoFloor');
      guards.hasNoFloor = () => false;
    },
  },
  {
    rule: 'V1',
    chart: 'step',
    name: 'an entry is checked without a pause',
    edit: (blueprint) => hasty(stateOf(blueprint, 'verifying')),
  },
  {
    rule: 'V1',
    chart: 'oneTimeCode',
    name: 'a pause before a code is over as soon as it begins',
    edit: (blueprint) => pauseless(stateOf(blueprint, 'preparing.waiting.pause.running')),
  },
  {
    rule: 'V1',
    chart: 'oneTimeCode',
    name: 'a code is checked without a pause',
    edit: (blueprint) => hasty(stateOf(blueprint, ENTERING)),
  },
  {
    rule: 'V1',
    chart: 'call',
    name: 'answers about an account are held back only where there is none',
    edit(blueprint) {
      asking(stateOf(blueprint, KNOWLEDGE), (question) => {
        const { subject } = question as { subject: { account?: { ref: string | null } } };
        return subject.account?.ref == null ? question : { ...question, floorMs: 0 };
      });
    },
  },
  {
    rule: 'V1',
    chart: 'call',
    name: 'a code that comes first is sent without a pause',
    edit: (blueprint) => hasty(stateOf(blueprint, CODE)),
  },
  {
    rule: 'V2',
    chart: 'verifyEntry',
    name: 'that there is no such account is told sooner than that there is',
    edit: (blueprint) => toldAtOnce(blueprint, 'isNobody', 'unknown'),
  },
  {
    rule: 'V2',
    chart: 'step',
    name: 'an account that does not exist is told as a wrong entry',
    edit(blueprint) {
      const verifying = stateOf(blueprint, 'verifying');
      found(verifying.invoke, 'invoke').onDone = without(onDone(verifying), 'isConcealed');
    },
  },
  {
    rule: 'V2',
    chart: 'oneTimeCode',
    name: 'no code is announced where there is no account',
    edit({ guards }) {
      const hasPhone = found(guards.hasPhone, 'guard hasPhone') as Guard;
      guards.hasPhone = (args: Parameters<Guard>[0]) =>
        args.context.account.ref !== null && hasPhone(args);
    },
  },
  {
    rule: 'V2',
    chart: 'call',
    name: 'the made-up account is forgotten',
    edit(blueprint) {
      const unknown = unknownRow(stateOf(blueprint, KNOWLEDGE));
      unknown.actions = withoutAction(unknown.actions, 'keepAccount');
    },
  },
  {
    rule: 'V2',
    chart: 'call',
    name: 'who has no account is asked one step less',
    edit(blueprint) {
      const unknown = unknownRow(stateOf(blueprint, KNOWLEDGE));
      unknown.actions = [...[found(unknown.actions, 'actions')].flat(), 'moveOn'];
    },
  },
  {
    rule: 'V2',
    chart: 'call',
    name: 'who has no account has one try less',
    edit(blueprint) {
      asking(stateOf(blueprint, KNOWLEDGE), (question) => {
        const { subject } = question as { subject: { account?: { ref: string | null } } };
        return subject.account?.ref === null ? { ...question, tried: 1 } : question;
      });
    },
  },
  {
    rule: 'V3',
    chart: 'verifyEntry',
    name: 'whoever says that an entry is right is believed',
    edit({ guards }) {
      found(guards.isRight, 'guard isRight');
      guards.isRight = ({ event }: { event: { output: Verdict } }) =>
        event.output.kind === 'accepted';
    },
  },
  {
    rule: 'V3',
    chart: 'call',
    name: 'a step is accepted whosoever it is',
    edit({ guards }) {
      found(guards.isAccepted, 'guard isAccepted');
      guards.isAccepted = ({ event }: { event: { output: Verdict } }) =>
        event.output.kind === 'accepted';
    },
  },
  {
    rule: 'V3',
    chart: 'call',
    name: 'a desk is told of an account that nobody proved',
    edit(blueprint) {
      asking(stateOf(blueprint, 'underway.handingOff'), (question) => {
        const { proof } = question as { proof: object };
        return { ...question, proof: { ...proof, ref: 'ref-1' } };
      });
    },
  },
  {
    rule: 'V4',
    chart: 'call',
    name: 'a lock-out takes back nothing that was proved',
    edit(blueprint) {
      const locked = stateOf(blueprint, 'underway.turningAway.lockedOut');
      locked.entry = withoutAction(locked.entry, 'forgetProof');
    },
  },
  {
    rule: 'V4',
    chart: 'call',
    name: 'who is locked out is still identified',
    edit(blueprint) {
      const locked = stateOf(blueprint, 'underway.turningAway.lockedOut');
      locked.entry = withoutAction(locked.entry, 'fail');
    },
  },
  {
    rule: 'V4',
    chart: 'call',
    name: 'who is locked out comes to the desk behind the steps',
    edit(blueprint) {
      Object.assign(stateOf(blueprint, 'underway.turningAway.lockedOut'), {
        always: { actions: 'chooseDesk', target: '#call.underway.handingOff' },
      });
    },
  },
  {
    rule: 'V4',
    chart: 'oneTimeCode',
    name: 'an account that was sent too many codes is not locked',
    edit(blueprint) {
      const rows = onDone(stateOf(blueprint, 'preparing.waiting.answer.sending'));
      guarded(rows, 'isSendResult', 'lockedOut').target = 'unavailable';
    },
  },
  {
    rule: 'V5',
    chart: 'step',
    name: 'who is locked out may try again',
    edit(blueprint) {
      const verifying = stateOf(blueprint, 'verifying');
      const others = without(onDone(verifying), 'isResult', 'lockedOut');
      found(verifying.invoke, 'invoke').onDone = others;
    },
  },
  {
    rule: 'V5',
    chart: 'oneTimeCode',
    name: 'who is locked out is sent another code',
    edit(blueprint) {
      const entering = stateOf(blueprint, ENTERING);
      const others = without(onDone(entering), 'isStepResult', 'lockedOut');
      found(entering.invoke, 'invoke').onDone = others;
    },
  },
  {
    rule: 'V5',
    chart: 'call',
    name: 'a step is asked again where its tries cannot be counted',
    edit(blueprint) {
      const rows = onDone(stateOf(blueprint, KNOWLEDGE));
      guarded(rows, 'isStepResult', 'storeLost').target = 'choosing';
    },
  },
  {
    rule: 'V6',
    chart: 'call',
    name: 'nobody is told that a caller is verified',
    edit(blueprint) {
      const verified = guarded(stateOf(blueprint, 'underway.steps.choosing').always, 'isVerified');
      verified.actions = withoutAction(verified.actions, 'tellVerified');
    },
  },
  {
    rule: 'V6',
    chart: 'call',
    name: 'each step that is accepted is told as verified',
    edit(blueprint) {
      const accepted = guarded(onDone(stateOf(blueprint, KNOWLEDGE)), 'isAccepted');
      accepted.actions = [...[found(accepted.actions, 'actions')].flat(), 'tellVerified'];
    },
  },
  {
    rule: 'V6',
    chart: 'call',
    name: 'verified is told of no account in particular',
    edit({ actions }) {
      found(actions.tellVerified, 'action tellVerified');
      actions.tellVerified = emit({ type: 'caller.verified', tally: '', steps: [] });
    },
  },
  {
    rule: 'V6',
    chart: 'call',
    name: 'verified is told of steps that nobody has proved',
    edit({ actions }) {
      found(actions.tellVerified, 'action tellVerified');
      actions.tellVerified = emit(({ context }) => ({
        type: 'caller.verified',
        tally: context.account.tally,
        steps: ['account', 'passcode', 'birthDate', 'oneTimeCode'],
      }));
    },
  },
  {
    rule: 'V7',
    chart: 'verifyEntry',
    name: 'who waits for a verdict hears nothing',
    edit: (blueprint) => remove(stateOf(blueprint, `${AWAITED}.quiet`), 'after'),
  },
  {
    rule: 'V7',
    chart: 'oneTimeCode',
    name: 'who waits for a code hears nothing',
    edit: (blueprint) => remove(stateOf(blueprint, `${COMFORT}.quiet`), 'after'),
  },
  {
    rule: 'V7',
    chart: 'verifyEntry',
    name: 'a word of comfort tells that the answer is not there yet',
    edit(blueprint) {
      stateOf(blueprint, `${AWAITED}.quiet`).after = { 900: 'reassuring' };
    },
  },
  {
    rule: 'V7',
    chart: 'oneTimeCode',
    name: 'a word of comfort tells that no code is sent yet',
    edit(blueprint) {
      const comfort = stateOf(blueprint, COMFORT);
      for (const question of ['checkingSim', 'sending'])
        Object.assign(stateOf(blueprint, `preparing.waiting.answer.${question}`), comfort);
      remove(stateOf(blueprint, 'preparing').states, 'comfort');
    },
  },
  {
    rule: 'V7',
    chart: 'oneTimeCode',
    name: 'who waits for a code is told a second after the question, whatever went before',
    edit(blueprint) {
      stateOf(blueprint, `${COMFORT}.quiet`).after = { 1000: 'reassuring' };
    },
  },
  {
    rule: 'V7',
    chart: 'call',
    name: 'who has heard nothing yet is sent a code as if something was just said',
    edit(blueprint) {
      asking(stateOf(blueprint, CODE), (question) => ({ ...question, silentMs: 0 }));
    },
  },
  {
    rule: 'V7',
    chart: 'call',
    name: 'it is forgotten that an upstream customer was looked up in silence',
    edit: (blueprint) => remove(stateOf(blueprint, 'underway.steps.recognising'), 'exit'),
  },
];

type Guard = (args: { context: { account: { ref: string | null } } }) => boolean;

const unknownRow = (state: State) => guarded(onDone(state), 'isStepResult', 'unknown');

/** Lets an answer be told before its pause is over. */
function toldAtOnce(blueprint: Blueprint, name: string, kind: string) {
  guarded(onDone(stateOf(blueprint, AWAITED)), name).target = `#verifyEntry.${kind}`;
}

/** Lets a pause be over as soon as it begins. */
function pauseless(running: State) {
  remove(running.always as { guard?: unknown } | undefined, 'guard');
}

/** Lets a chart below hold no answer back. */
function hasty(state: State) {
  asking(state, (question) => ({ ...question, floorMs: 0 }));
}
