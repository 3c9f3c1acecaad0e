import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openScreen } from '../../src/console/screen.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A view on a terminal so wide, whose bottom line is a mark and what it is given. */
function open(columns = 60) {
  const output = Object.assign(new PassThrough(), { isTTY: true, columns });
  let written = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  let status = 'answered';
  const view = openScreen(output, () => `[${status}]`);
  return {
    view,
    says: (text: string) => {
      status = text;
    },
    passes: (ms: number) => void vi.advanceTimersByTime(ms),
    raw: () => {
      output.read();
      return written;
    },
    rows: () => {
      output.read();
      return rowsOf(written);
    },
  };
}

const ESCAPE = '\x1b';
const TOKEN = new RegExp(`${ESCAPE}\\[[\\d;]*[A-Za-z]|[^]`, 'gu');
const SEQUENCE = new RegExp(`^${ESCAPE}\\[([\\d;]*)([A-Za-z])$`);

/** What stands on a terminal that was sent this: knows what a view may send, and nothing else. */
function rowsOf(written: string): string[] {
  const rows = [''];
  let row = 0;
  let column = 0;
  for (const [token] of written.matchAll(TOKEN)) {
    const [, count = '1', letter] = SEQUENCE.exec(token) ?? [];
    if (letter === 'm') continue;
    if (letter === 'A') row -= Number(count);
    else if (letter === 'J') rows.splice(row, rows.length, (rows[row] ?? '').slice(0, column));
    else if (letter !== undefined) throw new Error(`unknown sequence ${letter}`);
    else if (token === '\r') column = 0;
    else if (token === '\n') {
      row += 1;
      column = 0;
      rows[row] ??= '';
    } else {
      rows[row] = `${(rows[row] ?? '').slice(0, column)}${token}`;
      column += 1;
    }
  }
  return rows;
}

test('a prompt appears word by word, and is whole when it has been spoken', () => {
  const { view, passes, rows } = open();
  view.speak('Please enter your account number.');
  expect(rows()).toEqual(['> Please', '[answered]']);
  passes(700);
  expect(rows()).toEqual(['> Please enter your', '[answered]']);
  passes(700);
  view.hush();
  expect(rows()).toEqual(['> Please enter your account number.', '[answered]']);
  view[Symbol.dispose]();
});

test('a prompt that a key has stopped stays as far as it was heard', () => {
  const { view, passes, rows } = open();
  view.speak('Please enter your account number with all of its digits.');
  passes(1000);
  view.key();
  view.hush();
  view.key();
  expect(rows()).toEqual(['> Please enter your account …', '••', '[answered]']);
  view[Symbol.dispose]();
});

test('a key near the end of a prompt stops it too; without a key who is nearly through has heard it', () => {
  const keyed = open();
  keyed.view.speak('One two three four five.');
  keyed.passes(1000);
  keyed.view.key();
  keyed.view.hush();
  expect(keyed.rows()).toEqual(['> One two three four …', '•', '[answered]']);
  keyed.view[Symbol.dispose]();
  const spoken = open();
  spoken.view.speak('One two three four five.');
  spoken.passes(1000);
  spoken.view.hush();
  expect(spoken.rows()).toEqual(['> One two three four five.', '[answered]']);
  spoken.view[Symbol.dispose]();
});

test('a caller who hangs up early in a prompt has not heard the rest', () => {
  const { view, passes, rows } = open();
  view.speak('Please enter your account number with all of its digits.');
  passes(600);
  view.hush();
  expect(rows()).toEqual(['> Please enter your …', '[answered]']);
  view[Symbol.dispose]();
});

test('a prompt that may not be stopped goes on, and its keys wait below it', () => {
  const { view, passes, rows } = open();
  view.speak('One two three.');
  view.key();
  passes(2000);
  expect(rows()).toEqual(['> One two three.', '[answered]']);
  view.hush();
  expect(rows()).toEqual(['> One two three.', '•', '[answered]']);
  view[Symbol.dispose]();
});

test('a long prompt goes over several rows, none of them wider than the terminal', () => {
  const { view, passes, rows } = open(25);
  view.speak('One two three four five six seven eight nine ten.');
  passes(5000);
  const whole = ['> One two three four', 'five six seven eight', 'nine ten.', '[answered]'];
  expect(rows()).toEqual(whole);
  view.hush();
  expect(rows()).toEqual(whole);
  view[Symbol.dispose]();
});

test('what is said by the way stands above a prompt, and below keys', () => {
  const { view, rows } = open();
  view.key();
  view.line('· account: accepted', 'step');
  view.speak('One two three.');
  view.line('SMS to …01', 'call');
  expect(rows()).toEqual(['•', '· account: accepted', 'SMS to …01', '> One', '[answered]']);
  view[Symbol.dispose]();
});

test('the bottom line is always up to date, and gone at the end', () => {
  const { view, says, passes, rows } = open();
  says('first key 8 s');
  passes(100);
  expect(rows()).toEqual(['[first key 8 s]']);
  says(`first key 7 s ${'and more '.repeat(20)}`);
  passes(100);
  expect(rows()[0]).toHaveLength(59);
  view.line('Call ended.', 'good');
  view[Symbol.dispose]();
  expect(rows()).toEqual(['Call ended.', '']);
});

test('nothing is written while nothing changes', () => {
  const { view, passes, raw } = open();
  passes(100);
  const before = raw();
  passes(1000);
  expect(raw()).toBe(before);
  view[Symbol.dispose]();
});

test('how a call ended is told in colour, too', () => {
  const coloured = open();
  coloured.view.line('Call ended.', 'good');
  expect(coloured.raw()).toContain('\x1b[32mCall ended.');
  coloured.view[Symbol.dispose]();
});
