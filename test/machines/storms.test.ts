import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { CallEvent, CallNotice, CallResult } from '../../src/machines/call.machine.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { AMR_OF_STEP, FACTORS, type StepName } from '../../src/machines/outcome.ts';
import type { Subject } from '../../src/machines/step.machine.ts';
import { type Ask, createDrive } from './drive.ts';
import { BANK, FRONT_DESK, KNOWN, SELF_SERVICE } from './lines.ts';

// Whole calls, all charts running, in which anything happens at any time: keys, answers, faults, silence,
// hang-ups. What must hold is said from the outside: from what was asked, answered and heard.

const RUNS = 300;

type Move =
  | 'goOn'
  | { readonly press: string; readonly gapMs: number }
  | { readonly wait: number }
  | { readonly answer: number; readonly with: number }
  | { readonly happens: CallEvent['type'] };

/** What a caller keys who does all right. */
const RIGHT: Readonly<Record<StepName, string>> = {
  account: '31415926#',
  birthDate: '03141979',
  passcode: '1618',
  oneTimeCode: '123456',
};
const ENTRIES = ['31415926', '03141979', '123456', '271828#', '1618', '0#', '9#', '*', '#', '12'];

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 60, arbitrary: fc.constant('goOn' as const) },
  { weight: 12, arbitrary: fc.record({ answer: fc.nat(3), with: fc.nat(9) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      press: fc.constantFrom(...ENTRIES),
      gapMs: fc.constantFrom(300, 300, 300, 300, 10, 39, 40, 1500, 3999, 4001),
    }),
  },
  { weight: 8, arbitrary: fc.record({ wait: fc.constantFrom(1, 999, 1000, 4000, 8000, 30_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      happens: fc.constantFrom<CallEvent['type']>('caller.hungUp', 'call.lost', 'call.drain'),
    }),
  },
);

const storm = fc.record({
  plan: fc.constantFrom(BANK, BANK, SELF_SERVICE, FRONT_DESK),
  moves: fc.array(move, { minLength: 10, maxLength: 60, size: 'max' }),
});

const FAULT = Symbol('fault');

/** What a port may answer, the likely answers first. */
function answersOf({ port, input }: Ask): readonly unknown[] {
  switch (port) {
    case 'checkEntry': {
      const isAccount = (input as { subject: Subject }).subject.step === 'account';
      const accepted = { kind: 'accepted', ...(isAccount && { account: KNOWN }) };
      const rejected = { kind: 'rejected' };
      const odd = [{ kind: 'unknown' }, { kind: 'accepted' }, { kind: 'unavailable' }, FAULT];
      return [accepted, accepted, accepted, accepted, rejected, rejected, ...odd];
    }
    case 'simChangedWithinHours':
      return [null, null, null, null, 100, 100, 100, 100, 1, FAULT];
    case 'sendCode':
      return ['challenge', 'challenge', 'challenge', 'challenge', 'challenge', FAULT];
    case 'transfer':
      return ['succeeded', 'failed', 'failed', 'unknown', FAULT];
    default:
      return [undefined, undefined, undefined, undefined, undefined, undefined, undefined, FAULT];
  }
}

interface Trace {
  readonly plan: LinePlan;
  readonly asks: readonly Ask[];
  readonly answers: ReadonlyMap<Ask, unknown>;
  readonly notices: readonly CallNotice[];
  /** All that an inspector, a snapshot or a result would show. */
  readonly shown: readonly string[];
  /** How much was asked when the caller hung up; null: never. */
  readonly askedAtHangUp: number | null;
  readonly result: CallResult;
}

function weather(plan: LinePlan, moves: readonly Move[]): Trace {
  const phone = createDrive();
  const answers = new Map<Ask, unknown>();
  const notices: CallNotice[] = [];
  const shown: string[] = [];
  let askedAtHangUp: number | null = null;

  const actor = createActor(phone.charts.call, {
    clock: phone.clock,
    input: { plan },
    inspect: (event) => {
      if (event.type === '@xstate.event') shown.push(JSON.stringify(event.event));
      if (event.type === '@xstate.snapshot') shown.push(JSON.stringify(event.snapshot));
    },
  });
  actor.on('*', (notice) => notices.push(notice));
  actor.start();

  function give(ask: Ask, nth: number) {
    const choices = answersOf(ask);
    const answer = choices[nth % choices.length];
    answers.set(ask, answer);
    if (answer === FAULT) ask.fail();
    else ask.answer(answer);
  }

  /** What happens when all goes well: keys where keys are wanted, else the best answer. */
  function goOn() {
    const step = notices.findLast((notice) => notice.type === 'step.began')?.step;
    const [ask] = phone.open();
    if (phone.hasKeypadOpen() && step) phone.press(RIGHT[step]);
    else if (ask) give(ask, 0);
  }

  for (const next of moves) {
    if (actor.getSnapshot().status !== 'active') break;
    if (next === 'goOn') goOn();
    else if ('press' in next) phone.press(next.press, next.gapMs);
    else if ('wait' in next) phone.wait(next.wait);
    else if ('answer' in next) {
      const open = phone.open();
      const ask = open[next.answer % Math.max(1, open.length)];
      if (ask) give(ask, next.with);
    } else {
      if (next.happens === 'caller.hungUp') askedAtHangUp = phone.asks.length;
      actor.send({ type: next.happens });
    }
    phone.hears();
    shown.push(inspect(actor.getSnapshot().context, { depth: 8, showHidden: true }));
  }

  // Nobody answers any more: the call ends by itself, or it never does.
  for (const ms of [plan.maxCallMs, 30_000, 10_000]) phone.wait(ms);
  shown.push(JSON.stringify(actor.getPersistedSnapshot()));
  const result = actor.getSnapshot().output;
  if (result === undefined) throw new Error('the call never ended');
  return { plan, asks: phone.asks, answers, notices, shown, askedAtHangUp, result };
}

/** Tries a rule on many storms; a failing one is printed whole and made as small as it gets. */
function always(rule: (trace: Trace) => void) {
  fc.assert(
    fc.property(storm, ({ plan, moves }) => rule(weather(plan, moves))),
    { numRuns: RUNS },
  );
}

const stepOf = ({ input }: Ask) => (input as { subject: Subject }).subject.step;

const checksOf = ({ asks }: Trace) => asks.filter(({ port }) => port === 'checkEntry');

/** Steps whose check was answered with an exact yes. */
function acceptedSteps(trace: Trace): StepName[] {
  const yes = checksOf(trace).filter((ask) => kindOf(trace.answers.get(ask)) === 'accepted');
  return yes.map(stepOf);
}

const kindOf = (answer: unknown) => (answer as { kind?: string } | undefined)?.kind;

/** Backend questions that got no proper answer: unavailable, broken, too late. */
function faults({ asks, answers }: Trace): Ask[] {
  return asks
    .filter(({ port }) => ['checkEntry', 'simChangedWithinHours', 'sendCode'].includes(port))
    .filter((ask) => {
      const answer = answers.get(ask);
      return !answers.has(ask) || answer === FAULT || kindOf(answer) === 'unavailable';
    });
}

const isTelling = ({ port, input }: Ask, prompt: string) =>
  port === 'playPrompt' && (input as { utterance: readonly string[] }).utterance.includes(prompt);

describe(`in ${RUNS} storms`, () => {
  test('M1: verified is only who had every step accepted, a factor among them, for a known account', () => {
    let verified = 0;
    always((trace) => {
      if (trace.result.auth !== 'verified') return;
      verified += 1;
      const accepted = acceptedSteps(trace);
      expect(accepted).toEqual(trace.plan.steps.map(({ step }) => step));
      expect(accepted.some((step) => FACTORS.has(step))).toBe(true);
      const lookup = checksOf(trace).find((ask) => kindOf(trace.answers.get(ask)) === 'accepted');
      expect(lookup && trace.answers.get(lookup)).toMatchObject({ account: KNOWN });
    });
    expect(verified).toBeGreaterThan(0);
  });

  test('M2: nothing is asked after the caller hung up', () => {
    let hungUp = 0;
    always(({ asks, askedAtHangUp }) => {
      if (askedAtHangUp === null) return;
      hungUp += 1;
      expect(asks).toHaveLength(askedAtHangUp);
    });
    expect(hungUp).toBeGreaterThan(0);
  });

  test('M3: no step is checked more often than its tries, no more codes are sent than allowed', () => {
    always((trace) => {
      for (const plan of trace.plan.steps) {
        const checks = checksOf(trace).filter((ask) => stepOf(ask) === plan.step);
        expect(checks.length).toBeLessThanOrEqual(plan.tries);
        if (plan.step !== 'oneTimeCode') continue;
        const sends = trace.asks.filter(({ port }) => port === 'sendCode');
        expect(sends.length).toBeLessThanOrEqual(plan.sends);
      }
    });
  });

  test('M5: no event, snapshot or result shows what was keyed', () => {
    const entries = ENTRIES.map((keys) => keys.replace('#', '')).filter((keys) => keys.length > 3);
    always(({ shown }) => {
      for (const text of shown) {
        expect(entries.filter((entry) => text.includes(entry))).toEqual([]);
        expect(text).not.toMatch(/"digit":"[^[]/);
      }
    });
  });

  test('M6: every call ends once, by itself, and says how', () => {
    always(({ result, notices }) => {
      expect(result.ending.reason).toBeTypeOf('string');
      expect(result.ending.reason === 'handed-off').toBe(result.handOff?.outcome === 'succeeded');
      const began = notices.filter(({ type }) => type === 'step.began').length;
      const over = notices.filter(({ type }) => type === 'step.ended').length;
      expect([began, began - 1]).toContain(over);
    });
  });

  test('M8: a backend that fails is never told, counted or recorded as a wrong entry', () => {
    let faulty = 0;
    always((trace) => {
      trace.asks.forEach((ask, i) => {
        if (!isTelling(ask, 'rejected')) return;
        const check = trace.asks.slice(0, i).findLast(({ port }) => port === 'checkEntry');
        expect(['rejected', 'unknown']).toContain(check && kindOf(trace.answers.get(check)));
      });
      if (faults(trace).length === 0) return;
      faulty += 1;
      expect(trace.result.auth).not.toBe('failed');
      expect(trace.result.ending.reason).not.toBe('too-many-tries');
    });
    expect(faulty).toBeGreaterThan(0);
  });

  test('M9: no desk is asked that requires more than was accepted', () => {
    let guarded = 0;
    always((trace) => {
      const proved = acceptedSteps(trace).flatMap((step) => AMR_OF_STEP[step]);
      for (const { port, input } of trace.asks) {
        if (port !== 'bringAgent' && port !== 'transfer') continue;
        const { requires } = trace.plan.desks[(input as { desk: string }).desk]!;
        guarded += requires.length;
        expect(proved).toEqual(expect.arrayContaining([...requires]));
      }
    });
    expect(guarded).toBeGreaterThan(0);
  });
});
