// The rules C1 to C6 on every generated path: what becomes of a key in the charts that deal with keys.

import type { AnyMachineSnapshot } from 'xstate';
import { isPlausible } from '../../../src/machines/check-digits.ts';
import type { CollectInput } from '../../../src/machines/collect-digits.machine.ts';
import type { Secret } from '../../../src/machines/secret.ts';
import type { VerifyEntryInput } from '../../../src/machines/verify-entry.machine.ts';
import type { Explored } from './chart-paths.ts';
import { allSteps, asksOf, at, chartOf, endOf, kindOf, resultOf, wrong } from './path-evidence.ts';
import type { Path } from './paths.ts';
import type { Judges } from './rules.ts';
import type { Step } from './walk.ts';

const MISTAKE = /^(doubtful|tooLong|mistyped|noSuchDate|rejected)$/;

export const KEY_PATH_JUDGES: Judges<Explored> = {
  C1(explored) {
    const late = chartOf(explored, 'collectDigits').edges.filter(
      ({ from, event }) =>
        event.type === 'pound.pressed' &&
        isEmpty(from) &&
        (event.sinceLastMs as number) <= from.context.rules.latePoundMs,
    );
    return wrong(
      late,
      ({ from, to, asks }) => at(from) === at(to) && asks.length === 0,
      ({ from, to }) => `a late pound key leads from ${at(from)} to ${at(to)}`,
    );
  },

  C2: (explored) => [
    ...wrong(
      chartOf(explored, 'collectDigits').simple,
      (path) => endOf(path.end)?.kind !== 'entered' || !lastKeys(path).some(isTooFast),
      ({ end }) => `keys no person can press are an entry: ${at(end)}`,
    ),
    ...wrong(
      chartOf(explored, 'step').edges.filter(({ event }) => kindOf(event) === 'doubtful'),
      (step) => asksOf(step, 'verifyEntry').length === 0,
      ({ to }) => `a doubtful entry is verified: ${at(to)}`,
    ),
  ],

  C3(explored) {
    const { starts, edges } = chartOf(explored, 'collectDigits');
    const isDropped = (step: Step, src: string) =>
      asksOf(step, src).every((input) => (input as CollectInput).fresh);
    return [
      ...wrong(
        starts,
        ({ to, acts }) => !to.context.fresh || acts.includes('dropWaitingKeys'),
        () => 'keys from before are kept for an entry that must be fresh',
      ),
      ...wrong(
        [...starts, ...edges].flatMap((step) =>
          asksOf(step, 'keypad').map((input) => ({ step, input })),
        ),
        ({ step, input }) =>
          step.to.context.rules.typeAhead || (input as { dropWaiting: boolean }).dropWaiting,
        () => 'keys from before are kept where nothing may be typed ahead',
      ),
      ...['step', 'choice'].flatMap((id) =>
        wrong(
          chartOf(explored, id).edges,
          (step) => isDropped(step, 'collectDigits'),
          ({ event }) => `${id} asks again, and keeps keys from before: ${kindOf(event)}`,
        ),
      ),
      ...['step', 'choice'].flatMap((id) =>
        wrong(
          chartOf(explored, id).edges.filter(({ event }) => MISTAKE.test(kindOf(event) ?? '')),
          (step) => asksOf(step, 'collectDigits').every((input) => (input as CollectInput).again),
          ({ event }) => `${id} lets what is left of an entry begin the next: ${kindOf(event)}`,
        ),
      ),
      ...wrong(
        allSteps(chartOf(explored, 'oneTimeCode')),
        (step) => isDropped(step, 'step'),
        () => 'keys from before a code are kept for it',
      ),
      ...wrong(
        allSteps(chartOf(explored, 'verifyEntry')),
        (step) => isDropped(step, 'choice'),
        () => 'keys from before a read-back confirm it',
      ),
    ];
  },

  C4(explored) {
    const { simple, states, edges } = chartOf(explored, 'collectDigits');
    const missed = edges.filter(({ event }) => event.type === 'keys.missed');
    return [
      ...wrong(
        simple.filter(({ end }) => endOf(end)?.kind === 'entered'),
        (path) => isAsKeyed(path),
        ({ end, steps }) => `an entry that is not as keyed: ${at(end, steps.at(-1)?.event)}`,
      ),
      ...wrong(
        states.filter((state) => state.matches({ listening: 'entering' })),
        (state) => missed.some(({ from, to }) => from === state && endOf(to)?.kind === 'doubtful'),
        (state) => `halves are joined: ${at(state)}`,
      ),
    ];
  },

  C5: (explored) =>
    wrong(
      chartOf(explored, 'verifyEntry').simple.filter(
        ({ input }) => (input as VerifyEntryInput).readBack,
      ),
      ({ steps }) => {
        const heard = steps.findIndex(({ event }) => event.type === 'xstate.done.actor.playPrompt');
        const right = steps.findIndex(({ event }) => resultOf(event)?.choice === 'accept');
        const asked = steps.findIndex((step) => asksOf(step, 'checkEntry').length > 0);
        return asked < 0 || (heard > 0 && heard < right && right === asked);
      },
      ({ end }) => `checked before it was confirmed: ${at(end)}`,
    ),

  C6: (explored) =>
    wrong(
      chartOf(explored, 'verifyEntry').simple,
      ({ input, steps }) =>
        canBeRight(input as VerifyEntryInput) ||
        steps.every((step) => asksOf(step, 'checkEntry').length === 0),
      ({ end }) => `checked and cannot be right: ${at(end)}`,
    ),
};

const isEmpty = (state: AnyMachineSnapshot) =>
  state.matches('listening') && state.context.entry.length === 0;

/** The keys of a path since the last one that cleared what was there. */
function lastKeys({ steps }: Path): Step[] {
  const cleared = steps.findLastIndex(({ event }) => event.type === 'star.pressed');
  return steps.slice(cleared + 1).filter(({ event }) => event.type === 'digit.pressed');
}

const isTooFast = ({ event }: Step) => (event.sinceLastMs as number) < 40;

/** Whole, in order, and of a length that the line allows. */
function isAsKeyed(path: Path): boolean {
  const { entry } = path.end.output as { entry: Secret };
  const { minLength, maxLength } = (path.input as CollectInput).rules;
  const keys = lastKeys(path).map(({ event }) => (event.digit as Secret).reveal());
  return entry.reveal() === keys.join('') && entry.length >= minLength && entry.length <= maxLength;
}

/** The dates of the alphabet, told apart by hand. */
const canBeRight = ({ subject, entry, check }: VerifyEntryInput) =>
  subject.step === 'birthDate' ? entry.reveal() === '03141979' : isPlausible(entry, check);
