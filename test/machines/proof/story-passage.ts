// The way of a storm's call through the gate and its steps, seen from outside.

import type { Screened } from '../../../src/machines/call.machine.ts';
import type { Proof } from '../../../src/machines/hand-off.machine.ts';
import type { StepName } from '../../../src/machines/outcome.ts';
import type { Secret } from '../../../src/machines/secret.ts';
import type { AccountHandle } from '../../../src/machines/verify-entry.machine.ts';
import { accepted, notices, routeOf, subjectOf } from './evidence.ts';
import type { Keyed, Passage } from './passage.ts';
import type { Ask } from './phone-call.ts';
import { unread } from './policy-table.ts';
import type { Story } from './story.ts';
import { deadline } from './waiting.ts';

const ABOUT_AN_ACCOUNT = ['checkEntry', 'simChangedWithinHours', 'sendCode'];

/** Of a call, or of a part of it: what was asked up to a moment. */
export function passageOf(story: Story): Passage {
  const { plan, asks, log, result } = story;
  const told = log.flatMap((then) => (then.what === 'told' ? [then.notice] : []));
  const screen = asks.find(({ port }) => port === 'screen');
  const screened = screen?.end === 'answered' ? (screen.answer as Screened) : null;
  const isGivenUp = screen !== undefined && isUnanswered(screen, story);
  const lookUps = asks.filter(({ port }) => port === 'lookUpCustomer');
  const desks = asks.filter(({ port }) => port === 'setAttributes');
  return {
    plan,
    route: routeOf(story),
    evidence:
      screened?.evidence ??
      (plan && isGivenUp
        ? unread(plan.screening, screen.end === 'broke' ? 'broken' : 'late')
        : null),
    proof: screened?.upstream ?? null,
    isAnswered: asks.some(({ port }) => port === 'answer'),
    isRefused: asks.some(({ port }) => port === 'refuse'),
    isAsked:
      log.some(({ what }) => what === 'listening') ||
      asks.some(({ port }) => ABOUT_AN_ACCOUNT.includes(port)),
    lookedUp: lookUps.map(({ input }) => (input as { customer: Secret }).customer.reveal()),
    customer: lookUps.map((ask) => customerOf(ask, story)).at(-1) ?? 'open',
    keyed: (step) => keyed(story, step),
    refs: asks.filter(({ port }) => ABOUT_AN_ACCOUNT.includes(port)).flatMap(refsOf),
    desks: desks.map(({ input }) => input as { desk: string; proof: Proof }),
    told,
    result,
  };
}

function customerOf(ask: Ask, story: Story): Passage['customer'] {
  if (ask.end === 'answered') return ask.answer as AccountHandle;
  return isUnanswered(ask, story) ? 'unavailable' : 'open';
}

/** Whether a question broke, or was not answered in its time. */
function isUnanswered(ask: Ask, { plan }: Story): boolean {
  if (ask.end === 'broke') return true;
  return ask.end === 'left' && (ask.closedAt ?? 0) - ask.askedAt >= deadline(ask, plan);
}

function keyed(story: Story, step: StepName): Keyed | null {
  const check = accepted(story).find((ask) => subjectOf(ask).step === step);
  const { account } = (check?.answer ?? {}) as { account?: AccountHandle };
  if (check !== undefined) return { kind: 'accepted', ref: account?.ref ?? null };
  const isUnknown = notices(story, 'step.ended').some(
    (notice) => notice.step === step && notice.outcome === 'unknown',
  );
  return isUnknown ? { kind: 'unknown', ref: null } : null;
}

function refsOf({ port, input }: Ask): (string | null)[] {
  const { account } =
    port === 'checkEntry'
      ? (input as { subject: { account?: AccountHandle } }).subject
      : (input as { account: AccountHandle });
  return account === undefined ? [] : [account.ref];
}
