// What a call leaves behind, read as evidence: its checks, its prompts, its notices.

import type { CallNotice } from '../../../src/machines/call.machine.ts';
import type { Route } from '../../../src/machines/line-plan.ts';
import type { StepOutcome } from '../../../src/machines/outcome.ts';
import type {
  AccountHandle,
  CheckQuestion,
  Subject,
  Verdict,
} from '../../../src/machines/verify-entry.machine.ts';
import type { Ask, Happening } from './phone-call.ts';
import type { Story } from './story.ts';

export const subjectOf = ({ input }: Ask): Subject => (input as CheckQuestion).subject;

export const checksOf = ({ asks }: Pick<Story, 'asks'>) =>
  asks.filter(({ port }) => port === 'checkEntry');

/** The verdict that a check, or the sending of a code, was given; null: none. */
export const verdictOf = ({ answer }: Ask) => (answer as Verdict | null)?.kind ?? null;

/** What was accepted and told so: who hangs up before an answer's time has proved nothing. */
export function accepted(story: Pick<Story, 'asks' | 'log'>): Ask[] {
  return checksOf(story).filter(
    (ask) => verdictOf(ask) === 'accepted' && outcomeAfter(story, ask) === 'accepted',
  );
}

/** How the step ended for which a check was made; null: the call ended before. */
function outcomeAfter({ log }: Pick<Story, 'log'>, ask: Ask): StepOutcome | null {
  const closed = log.findIndex((then) => then.what === 'closed' && then.ask === ask);
  const end = log.slice(closed).find(isStepEnd);
  return end?.what === 'told' && end.notice.type === 'step.ended' ? end.notice.outcome : null;
}

export const isStepEnd = (then: Happening) =>
  then.what === 'told' && then.notice.type === 'step.ended';

/** Whether something was called right for an account that does not exist. */
export function isAcceptedOfNobody(ask: Ask): boolean {
  if (verdictOf(ask) !== 'accepted') return false;
  const subject = subjectOf(ask);
  const { account } =
    subject.step === 'account' ? (ask.answer as { account?: AccountHandle }) : subject;
  return account == null || account.ref === null;
}

/** What the caller of this call has to do: the line's only route, or the one that was keyed. */
export function routeOf({ plan, log }: Story): Route | null {
  if (plan === null) return null;
  if ('steps' in plan.route) return plan.route;
  const begin = log.findIndex((then) => then.what === 'told' && 'step' in then.notice);
  const digit = log
    .slice(0, begin < 0 ? log.length : begin)
    .findLast((then) => then.what === 'taken' && /\d/.test(then.key.key));
  const key = digit?.what === 'taken' ? digit.key.key : null;
  return plan.route.find((choice) => choice.key === key) ?? null;
}

/** Backend questions that got no proper answer: unavailable, broken, too late. */
export function backendFaults({ asks }: Story): Ask[] {
  return asks
    .filter(({ port }) => ['checkEntry', 'simChangedWithinHours', 'sendCode'].includes(port))
    .filter(
      (ask) => ask.end !== 'answered' || /^(unavailable|storeLost)$/.test(verdictOf(ask) ?? ''),
    );
}

/** Where in the log somebody else was first seen in the room; -1: nobody was. */
export const overheardAt = ({ log }: Pick<Story, 'log'>) =>
  log.findIndex(
    (then) =>
      (then.what === 'arrived' && then.isSeen) ||
      (then.what === 'closed' && then.ask.port === 'findStrangers' && !isClean(then.ask)),
  );

/** Whether a look at the room saw nobody, or nothing. */
const isClean = ({ end, answer }: Ask) => end !== 'answered' || (answer as []).length === 0;

/** When the call ended; where it never did, when it was last heard of. */
export const endedAt = ({ log }: Story) =>
  (log.find(({ what }) => what === 'ended') ?? log.at(-1))?.at ?? 0;

/** Where in the log something came from outside; -1: it did not. */
export const cameAt = ({ log }: Story, type: string) =>
  log.findIndex((happening) => happening.what === 'came' && happening.type === type);

export function notices<Type extends CallNotice['type']>({ log }: Story, type: Type) {
  return log.flatMap((happening) =>
    happening.what === 'told' && happening.notice.type === type
      ? [happening.notice as Extract<CallNotice, { type: Type }>]
      : [],
  );
}

/** How each step under way ended. */
export const outcomes = (story: Story) =>
  notices(story, 'step.ended').map(({ outcome }) => outcome);

export const says = ({ words }: Ask, ...any: readonly string[]) =>
  words.some((word) => any.includes(word));

/** Prompts of a stretch of the log, but for those that `*` asked for once more. */
export function prompts(log: readonly Happening[]): Ask[] {
  let last = '';
  return log.flatMap((happening) => {
    if (happening.what === 'taken') last = happening.key.key;
    if (happening.what !== 'asked' || happening.ask.port !== 'playPrompt') return [];
    const isRepeat = last === '*';
    last = '';
    return isRepeat ? [] : [happening.ask];
  });
}

/** The log, cut where each step begins; what came before the first is left out. */
export function stretches({ log }: Story): Happening[][] {
  const cuts = log.flatMap((happening, i) =>
    happening.what === 'told' && happening.notice.type === 'step.began' ? [i] : [],
  );
  return cuts.map((cut, nth) => log.slice(cut, cuts[nth + 1]));
}

/** Whether a prompt that has this word begins an entry for which earlier keys are dropped. */
export function isAskedAfresh(word: string): boolean {
  return /^enter-code|^enter-.*-again$/.test(word);
}

/** Whether a prompt that has this word says that something was wrong with the entry before. */
export function isMendedBy(word: string): boolean {
  return /^(no-match|no-input|not-clear|too-short|too-long|mistyped|no-such-date|rejected)/.test(
    word,
  );
}
