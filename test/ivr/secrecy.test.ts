// Nothing that a caller keys, no code and no full phone number is left anywhere when a call is over, whatever it
// came to: everything is searched that a call leaves, shows, logs or tells, and all that its charts ever held.
// The same over a real system: test/e2e/leak.test.ts.

import { describe, expect, test, vi } from 'vitest';
import type { EndingReason, StepOutcome } from '../../src/machines/outcome.ts';
import { searchFor } from '../kit/canary.ts';
import { secretCanary } from '../kit/canary-customers.ts';
import { keysAccountAndBirthDate } from './customers.ts';
import { dial } from './scenario.ts';
import { BROKEN_ELSEWHERE, BROKEN_PORTS, BROKEN_ROUTES, LEAKY } from './secrecy-breaks.ts';
import { type Lived, live } from './secrecy-call.ts';
import { type Told, UPSTREAM_TOKEN } from './secrecy-telling.ts';
import { WAYS } from './secrecy-ways.ts';

vi.mock('xstate', async (load) => {
  const xstate = await load<typeof import('xstate')>();
  const { tapped } = await import('./secrecy-tap.ts');
  return { ...xstate, createActor: tapped(xstate.createActor) };
});

const endings = new Set<EndingReason>();
const outcomes = new Set<StepOutcome>();

/** What was found, by where it stands. */
function leaksIn({ sinks, canaries }: Lived): (readonly [sink: string, whose: string])[] {
  const search = searchFor([...canaries, secretCanary('token of the PBX', UPSTREAM_TOKEN)]);
  return Object.entries(sinks).flatMap(([sink, text]) => {
    const inTurn = sink.endsWith('one key at a time') ? 'intoDigits' : undefined;
    return search
      .find(text, inTurn)
      .map(({ spelling, context }) => [sink, `${spelling.canary.name}: ${context}`] as const);
  });
}

async function leavesNothing(story: Told): Promise<void> {
  const lived = await live(story);
  expect(lived.records).toHaveLength(story.keepsNoRecord ? 0 : 1);
  for (const { ending, steps } of lived.records) {
    endings.add(ending.reason);
    for (const { outcome } of steps) outcomes.add(outcome);
  }
  expect(leaksIn(lived)).toEqual([]);
}

describe('nothing is left of a caller who', () => {
  test.each(WAYS)('$told', leavesNothing);
  test.each(BROKEN_ROUTES)('$told', leavesNothing);
  test.each(BROKEN_PORTS)('$told', leavesNothing);
  test.each(BROKEN_ELSEWHERE)('$told', leavesNothing);
});

test('a call that leaks in every place is found out in every place', async () => {
  const lived = await live(LEAKY);
  const leaking = new Set(leaksIn(lived).map(([sink]) => sink));
  // Its keys are secrets all the way: none can be made to leak by what is around the charts.
  const sinks = Object.keys(lived.sinks).filter(
    (sink) => !sink.startsWith('what XState shows, one'),
  );
  expect([...leaking].sort()).toEqual(sinks.sort());
});

test('every ending and every outcome of a step that there is was among them', () => {
  const ALL_ENDINGS: Readonly<Record<EndingReason, true>> = {
    'handed-off': true,
    'screened-out': true,
    'hung-up': true,
    'no-input': true,
    'too-many-tries': true,
    'locked-out': true,
    'call-limit': true,
    'backend-unavailable': true,
    'no-line': true,
    'desk-unavailable': true,
    'transfer-failed': true,
    stranger: true,
    draining: true,
    'worker-lost': true,
    'livekit-lost': true,
    'store-lost': true,
    fault: true,
    'transfer-unknown': true,
  };
  const ALL_OUTCOMES: Readonly<Record<StepOutcome, true>> = {
    accepted: true,
    unknown: true,
    tooManyTries: true,
    lockedOut: true,
    noInput: true,
    unavailable: true,
    storeLost: true,
    notPossible: true,
    operator: true,
    stranger: true,
    faulted: true,
    hungUp: true,
    abandoned: true,
    dropped: true,
    upstream: true,
  };
  expect([...endings].sort()).toEqual(Object.keys(ALL_ENDINGS).sort());
  expect([...outcomes].sort()).toEqual(Object.keys(ALL_OUTCOMES).sort());
});

test('no digit that is read out to a caller is shown to an onlooker', async () => {
  const { caller, call, world } = await dial();
  await keysAccountAndBirthDate(caller);
  await caller.hears('digit-0', 'digit-1', 'enter-code');
  await caller.hangsUp();
  await call.ends('hung-up');
  const shown = world.observed.filter(({ type }) => type === 'prompt.began');
  expect(shown.at(-1)).toMatchObject({ prompts: ['code-sent', 'enter-code', 'resend-hint'] });
  expect(JSON.stringify(shown)).toContain('ending in ••• Please');
  expect(JSON.stringify(shown)).not.toContain('digit-');
});
