// The rules P1 to P3 on every generated path: what the charts do with a room that is not private, and when they
// look.

import type { AnyMachineSnapshot } from 'xstate';
import type { Explored } from './chart-paths.ts';
import { allSteps, asksOf, at, chartOf, endOf, kindOf, wrong } from './path-evidence.ts';
import type { Path } from './paths.ts';
import type { Judges } from './rules.ts';
import type { Step } from './walk.ts';

const LOOK = 'xstate.done.actor.findStrangers';
/** Charts that have keys collected, and what ends them when the room is not private. */
const COLLECTING = ['step', 'choice', 'verifyEntry', 'oneTimeCode'];

export const ROOM_PATH_JUDGES: Judges<Explored> = {
  P1(explored) {
    const { simple, edges } = chartOf(explored, 'collectDigits');
    const seen = edges.filter(({ event }) => isStranger(event));
    const used = edges.filter(({ to }) => /^(entered|command)$/.test(endOf(to)?.kind ?? ''));
    return [
      ...wrong(
        simple.filter(({ end }) => /^(entered|command)$/.test(endOf(end)?.kind ?? '')),
        isSeenPrivate,
        ({ end, steps }) => `used unseen: ${endOf(end)?.kind} on ${steps.at(-1)?.event.type}`,
      ),
      ...wrong(
        used,
        ({ from, event }) => from.matches('lookingAround') && isClean(event),
        ({ from, event }) => `used unseen: ${at(from, event)}`,
      ),
      ...wrong(
        seen,
        ({ to, acts }) =>
          endOf(to)?.kind === 'stranger' &&
          ['wipeEntry', 'dropWaitingKeys'].every((act) => acts.includes(act)),
        ({ from, to, event }) => `a stranger changes little: ${at(from, event)} to ${at(to)}`,
      ),
      ...COLLECTING.flatMap((id) =>
        wrong(
          chartOf(explored, id).edges.filter(({ event }) => isGivenUp(event)),
          ({ event, to, asks }) =>
            endOf(to)?.kind === (kindOf(event) ?? 'stranger') && asks.length === 0,
          ({ from, event }) => `${id} goes on: ${at(from, event)}`,
        ),
      ),
    ];
  },

  P2: (explored) =>
    wrong(
      chartOf(explored, 'call').edges.filter(({ event }) => kindOf(event) === 'stranger'),
      ({ to: { context }, asks }) =>
        context.auth === 'none' &&
        context.amr.length === 0 &&
        asks.every(({ src }) => src === 'handOff' || src === 'playPrompt') &&
        isWarning(context.plan.operator === null ? context.farewell : context.comfort),
      ({ to, event }) => `overheard, and yet: ${at(to, event)}`,
    ),

  P3(explored) {
    const watch = chartOf(explored, 'roomWatch');
    const looks = (step: Step) => asksOf(step, 'findStrangers').length > 0;
    const collecting = chartOf(explored, 'collectDigits');
    const reading = allSteps(chartOf(explored, 'verifyEntry')).filter((step) =>
      asksOf(step, 'playPrompt').some(isReadOut),
    );
    const isActive = ({ status }: AnyMachineSnapshot) => status === 'active';
    const ended = new Set(watch.edges.flatMap(({ from, event }) => [`${at(from)} ${event.type}`]));
    return [
      ...wrong(watch.starts, looks, () => 'the watch does not begin with a look'),
      ...wrong(
        watch.edges.filter(({ event }) => event.type.startsWith('xstate.after.')),
        looks,
        () => 'the watch does not look again',
      ),
      ...wrong(
        watch.states.filter(isActive),
        (state) => ended.has(`${at(state)} stranger.came`) && state._nodes.some(hasSecond),
        (state) => `nobody is noticed, or nobody looks again: ${at(state)}`,
      ),
      ...wrong(
        watch.edges.filter(({ event }) => event.type === 'stranger.came' || isStranger(event)),
        ({ to }) => to.status === 'done',
        ({ from, event }) => `a stranger is overlooked: ${at(from, event)}`,
      ),
      ...wrong(
        [...collecting.starts, ...reading],
        (step) => asksOf(step, 'roomWatch').length > 0,
        ({ to }) => `nobody watches: ${at(to)}`,
      ),
    ];
  },
};

const hasSecond = ({ after }: AnyMachineSnapshot['_nodes'][number]) =>
  after.some(({ delay }) => delay === 'nextLook' || delay === 1000);

const isStranger = ({ type, output }: Step['event']) =>
  type === 'xstate.done.actor.roomWatch' || (type === LOOK && (output as []).length > 0);

const isClean = (event: Step['event']) => event.type === LOOK && !isStranger(event);

const isGivenUp = (event: Step['event']) =>
  event.type === 'xstate.done.actor.roomWatch' ||
  kindOf(event) === 'stranger' ||
  (kindOf(event) === 'faulted' && /\.(collectDigits|choice)$/.test(event.type));

const isWarning = (words: readonly unknown[]) =>
  words.some((word) => String(word).endsWith('not-private'));

const isReadOut = (input: unknown) =>
  (input as { utterance: readonly unknown[] }).utterance.includes('you-entered');

/** The last thing that came is the answer of a look that began with the last key, or after it. */
function isSeenPrivate({ steps }: Path): boolean {
  const isKey = ({ event }: Step) => event.type.endsWith('.pressed');
  const since = steps.slice(Math.max(0, steps.findLastIndex(isKey)));
  const last = since.at(-1);
  return (
    last !== undefined &&
    isClean(last.event) &&
    since.slice(0, -1).some((step) => asksOf(step, 'findStrangers').length > 0)
  );
}
