// The rules H1 to H4 on every generated path: what may lead from one desk to the next, and to an ending.

import type { Explored } from './chart-paths.ts';
import { asksOf, at, chartOf, wrong } from './path-evidence.ts';
import type { Path } from './paths.ts';
import type { Judges } from './rules.ts';
import type { Edge, Happened } from './walk.ts';

interface Outcome {
  readonly outcome: string;
  readonly kind: string;
}

const DONE = 'xstate.done.actor.';
const isAnswer = ({ type, output }: Happened, port: string, answer: unknown) =>
  type === `${DONE}${port}` && output === answer;

const handOffOf = (explored: Explored) => chartOf(explored, 'handOff');

/** The steps on which a hand-over ends. */
const ends = (explored: Explored) =>
  handOffOf(explored).edges.flatMap((edge) =>
    edge.to.status === 'done' ? [{ edge, end: edge.to.output as Outcome }] : [],
  );
const said = ({ edge: { from, event } }: { edge: Edge }) => at(from, event);

/** What one way asks of each desk: one question more than it may is one too many. */
function tooMany({ steps }: Path): string[] {
  const most = { setAttributes: 1, bringAgent: 2, awaitWatcher: 1, transfer: 1 };
  return Object.entries(most).flatMap(([port, times]) => {
    const desks = steps.flatMap((step) => asksOf(step, port) as { desk: string }[]);
    const asked = Map.groupBy(desks, ({ desk }) => desk);
    return [...asked].flatMap(([desk, { length }]) =>
      length > times ? [`${length} times ${port} of ${desk}`] : [],
    );
  });
}

export const HAND_OVER_PATH_JUDGES: Judges<Explored> = {
  H1(explored) {
    const { edges } = chartOf(explored, 'call');
    const pending = edges.filter(({ from }) => from.context.handOff?.outcome === 'unknown');
    return [
      ...wrong(
        handOffOf(explored).edges.filter((edge) => asksOf(edge, 'transfer').length > 0),
        ({ sends }) => sends.some(({ type }) => type === 'transfer.asked'),
        ({ from, event }) => `the call is not told: ${at(from, event)}`,
      ),
      ...wrong(
        ends(explored).filter(({ end }) => end.outcome === 'succeeded' && end.kind === 'transfer'),
        ({ edge: { event } }) => isAnswer(event, 'transfer', 'succeeded'),
        (end) => `a transfer succeeds: ${said(end)}`,
      ),
      ...wrong(
        ends(explored).filter(({ end }) => end.outcome === 'unknown'),
        ({ edge: { event } }) => /\b(lookForCaller|looking)\b/.test(event.type),
        (end) => `unknown without a look: ${said(end)}`,
      ),
      ...wrong(
        pending.filter(({ event }) => !/\.actor\.handOff$|^transfer\./.test(event.type)),
        ({ from, to }) => to.context.handOff === from.context.handOff,
        ({ from, event }) => `a transfer in doubt is forgotten: ${at(from, event)}`,
      ),
      ...wrong(
        pending.filter(({ from, event }) => isHangUp(event) && from.matches('underway')),
        ({ to }) => to.output?.ending.reason === 'transfer-unknown',
        ({ from, event }) => `who may have been moved has hung up: ${at(from, event)}`,
      ),
      ...wrong(
        edges.filter(({ event }) => event.type === 'transfer.asked'),
        ({ to }) => to.context.handOff?.outcome === 'unknown',
        ({ from, event }) => `not noted: ${at(from, event)}`,
      ),
    ];
  },

  H2: (explored) =>
    wrong(
      handOffOf(explored).edges.filter(
        (edge) =>
          ['transferring', 'doubted', 'looking'].some((state) => edge.from.matches(state)) &&
          asksOf(edge, 'setAttributes').length > 0,
      ),
      ({ event }) =>
        isAnswer(event, 'transfer', 'failed') || isAnswer(event, 'lookForCaller', true),
      ({ from, event }) => `another desk is asked: ${at(from, event)}`,
    ),

  H3: (explored) =>
    wrong(
      ends(explored).filter(({ end }) => end.outcome === 'succeeded' && end.kind !== 'transfer'),
      ({ edge: { event } }) => isAnswer(event, 'lookForDesk', true),
      (end) => `has the call unseen: ${said(end)}`,
    ),

  H4(explored) {
    const handOff = handOffOf(explored);
    const often = wrong(
      handOff.states,
      ({ context: { attempts } }) => attempts <= 2,
      (state) => `once more: ${at(state)}`,
    );
    // Every attempt more makes many times as many ways: not gone where one is seen to be too many.
    return often.length > 0 ? often : [...new Set(handOff.simple.flatMap(tooMany))];
  },
};

const isHangUp = ({ type }: Happened) => type === 'caller.hungUp';
