import { expect, test } from 'vitest';
import { createKeypad } from '../../src/ivr/keypad.ts';
import type { KeyEvent } from '../../src/machines/collect-digits.machine.ts';
import { Secret } from '../../src/machines/secret.ts';

function setUp({ isTakenOver = false } = {}) {
  let now = 0;
  const dropped: string[] = [];
  const keypad = createKeypad({
    now: () => now,
    onDropped: (why) => dropped.push(why),
    isTakenOver,
  });
  return {
    keypad,
    dropped,
    waits: (ms: number) => {
      now += ms;
    },
    presses(keys: string) {
      for (const key of keys) keypad.press(Secret.of(key));
    },
  };
}

function keyOf(event: KeyEvent): string {
  switch (event.type) {
    case 'keys.missed':
      return '(missed)';
    case 'digit.pressed':
      return event.digit.reveal();
    case 'star.pressed':
      return '*';
    case 'pound.pressed':
      return '#';
  }
}

test('keys that are pressed early wait, in order, for whoever listens next', async () => {
  const { keypad, presses } = setUp();
  presses('12*');
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  presses('#');
  await Promise.resolve();
  expect(heard).toEqual(['1', '2', '*', '#']);
});

test('a listener that has enough leaves the rest to the next one', async () => {
  const { keypad, presses } = setUp();
  presses('123456');
  const first: string[] = [];
  const close = keypad.open((event) => {
    first.push(keyOf(event));
    if (first.length === 4) close();
  });
  await Promise.resolve();
  const second: string[] = [];
  keypad.open((event) => second.push(keyOf(event)));
  await Promise.resolve();
  expect([first.join(''), second.join('')]).toEqual(['1234', '56']);
});

test('keys are dropped when told so, and only those that wait', async () => {
  const { keypad, presses } = setUp();
  presses('12');
  keypad.dropWaiting();
  presses('3');
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  await Promise.resolve();
  expect(heard).toEqual(['3']);
});

test('no more than thirty keys wait, and each further one is told', () => {
  const { presses, dropped } = setUp();
  presses('1'.repeat(32));
  expect(dropped).toEqual(['overflow', 'overflow']);
});

test('where keys were dropped for want of room, what follows does not belong to what came before', async () => {
  const { keypad, presses } = setUp();
  presses('1'.repeat(32));
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  await Promise.resolve();
  presses('2');
  expect(heard.slice(29)).toEqual(['1', '(missed)', '2']);
});

test('each key says how long after the one before it came', async () => {
  const { keypad, presses, waits } = setUp();
  const gaps: (number | 'missed')[] = [];
  keypad.open((event) => gaps.push(event.type === 'keys.missed' ? 'missed' : event.sinceLastMs));
  presses('1');
  waits(39);
  presses('2');
  waits(1500);
  presses('#');
  expect(gaps).toEqual([Number.POSITIVE_INFINITY, 39, 1500]);
});

test('where keys may have been lost is told in its place among the keys, once', async () => {
  const { keypad, presses } = setUp();
  keypad.miss();
  presses('12');
  keypad.miss();
  keypad.miss();
  presses('3');
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  await Promise.resolve();
  keypad.miss();
  keypad.miss();
  expect(heard).toEqual(['(missed)', '1', '2', '(missed)', '3', '(missed)', '(missed)']);
});

test('that keys may have been lost is told even where no more keys can wait', async () => {
  const { keypad, presses, dropped } = setUp();
  presses('1'.repeat(30));
  keypad.miss();
  expect(dropped).toEqual([]);
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  await Promise.resolve();
  expect(heard.at(-1)).toBe('(missed)');
});

test('what is dropped takes with it that keys were missed before', async () => {
  const { keypad, presses } = setUp();
  presses('1');
  keypad.miss();
  keypad.dropWaiting();
  presses('2');
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  await Promise.resolve();
  expect(heard).toEqual(['2']);
});

test('of a call that was taken over what is pressed before anything is asked is dropped, with the rest of it', async () => {
  const { keypad, presses, waits, dropped } = setUp({ isTakenOver: true });
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  waits(5000);
  presses('1');
  keypad.ask();
  waits(900);
  presses('0');
  waits(900);
  presses('0');
  waits(1000);
  presses('2');
  waits(100);
  presses('3');
  expect(heard).toEqual(['2', '3']);
  expect(dropped).toEqual(['leftOver', 'leftOver', 'leftOver']);
});

test('of a call that was taken over the first key after the question counts, once the question can be heard', async () => {
  const { keypad, presses, waits, dropped } = setUp({ isTakenOver: true });
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  keypad.ask();
  waits(1000);
  presses('1');
  keypad.ask();
  presses('2');
  expect(heard).toEqual(['1', '2']);
  expect(dropped).toEqual([]);
});

test('hazard: the rest of an entry whose beginning a lost worker was keyed is no answer to what nobody has heard', async () => {
  const { keypad, presses, waits, dropped } = setUp({ isTakenOver: true });
  const heard: string[] = [];
  keypad.open((event) => heard.push(keyOf(event)));
  keypad.ask();
  waits(200);
  presses('7');
  waits(900);
  presses('0');
  waits(1000);
  presses('1');
  expect(heard).toEqual(['1']);
  expect(dropped).toEqual(['leftOver', 'leftOver']);
});

test('whoever has closed hears nothing more, and cannot close the next listener', () => {
  const { keypad, presses } = setUp();
  const heard: string[] = [];
  const close = keypad.open(() => heard.push('first'));
  close();
  keypad.open(() => heard.push('second'));
  close();
  presses('1');
  expect(heard).toEqual(['second']);
});
