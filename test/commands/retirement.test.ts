// The order in which a worker comes to its end.

import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareEnd } from '../../src/commands/retirement.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const before = SIGNALS.map((signal) => process.listeners(signal));
let steps: string[];
let lastCall: PromiseWithResolvers<void>;
let successor: PromiseWithResolvers<void>;

beforeEach(() => {
  steps = [];
  lastCall = Promise.withResolvers();
  successor = Promise.withResolvers();
});
afterEach(() => {
  SIGNALS.forEach((signal, i) => {
    for (const listener of process.listeners(signal)) {
      if (!before[i]?.includes(listener)) process.off(signal, listener);
    }
  });
});

function worker() {
  const draining = new AbortController();
  const step = (name: string) => void steps.push(name);
  const retirement = prepareEnd({
    switchboard: {
      calls: 1,
      taken: 1,
      hasRoom: () => true,
      load: () => 0,
      take: async () => undefined,
      goOn: async () => undefined,
      running: [],
      giveUp: () => undefined,
      drain: () => {
        step('calls finish');
        return lastCall.promise;
      },
      stop: async () => step('calls are ended'),
    },
    agentServer: { drain: async () => step('no new calls') },
    draining,
    stopTakingOver: async () => step('no calls of others'),
    succeed: () => {
      step('successor wanted');
      return successor.promise;
    },
    log: pino({ level: 'silent' }),
  });
  void retirement.ended.then(() => step('ended'));
  return { retirement, draining };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a worker that retires takes calls until its successor does, and lets the last ones finish', async () => {
  const { retirement, draining } = worker();
  retirement.retire('calls');
  retirement.retire('memory');
  await turn();
  expect([steps, draining.signal.aborted]).toEqual([['successor wanted'], false]);
  successor.resolve();
  await turn();
  expect([steps.slice(1), draining.signal.aborted]).toEqual([
    ['no new calls', 'no calls of others', 'calls finish'],
    true,
  ]);
  lastCall.resolve();
  await retirement.ended;
  expect(steps.at(-1)).toBe('ended');
});

test('a signal takes no more calls at once, also while a successor is waited for', async () => {
  const { retirement } = worker();
  retirement.retire('memory');
  process.emit('SIGTERM');
  await turn();
  expect(steps).toEqual(['successor wanted', 'no new calls', 'no calls of others', 'calls finish']);
  successor.resolve();
  lastCall.resolve();
  await retirement.ended;
  expect(steps).toEqual([
    'successor wanted',
    'no new calls',
    'no calls of others',
    'calls finish',
    'ended',
  ]);
});

test('the second signal ends the calls', async () => {
  const { retirement } = worker();
  process.emit('SIGTERM');
  process.emit('SIGINT');
  await turn();
  expect(steps).toContain('calls are ended');
  lastCall.resolve();
  await retirement.ended;
});
