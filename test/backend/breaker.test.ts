// Breakers around a bank whose every answer a test decides, one by one. Time is the test's.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type AskedOutcome,
  type AskedRoute,
  type BreakerState,
  withBreakers,
  withSmsBreaker,
} from '../../src/backend/breaker.ts';
import { IvrFault } from '../../src/ivr/fault.ts';
import type { Backend } from '../../src/ivr/ports.ts';
import { ask, QUESTIONS, type Question, routeOf } from './asking.ts';
import { MESSAGE } from './messages.ts';

const UNAVAILABLE = { code: 'IVR_BACKEND_UNAVAILABLE' };
const OPEN_MS = 10_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass for the breaker, which looks at the clock when it is asked. */
function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

const fault = () => new IvrFault('IVR_BACKEND_UNAVAILABLE', 'down');

/** A bank of open questions: each waits until the test settles it. */
function setUp() {
  const open: PromiseWithResolvers<unknown>[] = [];
  const asked: [AskedRoute, AskedOutcome][] = [];
  const states: [AskedRoute, BreakerState][] = [];
  const wait = (_: unknown, ...rest: readonly unknown[]): Promise<never> => {
    const { signal } = rest.at(-1) as { signal: AbortSignal };
    const question = Promise.withResolvers<unknown>();
    signal.addEventListener('abort', () => question.reject(signal.reason));
    open.push(question);
    return question.promise as Promise<never>;
  };
  const bank: Backend = {
    lookup: wait,
    lookupCustomer: wait,
    checkKnowledge: wait,
    simChangedWithinHours: wait,
    sendCode: wait,
    checkCode: wait,
  };
  const backend = withBreakers(bank, {
    onAsked: ({ route, outcome }) => asked.push([route, outcome]),
    onBreaker: (route, state) => states.push([route, state]),
  });

  /** Asks, and has it end so. */
  async function put(question: Question, outcome: unknown): Promise<unknown> {
    const answer = ask(backend, question).catch((error: unknown) => error);
    const last = open.pop();
    if (outcome instanceof Error) last?.reject(outcome);
    else last?.resolve(outcome);
    return await answer;
  }
  async function fail(question: Question, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) await put(question, fault());
  }
  return { backend, open, asked, states, put, fail };
}

describe.for(QUESTIONS)('at %s', (question) => {
  test('the fifth fault in a row opens it: from then on nothing is asked', async () => {
    const { open, put, fail, states, asked } = setUp();
    await fail(question, 4);
    expect(states).toEqual([]);
    await fail(question, 1);
    expect(states).toEqual([[routeOf(question), 'open']]);

    const refusal = await put(question, 'never heard');
    expect(refusal).toMatchObject(UNAVAILABLE);
    expect(refusal).toMatchObject({ message: expect.stringContaining('is not asked for 10 s') });
    expect(open).toEqual([]);
    expect(asked.map(([, outcome]) => outcome)).toEqual([
      ...Array.from({ length: 5 }, () => 'unavailable'),
      'broken',
    ]);
    expect(new Set(asked.map(([route]) => route))).toEqual(new Set([routeOf(question)]));
  });
});

describe('a breaker stays closed', () => {
  test('with any answer in between, a "wrong" too', async () => {
    const { put, fail, states } = setUp();
    for (let n = 0; n < 3; n += 1) {
      await fail('knowledge', 4);
      expect(await put('knowledge', false)).toBe(false);
    }
    expect(states).toEqual([]);
  });

  test('however often the answer is "wrong"', async () => {
    const { put, states, asked } = setUp();
    for (let n = 0; n < 50; n += 1) expect(await put('check', false)).toBe(false);
    expect(states).toEqual([]);
    expect(asked.every(([, outcome]) => outcome === 'answered')).toBe(true);
  });

  test('however many callers hang up', async () => {
    const { backend, states, asked, put } = setUp();
    for (let n = 0; n < 20; n += 1) {
      const call = new AbortController();
      const answer = ask(backend, 'lookup', undefined, call.signal);
      call.abort('hung up');
      await expect(answer).rejects.toBe('hung up');
    }
    expect(states).toEqual([]);
    expect(asked).toEqual(Array.from({ length: 20 }, () => ['lookup', 'aborted']));
    expect(await put('lookup', 'found')).toBe('found');
  });

  test('for the other routes', async () => {
    const { put, fail } = setUp();
    await fail('knowledge', 5);
    for (const question of QUESTIONS.filter((one) => one !== 'knowledge')) {
      expect(await put(question, 'well')).toBe('well');
    }
  });

  test('where it is not the bank that fails, and such an error is not hidden', async () => {
    const { put, states } = setUp();
    const ours = new TypeError('ours');
    for (let n = 0; n < 10; n += 1) expect(await put('sim', ours)).toBe(ours);
    expect(states).toEqual([]);
  });
});

describe('an open breaker', () => {
  test('lets one question through after ten seconds, and closes when it is answered', async () => {
    const { put, fail, states } = setUp();
    await fail('lookup', 5);
    pass(OPEN_MS - 1);
    expect(await put('lookup', 'too early')).toMatchObject(UNAVAILABLE);
    pass(1);
    expect(await put('customer', 'found')).toBe('found');
    await fail('lookup', 4);
    expect(await put('lookup', 'found')).toBe('found');
    expect(states.map(([, state]) => state)).toEqual(['open', 'halfOpen', 'closed']);
  });

  test('stays open for ten more when that one fails', async () => {
    const { put, fail, states } = setUp();
    await fail('otp', 5);
    pass(OPEN_MS);
    await fail('otp', 1);
    pass(OPEN_MS - 1);
    expect(await put('otp', 'too early')).toMatchObject(UNAVAILABLE);
    pass(1);
    expect(await put('otp', 'sent')).toBe('sent');
    expect(states.map(([, state]) => state)).toEqual([
      'open',
      'halfOpen',
      'open',
      'halfOpen',
      'closed',
    ]);
  });

  test('refuses everybody else at once while that one is out', async () => {
    const { backend, open, put, fail } = setUp();
    await fail('check', 5);
    pass(OPEN_MS);
    const answer = ask(backend, 'check');
    const [question] = open;
    for (let n = 0; n < 20; n += 1) {
      await expect(ask(backend, 'check')).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(open).toHaveLength(1);
    question?.resolve(true);
    expect(await answer).toBe(true);
    expect(await put('check', false)).toBe(false);
  });

  test('makes the next caller the test where the one who was it hangs up', async () => {
    const { backend, put, fail, states } = setUp();
    await fail('knowledge', 5);
    pass(OPEN_MS);
    const call = new AbortController();
    const answer = ask(backend, 'knowledge', undefined, call.signal);
    call.abort('hung up');
    await expect(answer).rejects.toBe('hung up');
    expect(states.at(-1)).toEqual(['knowledge', 'open']);

    await fail('knowledge', 1);
    expect(await put('knowledge', 'refused')).toMatchObject(UNAVAILABLE);
    pass(OPEN_MS);
    expect(await put('knowledge', true)).toBe(true);
    expect(states.at(-1)).toEqual(['knowledge', 'closed']);
  });

  test('does not hide an error of ours in its test', async () => {
    const { put, fail } = setUp();
    await fail('sim', 5);
    pass(OPEN_MS);
    const ours = new TypeError('ours');
    expect(await put('sim', ours)).toBe(ours);
    expect(await put('sim', null)).toBe(null);
  });

  test('has nothing to say to a caller who has hung up', async () => {
    const { backend, fail, asked } = setUp();
    await fail('lookup', 5);
    const gone = AbortSignal.abort('hung up');
    await expect(ask(backend, 'lookup', undefined, gone)).rejects.toBe('hung up');
    expect(asked.at(-1)).toEqual(['lookup', 'aborted']);
  });
});

describe('with several calls at once', () => {
  test('it opens once, whatever else was under way', async () => {
    const { backend, open, states, put } = setUp();
    const answers = Array.from({ length: 60 }, () => ask(backend, 'lookup'));
    const ended = Promise.allSettled(answers);
    for (const question of open.splice(0)) question.reject(fault());
    await ended;
    expect(states).toEqual([['lookup', 'open']]);
    expect(await put('lookup', 'refused')).toMatchObject(UNAVAILABLE);
    pass(OPEN_MS);
    expect(await put('lookup', 'found')).toBe('found');
  });

  test('a caller of before who hangs up during the test is not the test', async () => {
    const { backend, open, states, fail } = setUp();
    const before = new AbortController();
    const slow = ask(backend, 'lookup', undefined, before.signal).catch((error: unknown) => error);
    const kept = open.splice(0);
    await fail('lookup', 5);
    pass(OPEN_MS);
    const tested = ask(backend, 'lookup');
    before.abort('hung up');
    expect(await slow).toBe('hung up');
    expect(states.at(-1)).toEqual(['lookup', 'halfOpen']);
    open.pop()?.resolve('found');
    expect(await tested).toBe('found');
    expect(states.at(-1)).toEqual(['lookup', 'closed']);
    expect(kept).toHaveLength(1);
  });
});

test('text messages have a breaker of their own', async () => {
  let sent = 0;
  const outcomes: string[] = [];
  const states: string[] = [];
  const sender = withSmsBreaker(
    {
      send() {
        sent += 1;
        return sent > 5
          ? Promise.resolve()
          : Promise.reject(new IvrFault('IVR_SMS_UNAVAILABLE', ''));
      },
    },
    {
      onAsked: ({ route, outcome, seconds }) => {
        expect(seconds).toBeGreaterThanOrEqual(0);
        outcomes.push(`${route} ${outcome}`);
      },
      onBreaker: (route, state) => states.push(`${route} ${state}`),
    },
  );
  const send = () => sender.send(MESSAGE, new AbortController().signal);
  const down = { code: 'IVR_SMS_UNAVAILABLE' };
  for (let n = 0; n < 5; n += 1) await expect(send()).rejects.toMatchObject(down);
  await expect(send()).rejects.toMatchObject({ ...down, message: expect.stringContaining('sms') });
  expect(sent).toBe(5);
  pass(OPEN_MS);
  await send();
  expect(sent).toBe(6);
  expect(states).toEqual(['sms open', 'sms halfOpen', 'sms closed']);
  expect(outcomes).toEqual([
    ...Array.from({ length: 5 }, () => 'sms unavailable'),
    'sms broken',
    'sms answered',
  ]);
});
