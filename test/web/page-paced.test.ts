// Keys that a held-up page has in one go leave it apart, in their order, and none is lost.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paced } from '../../src/web/page/paced.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function sending() {
  const began = Date.now();
  const sent: string[] = [];
  return { sent, send: paced(150, (key: string) => sent.push(`${key} at ${Date.now() - began}`)) };
}

test('the first leaves at once, and what comes with it after it', () => {
  const { sent, send } = sending();
  for (const key of '12#') send(key);
  expect(sent).toEqual(['1 at 0']);
  vi.runAllTimers();
  expect(sent).toEqual(['1 at 0', '2 at 150', '# at 300']);
});

test('what comes slower than that is not held back', () => {
  const { sent, send } = sending();
  send('1');
  vi.advanceTimersByTime(200);
  send('2');
  vi.advanceTimersByTime(100);
  send('3');
  vi.runAllTimers();
  expect(sent).toEqual(['1 at 0', '2 at 200', '3 at 350']);
});
