import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { drawingsOf, PAGE_WIDTH } from '../../src/charts/drawing.ts';
import { FROM_INSIDE, type Level } from '../../src/charts/level.ts';
import { diagrams } from '../../src/charts/mermaid.ts';
import { textWidth, wrap } from '../../src/charts/text.ts';
import { type Chart, walk } from '../../src/charts/walk.ts';
import { widthOf } from '../../src/charts/width.ts';

const files = readdirSync('src/machines').filter((file) => file.endsWith('.machine.ts'));
const charts: Chart[] = [];

beforeAll(async () => {
  for (const file of files) {
    const all: Record<string, unknown> = await import(`../../src/machines/${file}`);
    const machines = Object.values(all).filter(
      (value): value is AnyStateMachine =>
        typeof value === 'object' && value !== null && 'root' in value,
    );
    charts.push(...machines.map(walk));
  }
});

const sentence = 'Said to its end, then the line is closed, whatever the caller keyed meanwhile.';

/** A chain of states, each of which may also end in every way there is. */
function tangle(states: number, ends: number, reason = sentence): Level {
  const ids = (name: string, count: number) => Array.from({ length: count }, (_, i) => name + i);
  const inner = ids('s', states);
  const finals = ids('end', ends);
  return {
    boxes: [...inner, ...finals].map((id) => ({
      id,
      name: [id],
      lines: wrap(sentence, 200),
      isFinal: id.startsWith('end'),
      isElsewhere: false,
    })),
    arrows: inner.flatMap((from, i) =>
      [...inner.slice(i + 1, i + 2), ...finals].map((to) => ({
        from,
        to,
        lines: wrap(reason, 185),
      })),
    ),
    start: 's0',
  };
}

describe('the diagrams of the charts that answer calls', () => {
  test('are each no wider than the column a code host shows', () => {
    expect(charts).toHaveLength(files.length);
    const wide = charts.flatMap((chart) =>
      diagrams(chart)
        .filter(({ width }) => width > PAGE_WIDTH)
        .map(({ path, width }) => `${chart.id} ${path.join('.')}: ${width}`),
    );
    expect(wide).toEqual([]);
  });

  test('carry every description, of states and of what leads out of them', () => {
    const missing = charts.flatMap((chart) => {
      const text = plain(diagrams(chart).map(({ source }) => source));
      return chart.states
        .flatMap(({ path, description, exits }) => [
          ...(path.length === 0 ? [] : [description]),
          // What keeps a state as it is has no arrow: it is in the table.
          ...exits.flatMap((exit) => (exit.target === null ? [] : exit.description)),
        ])
        .filter((description) => !text.includes(plain([description])))
        .map((description) => `${chart.id}: ${description}`);
    });
    expect(missing).toEqual([]);
  });
});

/** Without what wrapping and escaping make of a text. */
function plain(texts: readonly string[]): string {
  const text = texts.join(' ').replaceAll('<br/>', ' ');
  return text.replace(/#(\d+);/g, (_, code) => String.fromCharCode(code)).replace(/[`\s]/g, '');
}

describe('a level of a chart', () => {
  test.each([
    [2, 2],
    [5, 7],
    [12, 3],
    [3, 30],
  ])('with %i states and %i ends fits the page, no arrow left out', (states, ends) => {
    const level = tangle(states, ends);
    const drawings = drawingsOf(level);
    expect(drawings.filter(({ width }) => width > PAGE_WIDTH)).toEqual([]);
    const said = drawings
      .filter(({ shows }) => shows !== 'map')
      .flatMap((drawing) => drawing.level);
    expect(said.flatMap(({ arrows }) => arrows)).toHaveLength(level.arrows.length);
  });

  test('that fits as it is stays one diagram', () => {
    expect(drawingsOf(tangle(1, 2)).map(({ shows }) => shows)).toEqual(['all']);
  });

  test('is drawn across where that fits, down where only that does', () => {
    const [short] = drawingsOf(tangle(1, 1));
    const [long] = drawingsOf(tangle(5, 0, ''));
    expect([short?.direction, long?.direction]).toEqual(['LR', 'TB']);
  });

  test('says no exit twice that the map has shown and that has nothing to say', () => {
    const { arrows, ...level } = tangle(2, 1, FROM_INSIDE);
    const back = { from: 's1', to: 's0', lines: [FROM_INSIDE] };
    const drawings = drawingsOf({ ...level, arrows: [...arrows, back] });
    expect(drawings.map(({ shows }) => shows)).toEqual(['map']);
  });

  test('without room for a map still says where it begins', () => {
    const level = tangle(9, 9);
    const drawings = drawingsOf({
      ...level,
      boxes: level.boxes.map((box) => ({ ...box, name: ['withALongNameEach'], isFinal: false })),
    });
    expect(drawings[0]).toMatchObject({ shows: 'exits', level: { start: 's0' } });
  });
});

describe('the estimated width', () => {
  // Measured: Mermaid 11.17 in Chromium with Liberation Sans, natural width of the drawing in pixels.
  test.each([
    ['one arrow', tangle(1, 1), 738],
    ['a fan', tangle(1, 6), 738],
    ['a chain', tangle(3, 0), 1177],
    ['arrows without words', tangle(2, 3, ''), 840],
  ])('across the page, of %s, is the real one within a tenth', (_, level, measured) => {
    const ratio = widthOf(level, 'LR') / measured;
    expect(ratio).toBeGreaterThan(0.95);
    expect(ratio).toBeLessThan(1.1);
  });

  test.each([
    ['a chain', tangle(3, 0), 216],
    ['a fan', tangle(1, 3), 696],
    ['two fans', tangle(2, 2), 680],
  ])('down the page, of %s, is not below the real one', (_, level, measured) => {
    expect(widthOf(level, 'TB')).toBeGreaterThanOrEqual(measured);
    expect(widthOf(level, 'TB')).toBeLessThan(measured * 1.6);
  });

  test('grows with a box, an arrow’s words, and a rank', () => {
    const base = widthOf(tangle(2, 1), 'LR');
    expect(widthOf(tangle(3, 1), 'LR')).toBeGreaterThan(base);
    expect(widthOf(tangle(2, 1, ''), 'LR')).toBeLessThan(base);
    expect(widthOf(tangle(1, 3), 'TB')).toBeGreaterThan(widthOf(tangle(1, 2), 'TB'));
  });
});

// Measured as above, in pixels.
test.each([
  ['done [unavailable]', 130],
  ['done [operator]', 109],
  ['underway.withoutBackend', 186],
  ['The audio track is published; the bridge', 279],
])('the line "%s" is as wide as it is drawn, within a tenth', (line, measured) => {
  expect(textWidth(line) / measured).toBeGreaterThan(0.95);
  expect(textWidth(line) / measured).toBeLessThan(1.1);
});

test('a line is broken between words, a long word in its humps', () => {
  expect(wrap('asks simChangedWithinHours', 150)).toEqual(['asks', 'simChangedWithin', 'Hours']);
  expect(wrap('', 150)).toEqual([]);
  for (const line of wrap(sentence, 185)) expect(textWidth(line)).toBeLessThanOrEqual(185);
});
