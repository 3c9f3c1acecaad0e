import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { ChoiceInput } from '../../src/machines/choice.machine.ts';
import { createDrive, type Drive } from './drive.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

function offer(input: Partial<ChoiceInput> = {}) {
  const actor = createActor(phone.charts.choice, {
    clock: phone.clock,
    input: {
      opening: [],
      prompt: ['confirm-entry'],
      choices: { '1': 'accept', '2': 'reenter', '0': 'operator' },
      fresh: false,
      hasPressed: false,
      ...input,
    },
  });
  actor.subscribe({ error: () => undefined });
  actor.start();
  phone.wait(0);
  return { ended: () => actor.getSnapshot().output };
}

function keepsSilent() {
  phone.promptEnds();
  phone.wait(8000);
}

test.each([
  ['1', 'accept'],
  ['2', 'reenter'],
  ['0', 'operator'],
])('key %s chooses at once, by name', (key, choice) => {
  const { ended } = offer();
  phone.press(key);
  expect(ended()).toMatchObject({ kind: 'chosen', choice });
});

test('the opening is said once, whatever comes after', () => {
  offer({ opening: ['welcome'] });
  expect(phone.hears()).toEqual(['welcome', 'confirm-entry']);
  phone.press('7');
  expect(phone.hears()).toEqual(['no-match', 'confirm-entry']);
});

test('a key that was pressed ahead chooses', () => {
  phone.press('2');
  expect(offer().ended()).toMatchObject({ choice: 'reenter' });
});

test('a key that was pressed ahead chooses nothing where that would be rash', () => {
  phone.press('1');
  const { ended } = offer({ fresh: true });
  expect(ended()).toBeUndefined();
  phone.press('2');
  expect(ended()).toMatchObject({ choice: 'reenter' });
});

describe.each([
  ['a key that stands for nothing', '7', ['no-match', 'confirm-entry']],
  ['a pound', '#', ['no-match', 'confirm-entry']],
])('%s', (_, key, prompt) => {
  test('is asked again, three times in all', () => {
    const { ended } = offer();
    phone.wait(2000);
    for (let i = 0; i < 2; i += 1) {
      phone.press(key, 2000);
      expect(phone.hears()).toEqual(prompt);
    }
    phone.press(key, 2000);
    expect(ended()).toEqual({ kind: 'tooManyTries', choice: null, lastCause: 'noMatch' });
  });
});

test('a key that came too soon after the one before is asked again', () => {
  offer();
  phone.press('1');
  const { ended } = offer();
  phone.press('1', 10);
  expect(phone.hears()).toEqual(['not-clear', 'confirm-entry']);
  phone.press('2');
  expect(ended()).toMatchObject({ kind: 'chosen', choice: 'reenter' });
});

describe('silence', () => {
  test('is asked again with other words each time', () => {
    offer({ hasPressed: true });
    keepsSilent();
    expect(phone.hears()).toEqual(['no-input', 'confirm-entry']);
    keepsSilent();
    expect(phone.hears()).toEqual(['no-input-again', 'confirm-entry']);
  });

  test('twice in a row with no key ever pressed ends the choice', () => {
    const { ended } = offer();
    keepsSilent();
    keepsSilent();
    expect(ended()).toMatchObject({ kind: 'noInput', choice: null });
  });

  test('three times uses up the tries of who has pressed a key before', () => {
    const { ended } = offer({ hasPressed: true });
    for (let i = 0; i < 3; i += 1) keepsSilent();
    expect(ended()).toEqual({ kind: 'tooManyTries', choice: null, lastCause: 'noInput' });
  });
});

test('a prompt that cannot be played ends the choice as our fault', () => {
  const { ended } = offer();
  phone.ask('playPrompt').fail();
  expect(ended()).toMatchObject({ kind: 'faulted', choice: null });
});
