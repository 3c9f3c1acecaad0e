// The rules V1 to V7 as they show from outside: what somebody who guesses hears, and when; and what becomes of
// a call that guessed too often.

import type { AccountHandle } from '../../../src/machines/verify-entry.machine.ts';
import {
  accepted,
  checksOf,
  endedAt,
  isAcceptedOfNobody,
  isStepEnd,
  notices,
  outcomes,
  routeOf,
  says,
  subjectOf,
  verdictOf,
} from './evidence.ts';
import { courseOf, isDropped, provedBy } from './passage.ts';
import type { Ask, Happening } from './phone-call.ts';
import type { Judges } from './rules.ts';
import type { Story } from './story.ts';
import { passageOf } from './story-passage.ts';

const BACKEND = /^(checkEntry|simChangedWithinHours|sendCode)$/;
/** How long a caller may hear nothing. */
const SILENCE_MS = 2000;
/** The same as far as it is ours: the word begins a little sooner. */
const QUIET_MS = 1700;
const FILLER_MS = 1000;

export const GUESS_JUDGES: Judges<Story> = {
  V1: (story) =>
    questions(story).flatMap(({ since, last }) => {
      if (last.end !== 'answered' && last.end !== 'broke') return [];
      const then = consequence(story, last);
      if (then === null) return [];
      const due = Math.max(since.askedAt + floorDue(story, since), last.closedAt ?? 0);
      return then.at === due ? [] : [`${last.port} is told ${then.at - due} ms after its time`];
    }),

  V2(story) {
    const isUnknown = outcomes(story).includes('unknown');
    // A backend that takes the keys of nobody breaks the call, and is believed of somebody.
    if (!isUnknown || checksOf(story).some(isAcceptedOfNobody)) return [];
    const [here, there] = [heard(story), heard(story.elsewhere())];
    const at = here.findIndex((what, i) => what !== there[i]);
    if (at < 0 && here.length === there.length) return [];
    const nth = at < 0 ? here.length : at;
    return [`nobody hears ${here[nth]}, somebody ${there[nth]}`];
  },

  V3: (story) => [
    ...accepted(story)
      .filter(isAcceptedOfNobody)
      .map((ask) => `${subjectOf(ask).step} of nobody is accepted`),
    ...proofs(story)
      .filter(({ auth, ref }) => /^(identified|verified)$/.test(auth) !== (ref !== null))
      .map(({ auth, ref }) => `a desk is told of ${ref}, ${auth}`),
  ],

  V4(story) {
    if (!outcomes(story).includes('lockedOut')) return [];
    const desks = story.asks.flatMap(({ port, input }) =>
      /^(setAttributes|bringAgent|transfer)$/.test(port) ? [(input as { desk: string }).desk] : [],
    );
    return [
      ...desks
        .filter((desk) => story.plan?.desks[desk]?.requires.length !== 0)
        .map((desk) => `${desk} takes a call that is locked out`),
      ...proofs(story)
        .filter(({ auth, amr }) => auth !== 'failed' || amr.length > 0)
        .map(({ auth, amr }) => `locked out, and ${auth} by ${amr.join()}`),
    ];
  },

  V5({ log }) {
    const at = log.findIndex(
      (then) => then.what === 'closed' && /^(lockedOut|storeLost)$/.test(verdictOf(then.ask) ?? ''),
    );
    if (at < 0) return [];
    return log
      .slice(at)
      .flatMap((then) => (then.what === 'asked' && BACKEND.test(then.ask.port) ? [then.ask] : []))
      .map(({ port }) => `${port} is asked of an account without tries`);
  },

  V6(story) {
    const course = courseOf(passageOf(story));
    const told = notices(story, 'caller.verified').map(({ tally, steps }) => [tally, ...steps]);
    const due = provedBy(course) === 'verified' ? [[tallyOf(story), ...course.accepted]] : [];
    const isDue = JSON.stringify(told) === JSON.stringify(due);
    return isDue ? [] : [`verified is told of ${told}, not of ${due}`];
  },

  V7: (story) =>
    waits(story).flatMap((wait) => {
      const { askedAt, port } = wait.since;
      const silence = soundAfter(story, wait.since) - askedAt;
      const due = askedAt + wordDue(story, wait);
      const [end, ...words] = [...happenedIn(story, wait)].reverse();
      const saidAt = words.findLast(isWord)?.at ?? null;
      const isSaid = saidAt === null ? end === undefined || end.at <= due : saidAt === due;
      return [
        ...(silence > SILENCE_MS ? [`${silence} ms of silence since ${port}`] : []),
        ...(isSaid ? [] : [`told to wait for ${port} at ${saidAt}, not at ${due}`]),
      ];
    }),
};

/** A question whose answer the caller waits for: since when, and what was asked last. */
interface Waited {
  readonly since: Ask;
  readonly last: Ask;
}

/** Questions to the backend; one about the SIM and one for a code are one where they follow each other. */
function questions({ asks }: Story): Waited[] {
  const about = asks.filter(({ port }) => BACKEND.test(port));
  return about.flatMap((ask, i): Waited[] => {
    const next = about[i + 1];
    const goesOn = (first: Ask | undefined, then: Ask | undefined) =>
      first?.port === 'simChangedWithinHours' && then?.port === 'sendCode';
    if (goesOn(ask, next)) return [];
    const before = about[i - 1];
    return [{ since: before && goesOn(before, ask) ? before : ask, last: ask }];
  });
}

function waits(story: Story): Waited[] {
  const lookUps = story.asks.filter(({ port }) => port === 'lookUpCustomer');
  return [...lookUps.map((ask) => ({ since: ask, last: ask })), ...questions(story)];
}

const isWord = (then: Happening) => then.what === 'asked' && says(then.ask, 'one-moment');

const since = ({ log }: Story, ask: Ask) =>
  log.slice(log.findIndex((then) => then.what === 'asked' && then.ask === ask) + 1);

/** When something was heard after a question; a call that is handed over, or ends, is no longer waiting. */
function soundAfter(story: Story, ask: Ask): number {
  const sound = since(story, ask).find(
    (then) =>
      then.what === 'ended' ||
      (then.what === 'asked' && /^(playPrompt|setAttributes|hangUp)$/.test(then.ask.port)),
  );
  return sound?.at ?? endedAt(story);
}

/** What happened while an answer was awaited, and what it led to. */
function happenedIn(story: Story, { since: first, last }: Waited): Happening[] {
  const after = since(story, first);
  const end = after.findIndex(
    (then) =>
      then.what === 'ended' || (then.what === 'asked' && then.ask !== last && !isWord(then)),
  );
  return after.slice(0, end + 1);
}

/** How long after its question a caller is told to wait. */
function wordDue(story: Story, { since: first }: Waited): number {
  const due = Math.max(FILLER_MS, floorDue(story, first));
  if (first.port !== 'simChangedWithinHours') return due;
  const before = waits(story).find((wait) => {
    const end = happenedIn(story, wait).at(-1);
    return end?.what === 'asked' && end.ask === first;
  });
  return Math.max(0, QUIET_MS - (before ? wordDue(story, before) : 0));
}

/** What an answer led to; null: something else happened first. */
function consequence({ log }: Story, ask: Ask): Happening | null {
  const closed = log.findIndex((then) => then.what === 'closed' && then.ask === ask);
  const next = log.slice(closed + 1).find((then) => {
    if (then.what === 'asked') return !says(then.ask, 'one-moment');
    return then.what === 'came' || then.what === 'ended' || isStepEnd(then);
  });
  const isOver = next?.what === 'asked' && says(next.ask, 'time-limit');
  return next === undefined || next.what === 'came' || isOver ? null : next;
}

/** How long the answer to this question has to be held back. */
function floorDue(story: Story, ask: Ask): number {
  if (story.floorMs === 0 || ask.port === 'lookUpCustomer') return 0;
  const before = { ...story, asks: story.asks.slice(0, story.asks.indexOf(ask)) };
  const passage = passageOf(before);
  if (ask.port === 'checkEntry' && subjectOf(ask).step === 'account') {
    const steps = routeOf(story)?.steps ?? [];
    const after = steps.slice(steps.findIndex(({ step }) => step === 'account') + 1);
    return after.every((step) => isDropped(passage, step)) ? 0 : story.floorMs;
  }
  const { account, accepted: steps } = courseOf(passage);
  const { customer } = passage;
  const isVouchedFor = account !== null && typeof customer !== 'string' && account === customer.ref;
  return isVouchedFor || steps.some((step) => step !== 'account') ? 0 : story.floorMs;
}

/** What a caller can hear, and what is asked of whom meanwhile, to the millisecond. */
function heard({ log, result }: Story): string[] {
  const events = log.flatMap((then) => {
    switch (then.what) {
      case 'asked': {
        const { desk = '' } = (then.ask.input ?? {}) as { desk?: string };
        const isSaid = then.ask.port === 'playPrompt';
        const words = isSaid ? [...then.ask.words, ...then.ask.revealed] : [];
        return [`${then.ask.port} ${desk} ${words.join(' ')} at ${then.at}`];
      }
      case 'listening':
      case 'deaf':
      case 'ended':
        return [`${then.what} at ${then.at}`];
      default:
        return [];
    }
  });
  return [...events, result?.ending.reason ?? 'no end'];
}

const proofs = ({ asks }: Story) =>
  asks.flatMap(({ port, input }) =>
    /^(setAttributes|bringAgent|transfer)$/.test(port)
      ? [(input as { proof: { auth: string; amr: readonly string[]; ref: string | null } }).proof]
      : [],
  );

/** What is counted under is what the backend was told of the account last. */
function tallyOf(story: Story): string {
  const keyed = accepted(story).find((ask) => subjectOf(ask).step === 'account');
  const { customer } = passageOf(story);
  const account = (keyed?.answer as { account?: AccountHandle } | undefined)?.account;
  return account?.tally ?? (typeof customer === 'string' ? '' : customer.tally);
}
