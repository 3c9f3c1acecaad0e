import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { Secret } from '../../src/machines/secret.ts';
import type { StepInput } from '../../src/machines/step.machine.ts';
import { createDrive, type Drive } from './drive.ts';
import { KNOWN, RULES } from './lines.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

function ask(input: Partial<StepInput> = {}, tries = 3) {
  const actor = createActor(phone.charts.step, {
    clock: phone.clock,
    input: {
      plan: { step: 'account', tries, rules: RULES },
      subject: { step: 'account' },
      prompt: ['enter-account'],
      commands: { '0': 'operator' },
      tried: 0,
      fresh: false,
      hasPressed: false,
      concealsUnknown: false,
      verdictMs: 8000,
      ...input,
    },
  });
  actor.subscribe({ error: () => undefined });
  actor.start();
  phone.wait(0);
  return { actor, ended: () => actor.getSnapshot().output };
}

function keepsSilent() {
  phone.promptEnds();
  phone.wait(8000);
}

const verdict = (kind: string) => phone.ask('checkEntry').answer({ kind });
const again = (cause: string) => [cause, 'enter-account-again'];

describe('a check', () => {
  test('that accepts ends the step with what was found', () => {
    const step = ask();
    phone.press('1234');
    phone.ask('checkEntry').answer({ kind: 'accepted', account: KNOWN });
    expect(step.ended()).toEqual({ kind: 'accepted', tried: 1, account: KNOWN });
  });

  test('that rejects asks once more and says so', () => {
    const step = ask();
    phone.press('1234');
    verdict('rejected');
    expect(phone.hears()).toEqual(again('rejected'));
    expect(step.ended()).toBeUndefined();
  });

  test('drops the keys pressed during it when it rejects', () => {
    ask();
    phone.press('12345678');
    verdict('rejected');
    expect(phone.hears()).toEqual(again('rejected'));
    expect(phone.asked('checkEntry')).toHaveLength(1);
  });

  test.each([1, 2, 5])('is made %i times and not once more', (tries) => {
    const step = ask({}, tries);
    for (let i = 0; i < tries; i += 1) {
      phone.press('1234');
      verdict('rejected');
    }
    expect(step.ended()).toEqual({ kind: 'tooManyTries', tried: tries, account: null });
    expect(phone.asked('checkEntry')).toHaveLength(tries);
  });

  test('counts the tries that were used before', () => {
    const step = ask({ tried: 2 });
    phone.press('1234');
    verdict('rejected');
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
  });

  test('has as long as the backend may take, and then counts as unavailable', () => {
    const step = ask();
    phone.press('1234');
    phone.wait(7999);
    expect(step.ended()).toBeUndefined();
    phone.wait(1);
    expect(step.ended()).toMatchObject({ kind: 'unavailable' });
    expect(phone.ask.bind(phone, 'checkEntry')).toThrow();
  });

  test('without an answer is never a wrong entry', () => {
    const step = ask();
    phone.press('1234');
    verdict('unavailable');
    expect(step.ended()).toMatchObject({ kind: 'unavailable', tried: 1 });
  });

  test('that breaks is our fault', () => {
    const step = ask();
    phone.press('1234');
    phone.ask('checkEntry').fail();
    expect(step.ended()).toMatchObject({ kind: 'faulted' });
  });

  test('of an unknown account is like a wrong one where the next step cannot hide it', () => {
    ask();
    phone.press('1234');
    verdict('unknown');
    expect(phone.hears()).toEqual(again('rejected'));
  });

  test('of an unknown account goes on as if it were known where the next step hides it', () => {
    const step = ask({ concealsUnknown: true });
    phone.press('1234');
    verdict('unknown');
    expect(step.ended()).toEqual({ kind: 'unknown', tried: 1, account: null });
  });

  test('that lasts a second is bridged by a word', () => {
    ask();
    phone.press('1234');
    phone.wait(999);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(['one-moment']);
  });

  test('stops that word with its answer', () => {
    ask();
    phone.press('1234');
    phone.wait(1000);
    verdict('accepted');
    expect(phone.hears()).toBeNull();
  });

  test('waits on without that word where it cannot be played', () => {
    const step = ask();
    phone.press('1234');
    phone.wait(1000);
    phone.ask('playPrompt').fail();
    verdict('accepted');
    expect(step.ended()).toMatchObject({ kind: 'accepted' });
  });

  test('wipes the entry when it is over', () => {
    ask();
    phone.press('1234');
    const { entry } = phone.ask('checkEntry').input as { entry: Secret };
    expect(entry.reveal()).toBe('1234');
    verdict('accepted');
    expect(entry.reveal()).toBe('\0\0\0\0');
  });
});

describe('an entry that cannot be checked', () => {
  test.each([
    ['tooShort', '12#', 'too-short'],
    ['tooLong', '12345#', 'too-long'],
  ])('because it is %s counts and says why', (_, keys, prompt) => {
    const plan = { step: 'account', tries: 3, rules: { ...RULES, minLength: 3 } } as const;
    const step = ask({ plan });
    phone.press(keys);
    expect(phone.hears()).toEqual(again(prompt));
    phone.press(keys);
    phone.press(keys);
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('because it is doubtful is asked again three times without counting, then it counts', () => {
    const step = ask();
    for (let i = 0; i < 3; i += 1) {
      phone.press('11', 10);
      phone.press('11');
      expect(phone.hears()).toEqual(again('not-clear'));
    }
    for (let i = 0; i < 3; i += 1) {
      expect(step.ended()).toBeUndefined();
      phone.press('11', 10);
      phone.press('11');
    }
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
  });
});

describe('silence', () => {
  test('once counts and is asked again', () => {
    ask();
    keepsSilent();
    expect(phone.hears()).toEqual(again('no-input'));
  });

  test('twice in a row with no key ever pressed ends the step politely', () => {
    const step = ask();
    keepsSilent();
    keepsSilent();
    expect(step.ended()).toMatchObject({ kind: 'noInput', tried: 1 });
  });

  test.each(['1*', '*'])(
    'after %s is not the silence of somebody who never pressed a key',
    (keys) => {
      const step = ask();
      phone.press(keys);
      if (phone.hears()) phone.promptEnds();
      phone.wait(8000);
      keepsSilent();
      expect(step.ended()).toBeUndefined();
      keepsSilent();
      expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
    },
  );

  test('twice uses tries only, where a key was pressed in an earlier step', () => {
    const step = ask({ hasPressed: true });
    keepsSilent();
    keepsSilent();
    expect(step.ended()).toBeUndefined();
    keepsSilent();
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
  });

  test('not in a row is no reason to end', () => {
    const step = ask({}, 4);
    keepsSilent();
    phone.press('1#');
    keepsSilent();
    expect(step.ended()).toBeUndefined();
    expect(phone.hears()).toEqual(again('no-input'));
  });
});

test('zero and pound end the step for the operator, without a try', () => {
  const step = ask();
  phone.press('0#');
  expect(step.ended()).toEqual({ kind: 'operator', tried: 0, account: null });
});

test('a prompt that cannot be played ends the step as our fault', () => {
  const step = ask();
  phone.ask('playPrompt').fail();
  expect(step.ended()).toMatchObject({ kind: 'faulted' });
});
