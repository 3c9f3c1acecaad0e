// Where the QA phone's page says a call is, from the states that its charts have told last.

import { expect, test } from 'vitest';
import { liveChart } from '../../src/charts/live.ts';
import { walk } from '../../src/charts/walk.ts';
import { CHARTS } from '../../src/commands/charts.ts';
import { innermost, trailOf } from '../../src/web/page/trail.ts';

const charts = CHARTS.map((machine) => liveChart(walk(machine)));
const where = (states: Record<string, string>) =>
  trailOf(charts, new Map(Object.entries(states))).map(({ machine, level, lit }) => [
    machine,
    level.path.join('.'),
    lit.map((path) => path.join('.')),
  ]);

test('a call that asks is lit from its own chart down to the one that collects', () => {
  const trail = where({
    call: 'underway.steps.knowledge',
    step: 'asking',
    collectDigits: 'listening.entering.clear',
  });
  expect(trail).toEqual([
    ['call', 'underway.steps', ['underway.steps.knowledge']],
    ['step', '', ['asking']],
    ['collectDigits', 'listening', ['listening.entering']],
  ]);
});

test('what an ended chart said last is not shown where it does not run', () => {
  const trail = where({ call: 'closing.hangingUp', step: 'asking', collectDigits: 'entered' });
  expect(trail).toEqual([['call', 'closing', ['closing.hangingUp']]]);
});

test('of parallel parts each is found, though only the first is told with its parents', () => {
  const trail = where({
    call: 'underway.handingOff',
    handOff: 'bringing.comfort.speaking+desk.sentFor',
  });
  expect(trail.at(-1)).toEqual(['handOff', 'bringing.desk', ['bringing.desk.sentFor']]);
});

test('the whole call is always shown, and the innermost chart beside it', () => {
  const states = new Map([['call', 'ended']]);
  expect(innermost(trailOf(charts, states))).toHaveLength(1);
  expect(innermost([])).toEqual([]);
});

test('every state of every chart has a box in the drawing of its level', () => {
  for (const { levels, states } of charts) {
    for (const { path } of states.filter((state) => state.path.length > 0)) {
      const level = levels.find((one) => one.path.join('.') === path.slice(0, -1).join('.'));
      expect(level?.source).toContain(` as ${['s', ...path].join('_')}\n`);
    }
  }
});
