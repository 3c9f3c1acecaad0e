// The rules M1 to M9, and all others, as they show from outside: in what was asked, answered, heard and told
// during one call. Knows no chart, no state and no context.

import type { Auth } from '../../../src/machines/outcome.ts';
import {
  backendFaults,
  cameAt,
  endedAt,
  notices,
  outcomes,
  overheardAt,
  says,
  verdictOf,
} from './evidence.ts';
import { GATE_JUDGES } from './gate-rules.ts';
import { GUESS_JUDGES } from './guess-rules.ts';
import { HAND_OVER_JUDGES } from './hand-over-rules.ts';
import { KEY_JUDGES } from './key-rules.ts';
import { actionOf, chainFrom, courseOf, provedBy, rejectDeskOf } from './passage.ts';
import type { Happening } from './phone-call.ts';
import { ROOM_JUDGES } from './room-rules.ts';
import type { Judges } from './rules.ts';
import { endlessChoices, overruns } from './storm-counts.ts';
import { ENDED_BECAUSE } from './storm-endings.ts';
import type { Story } from './story.ts';
import { passageOf } from './story-passage.ts';
import { deadline, SCREENING_MS, silences } from './waiting.ts';

/** What the call chart allows itself after its limit: a farewell, a hang-up. */
const CLOSING_MS = 100_000;

export const STORM_JUDGES: Judges<Story> = {
  M1(story) {
    if (story.result === null) return [];
    const { auth, amr } = story.result;
    const isForgotten = outcomes(story).includes('lockedOut') || overheardAt(story) >= 0;
    const proved = isForgotten ? [] : courseOf(passageOf(story)).amr;
    return [
      ...(auth === authOf(story) ? [] : [`${auth} instead of ${authOf(story)}`]),
      ...earlyDesks(story).map((desk) => `${desk} is asked with a step left`),
      ...(amr.join() === proved.join() ? [] : [`amr ${amr.join()} instead of ${proved.join()}`]),
    ];
  },

  M2(story) {
    const hungUp = cameAt(story, 'caller.hungUp');
    if (hungUp < 0) return [];
    return story.log
      .slice(hungUp)
      .filter(({ what }) => what === 'asked' || what === 'listening')
      .map((late) => `after the hang-up: ${late.what} ${'ask' in late ? late.ask.port : ''}`);
  },

  M3: (story) => [...overruns(story), ...endlessChoices(story)],

  M4(story) {
    const { plan, log, asks } = story;
    const end = endedAt(story);
    const limit = SCREENING_MS + (plan?.maxCallMs ?? 0) + CLOSING_MS;
    return [
      ...asks.flatMap((ask) => {
        const waited = (ask.closedAt ?? end) - ask.askedAt;
        return waited > deadline(ask, plan) ? [`${waited} ms for ${ask.port}`] : [];
      }),
      ...silences(log),
      ...(story.result === null ? ['a call without end'] : []),
      ...(end > limit ? [`a call of ${end} ms`] : []),
    ];
  },

  M5({ leaks, asks }) {
    return [
      ...leaks.map((where) => `keys in ${where}`),
      ...asks
        .filter(({ port, secrets }) => port === 'checkEntry' && !secrets.every(isWiped))
        .map(() => 'an entry that was checked is not wiped'),
    ];
  },

  M6(story) {
    const { result, log, leftOver } = story;
    if (result === null) return ['the call never ended'];
    const { ending, handOff } = result;
    const farewell = log.findIndex(
      (happening) =>
        happening.what === 'asked' &&
        (/^(hangUp|refuse)$/.test(happening.ask.port) || says(happening.ask, 'goodbye')),
    );
    const isSettled = (type: string) => farewell >= 0 && farewell < cameAt(story, type);
    const began = notices(story, 'step.began').length;
    const over = outcomes(story).filter((how) => how !== 'dropped' && how !== 'upstream').length;
    const isDrained = cameAt(story, 'call.drain') >= 0 && !isSettled('call.drain');
    return [
      ...(ENDED_BECAUSE[ending.reason]?.(story) ? [] : [`${ending.reason} for no reason`]),
      ...(ending.reason === 'hung-up' && isSettled('caller.hungUp')
        ? ['hung-up after the end']
        : []),
      ...(isDrained && !/^(draining|hung-up|livekit-lost)$/.test(ending.reason)
        ? [`${ending.reason} though the worker drained`]
        : []),
      ...(ending.reason === 'livekit-lost' && isSettled('call.lost') ? ['lost after the end'] : []),
      ...((ending.reason === 'handed-off') === (handOff?.outcome === 'succeeded')
        ? []
        : [`${ending.reason} with hand-off ${handOff?.outcome}`]),
      ...(began - over > 1 || over > began ? [`${began} steps began, ${over} ended`] : []),
      ...(log.filter(({ what }) => what === 'ended').length === 1 ? [] : ['not one ending']),
      ...(leftOver === 0 ? [] : [`${leftOver} timers or questions outlive the call`]),
    ];
  },

  M8(story) {
    const wrong = story.asks.filter((ask, i) => {
      if (!says(ask, 'rejected', 'rejected-again')) return false;
      const check = story.asks.slice(0, i).findLast(({ port }) => port === 'checkEntry');
      return check === undefined || !['rejected', 'unknown'].includes(verdictOf(check) ?? '');
    });
    const isFailed =
      story.result?.auth === 'failed' ||
      /^(too-many-tries|locked-out)$/.test(story.result?.ending.reason ?? '') ||
      outcomes(story).some(isFailure);
    return [
      ...wrong.map(() => 'told of a wrong entry that was not rejected'),
      ...(isFailed && backendFaults(story).length > 0 ? ['a fault counts as wrong'] : []),
    ];
  },

  M9(story) {
    const { plan, asks } = story;
    return asks.flatMap(({ port, input }, i) => {
      if (!['bringAgent', 'awaitWatcher', 'transfer', 'setAttributes'].includes(port)) return [];
      const { desk } = input as { desk: string };
      const { amr } = courseOf(passageOf({ ...story, asks: asks.slice(0, i) }));
      const missing = plan?.desks[desk]?.requires.filter((word) => !amr.includes(word));
      return missing?.length === 0 ? [] : [`${port} ${desk} without ${missing?.join()}`];
    });
  },

  G1: (story) => GATE_JUDGES.G1(passageOf(story)),
  G2: (story) => GATE_JUDGES.G2(passageOf(story)),
  G3: (story) => GATE_JUDGES.G3(passageOf(story)),
  G4: (story) => [...GATE_JUDGES.G4(passageOf(story)), ...lateDecisions(story)],

  ...HAND_OVER_JUDGES,
  ...GUESS_JUDGES,
  ...KEY_JUDGES,
  ...ROOM_JUDGES,
};

const isFailure = (outcome: string) => /^(tooManyTries|lockedOut)$/.test(outcome);

const isWiped = (secret: { reveal(): string }) => /^\0*$/.test(secret.reveal());

/** What a call with these answers has proved. */
function authOf(story: Story): Auth {
  if (overheardAt(story) >= 0) return 'none';
  if (outcomes(story).some(isFailure)) return 'failed';
  return provedBy(courseOf(passageOf(story)));
}

/** The route's desk, asked though not every step was accepted; some desks may be asked at any time. */
function earlyDesks(story: Story): string[] {
  const { plan, asks } = story;
  const passage = passageOf(story);
  const isRouted = actionOf(passage) === 'route';
  const anytime = chainFrom(plan, isRouted ? rejectDeskOf(plan) : (plan?.operator ?? null));
  return asks.flatMap(({ port, input }, i) => {
    const { desk = '' } = (input ?? {}) as { desk?: string };
    if (port !== 'setAttributes' || desk !== passage.route?.desk || anytime.has(desk)) return [];
    return courseOf(passageOf({ ...story, asks: asks.slice(0, i) })).isThrough ? [] : [desk];
  });
}

/** A decision that comes later than it must, or after the answer. */
function lateDecisions({ plan, log, asks }: Story): string[] {
  const isDecision = (then: Happening) =>
    then.what === 'told' && then.notice.type === 'call.screened';
  const isOver = (then: Happening) =>
    then.what === 'ended' || (then.what === 'asked' && then.ask.port === 'hangUp');
  const decidedAt =
    log.find((then) => isDecision(then) || isOver(then))?.at ?? Number.POSITIVE_INFINITY;
  const answer = asks.find(({ port }) => port === 'answer');
  return [
    ...(plan !== null && decidedAt > SCREENING_MS ? [`undecided for ${decidedAt} ms`] : []),
    ...(answer && answer.askedAt < decidedAt ? ['answered before it was decided'] : []),
  ];
}
