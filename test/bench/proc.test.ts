import { expect, test } from 'vitest';
import { familyOf, parseBusyMs, parsePss, parseStat } from '../../bench/calls/proc.ts';

const STAT =
  '4711 (node) S 17 4711 4711 0 -1 4194304 99 0 0 0 123 45 6 7 20 0 12 0 65684 3133440 380';

test('the processor time of a process is that of user and system, in milliseconds', () => {
  expect(parseStat(STAT)).toEqual({ parent: 17, cpuMs: 1680 });
});

test('a program may be called whatever it likes', () => {
  expect(parseStat(STAT.replace('(node)', '(a) 1 2 (b)'))).toEqual({ parent: 17, cpuMs: 1680 });
});

test('of a process that is gone there is nothing', () => {
  expect(parseStat('')).toBeNull();
  expect(parsePss('')).toBeNull();
});

test('memory is PSS in MB, whatever else is told', () => {
  const text = 'Rss:  4096 kB\nPss:   1536 kB\nPss_Dirty:  512 kB\nPss_Anon:  512 kB\n';
  expect(parsePss(text)).toBe(1.5);
});

test('a family is a process and all that came of it, in whatever order they are listed', () => {
  const parents = new Map([
    [40, 30],
    [30, 10],
    [10, 1],
    [20, 1],
    [11, 10],
  ]);
  expect([...familyOf(10, parents)].toSorted()).toEqual([10, 11, 30, 40]);
});

test('who has no children is its own family', () => {
  expect(familyOf(20, new Map([[20, 1]]))).toEqual([20]);
});

test('processors work for processes, or for another guest; not when they wait, nor at interrupts', () => {
  const text = 'cpu  100 20 30 9999 50 1 2 3 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\nintr 5\n';
  expect(parseBusyMs(text)).toBe(1530);
});
