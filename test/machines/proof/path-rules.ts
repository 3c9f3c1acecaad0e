// The rules M1 to M9 on every generated path: what may be asked, kept and answered from the inside. The
// same judges are put to the shipped charts and to the mutants.

import { CUSTOMER } from './answers.ts';
import type { Explored } from './chart-paths.ts';
import { COUNTED } from './counts.ts';
import { waitsWithoutEnd } from './endless-waits.ts';
import { createLeakWatch } from './leaks.ts';
import { wrongEndings } from './path-endings.ts';
import {
  allSteps,
  asksOf,
  at,
  chartOf,
  endOf,
  FAULTY,
  isFault,
  isOpen,
  isProof,
  isSentAway,
  isVerified,
  isWhole,
  kindOf,
  wrong,
} from './path-evidence.ts';
import { GATE_PATH_JUDGES } from './path-gate-rules.ts';
import { GUESS_PATH_JUDGES } from './path-guess-rules.ts';
import { HAND_OVER_PATH_JUDGES } from './path-hand-over-rules.ts';
import { KEY_PATH_JUDGES } from './path-key-rules.ts';
import { RESUMPTION_PATH_JUDGES } from './path-resumption-rules.ts';
import { ROOM_PATH_JUDGES } from './path-room-rules.ts';
import { isOutOfTries } from './resumed-calls.ts';
import type { Judges } from './rules.ts';

/** The only events that may come from outside; everything else is an answer to what a chart asked. */
const FROM_OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  // Of a transfer the hand-over tells, which the call has started.
  call: ['call.drain', 'call.lost', 'caller.hungUp', 'transfer.asked', 'transfer.refused'],
  collectDigits: ['digit.pressed', 'keys.missed', 'pound.pressed', 'star.pressed'],
  roomWatch: ['stranger.came'],
};
const KEYED = [
  '12345674',
  '12345678',
  '03141979',
  '1979-03-14',
  '1234',
  '555',
  '550',
  '505',
  '055',
  CUSTOMER,
];

export const PATH_JUDGES: Judges<Explored> = {
  M1(explored) {
    const call = chartOf(explored, 'call');
    const verified = call.states.filter(({ context }) => context.auth === 'verified');
    const accepting = call.edges.filter(
      ({ from, to }) => from.context.accepted !== to.context.accepted,
    );
    return [
      ...wrong(verified, isVerified, (state) => `verified without every step: ${at(state)}`),
      ...wrong(
        accepting,
        ({ event }) =>
          (kindOf(event) === 'accepted' && /\.actor\.(step|oneTimeCode)$/.test(event.type)) ||
          event.type === 'xstate.done.actor.lookUpCustomer',
        ({ to, event }) => `accepted: ${at(to, event)}`,
      ),
      ...wrong(
        call.edges.filter((step) => asksOf(step, 'handOff').length > 0),
        ({ to: { context } }) =>
          context.desk === context.plan.operator || isWhole(context) || isSentAway(context),
        ({ from, event }) => `the desk of a route with a step left: ${at(from, event)}`,
      ),
      ...['step', 'oneTimeCode', 'verifyEntry'].flatMap((id) =>
        wrong(
          chartOf(explored, id).simple.filter(({ end }) => endOf(end)?.kind === 'accepted'),
          ({ steps }) => steps.some(({ event }) => kindOf(event) === 'accepted'),
          ({ end, steps }) => `${id} accepted: ${at(end, steps.at(-1)?.event)}`,
        ),
      ),
    ];
  },

  M2(explored) {
    const { states, edges } = chartOf(explored, 'call');
    const hungUp = edges.filter(({ event }) => event.type === 'caller.hungUp');
    const heard = new Set(hungUp.map(({ from }) => from));
    return [
      ...wrong(
        states.filter(({ status }) => status === 'active'),
        (state) => heard.has(state),
        (state) => `a hang-up is not heard: ${at(state)}`,
      ),
      ...wrong(
        hungUp,
        ({ to, asks }) => to.status === 'done' && asks.length === 0,
        ({ from, to }) => `goes on after a hang-up: ${at(from)} to ${at(to)}`,
      ),
    ];
  },

  M3: (explored) =>
    ['step', 'oneTimeCode', 'verifyEntry', 'choice'].flatMap((id) =>
      wrong(
        chartOf(explored, id).simple,
        (path) => COUNTED[id]?.(path) ?? false,
        ({ end }) => `${id} counts wrong: ${at(end)} ${JSON.stringify(endOf(end))}`,
      ),
    ),

  M4: (explored) => waitsWithoutEnd(explored),

  M5: (explored) =>
    Object.entries(explored).flatMap(([id, { states, edges, starts }]) => {
      const watch = createLeakWatch(KEYED);
      for (const { context, output } of states) watch.look([context, output], id);
      for (const { asks } of [...starts, ...edges]) watch.look(asks, `a question of ${id}`);
      const types = states.flatMap(({ _nodes }) => _nodes.flatMap(({ ownEvents }) => ownEvents));
      const outside = [...new Set(types)].filter((type) => !type.startsWith('xstate.'));
      return [
        ...[...watch.leaks].map((where) => `keys in ${where}`),
        ...outside
          .filter((type) => !FROM_OUTSIDE[id]?.includes(type))
          .map((type) => `${id} takes ${type} from outside`),
      ];
    }),

  M6: wrongEndings,

  M7: (explored) =>
    Object.values(explored).flatMap(({ untouched: { states, transitions } }) => [
      ...states.map((id) => `no path enters ${id}`),
      ...transitions.map((name) => `no path takes ${name}`),
    ]),

  M8(explored) {
    const { edges } = chartOf(explored, 'call');
    const failing = edges.filter(
      ({ from, to }) => from.context.auth !== 'failed' && to.context.auth === 'failed',
    );
    return [
      ...['step', 'oneTimeCode', 'verifyEntry'].flatMap((id) =>
        wrong(
          chartOf(explored, id).edges.filter(({ event }) => isFault(event)),
          // The answer may have to wait for its time.
          ({ to, asks }) => asks.length === 0 && FAULTY.has(endOf(to)?.kind ?? 'unavailable'),
          ({ to, event }) => `${id} takes a fault for something else: ${at(to, event)}`,
        ),
      ),
      ...['step', 'oneTimeCode', 'verifyEntry'].flatMap((id) =>
        wrong(
          chartOf(explored, id).simple.filter(({ steps }) =>
            steps.some(({ event }) => isFault(event)),
          ),
          ({ end }) => FAULTY.has(endOf(end)?.kind ?? ''),
          ({ end }) => `${id} ends otherwise after a fault: ${endOf(end)?.kind}`,
        ),
      ),
      ...wrong(
        failing,
        ({ from, event }) =>
          /^(tooManyTries|lockedOut)$/.test(kindOf(event) ?? '') || isOutOfTries(from.context),
        ({ to, event }) => `failed: ${at(to, event)}`,
      ),
      ...wrong(
        edges.filter(({ event }) => isFault(event) && /\.(step|oneTimeCode)$/.test(event.type)),
        ({ to: { context } }) =>
          context.auth !== 'failed' && !/^(too-many-tries|locked-out)$/.test(context.reason),
        ({ to, event }) => `a fault counts as wrong: ${at(to, event)}`,
      ),
    ];
  },

  M9(explored) {
    const handOff = allSteps(chartOf(explored, 'handOff'));
    const call = allSteps(chartOf(explored, 'call'));
    return [
      ...['setAttributes', 'bringAgent', 'awaitWatcher', 'transfer'].flatMap((port) =>
        wrong(
          handOff.flatMap((step) => asksOf(step, port).map((input) => ({ step, input }))),
          ({ step, input }) => isOpen(step.to, (input as { desk: string }).desk),
          ({ input }) => `${port} of ${(input as { desk: string }).desk}, whose door is shut`,
        ),
      ),
      ...wrong(
        call.filter((step) => asksOf(step, 'handOff').length > 0),
        ({ to, asks }) => asks.every(({ input }) => isProof(input, to)),
        ({ to }) => `proof of what was not accepted: ${to.context.amr} by ${to.context.accepted}`,
      ),
    ];
  },

  ...GATE_PATH_JUDGES,
  ...HAND_OVER_PATH_JUDGES,
  ...GUESS_PATH_JUDGES,
  ...KEY_PATH_JUDGES,
  ...ROOM_PATH_JUDGES,
  ...RESUMPTION_PATH_JUDGES,
};
