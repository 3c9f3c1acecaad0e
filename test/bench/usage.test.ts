import { expect, test } from 'vitest';
import { readUsage } from '../../bench/calls/usage.ts';

test('without arguments there are twenty calls and a table', () => {
  expect(readUsage([])).toEqual({ calls: 20, json: false, write: false });
});

test('calls, JSON and the page can be asked for', () => {
  expect(readUsage(['--calls', '5', '--json', '--write'])).toEqual({
    calls: 5,
    json: true,
    write: true,
  });
});

test.each(['0', '61', '-1', '2.5', 'many', ''])('%j is no number of calls', (calls) => {
  expect(readUsage([`--calls=${calls}`])).toBe(
    `--calls takes a whole number from 1 to 60, not "${calls}"`,
  );
});

test.each([[['--fast']], [['20']], [['--calls']]])('%j is refused, and it is said why', (args) => {
  expect(readUsage(args)).toMatch(/--fast|20|--calls/);
});
