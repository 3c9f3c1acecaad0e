import { describe, expect, test } from 'vitest';
import { EXPLORED } from './chart-paths.ts';
import { stuck } from './paths.ts';

describe.each(Object.entries(EXPLORED))('every path through %s', (name, chart) => {
  test('together they enter every state and take every transition', () => {
    const { paths, edges, size, untouched } = chart;
    console.info(
      `${name}: ${paths.length} shortest paths, ${edges.length} steps; ` +
        `${size.states - untouched.states.length} of ${size.states} states, ` +
        `${size.transitions - untouched.transitions.length} of ${size.transitions} transitions`,
    );
    expect(untouched).toEqual({ states: [], transitions: [] });
  });

  test('ends, or can still come to an end', () => {
    expect(chart.states.length).toBeGreaterThan(chart.size.states / 2);
    expect(stuck(chart).map(({ value }) => value)).toEqual([]);
  });

  test('never breaks the chart', () => {
    expect(chart.states.filter(({ status }) => status !== 'active' && status !== 'done')).toEqual(
      [],
    );
  });
});
