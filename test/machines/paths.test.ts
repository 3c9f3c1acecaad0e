import { describe, expect, test } from 'vitest';
import { exploreAll } from './proof/chart-paths.ts';
import { SHIPPED } from './proof/charts.ts';
import { stuck } from './proof/paths.ts';

describe.each(Object.entries(exploreAll(SHIPPED)))('every path through %s', (name, chart) => {
  test('together they enter every state and take every transition', () => {
    const { shortest, simple, edges, size, untouched } = chart;
    console.info(
      `${name}: ${shortest} shortest paths, ${simple.length} simple paths, ${edges.length} steps; ` +
        `${size.states - untouched.states.length} of ${size.states} states, ` +
        `${size.transitions - untouched.transitions.length} of ${size.transitions} transitions`,
    );
    expect(untouched).toEqual({ states: [], transitions: [] });
    expect(simple.length).toBeGreaterThan(0);
  });

  test('ends, or can still come to an end', () => {
    expect(stuck(chart).map(({ value }) => value)).toEqual([]);
  });

  test('never breaks the chart', () => {
    expect(chart.states.filter(({ status }) => status !== 'active' && status !== 'done')).toEqual(
      [],
    );
  });
});
