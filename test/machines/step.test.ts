import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { Secret } from '../../src/machines/secret.ts';
import type { StepInput } from '../../src/machines/step.machine.ts';
import type { AccountHandle } from '../../src/machines/verify-entry.machine.ts';
import { createDrive, type Drive } from './drive.ts';
import { ACCOUNT, BIRTH_DATE, FLOOR_MS, KNOWN, NOBODY, RULES, TODAY } from './lines.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

function ask(input: Partial<StepInput> = {}, tries = 3) {
  const actor = createActor(phone.charts.step, {
    clock: phone.clock,
    input: {
      plan: { ...ACCOUNT, tries, rules: RULES },
      subject: { step: 'account' },
      prompt: ['enter-account'],
      commands: { '0': 'operator' },
      locale: 'en',
      today: TODAY,
      tried: 0,
      fresh: false,
      hasPressed: false,
      concealsUnknown: false,
      verdictMs: 8000,
      floorMs: 0,
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

const verdict = (kind: string, account?: AccountHandle) =>
  phone.ask('checkEntry').answer({ kind, ...(account && { account }) });
const again = (cause: string) => [cause, 'enter-account-again'];

describe('a check', () => {
  test('that accepts ends the step with what was found', () => {
    const step = ask();
    phone.press('1234');
    verdict('accepted', KNOWN);
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
    verdict('unknown', NOBODY);
    expect(phone.hears()).toEqual(again('rejected'));
  });

  test('of an unknown account goes on as if it were known where the next step hides it', () => {
    const step = ask({ concealsUnknown: true });
    phone.press('1234');
    verdict('unknown', NOBODY);
    expect(step.ended()).toEqual({ kind: 'unknown', tried: 1, account: NOBODY });
  });

  test.each([
    ['an account that is not there', { step: 'account' }, undefined],
    ['an account that is none', { step: 'account' }, NOBODY],
    ['a passcode of no account', { step: 'passcode', account: NOBODY }, undefined],
    ['a birth date of no account', { step: 'birthDate', account: NOBODY, order: 'MDY' }, undefined],
    ['a passcode of no account, with one', { step: 'passcode', account: NOBODY }, KNOWN],
  ] as const)('that accepts %s is our fault, and accepts nothing', (_, subject, account) => {
    const step = ask({ subject, plan: ACCOUNT });
    phone.press('03141979');
    verdict('accepted', account);
    expect(step.ended()).toMatchObject({ kind: 'faulted', account: null });
  });

  test.each([
    ['of a passcode', { step: 'passcode', account: KNOWN }, NOBODY],
    ['with an account that there is', { step: 'account' }, KNOWN],
  ] as const)('that finds no account, but %s, is our fault', (_, subject, account) => {
    const step = ask({ subject, concealsUnknown: true });
    phone.press('1234');
    verdict('unknown', account);
    expect(step.ended()).toMatchObject({ kind: 'faulted', account: null });
  });

  test('that finds no tries left, or cannot count them, ends the step', () => {
    for (const kind of ['lockedOut', 'storeLost']) {
      const step = ask();
      phone.press('1234');
      verdict(kind);
      expect(step.ended()).toEqual({ kind, tried: 1, account: null });
    }
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
    verdict('accepted', KNOWN);
    expect(phone.hears()).toBeNull();
  });

  test('waits on without that word where it cannot be played', () => {
    const step = ask();
    phone.press('1234');
    phone.wait(1000);
    phone.ask('playPrompt').fail();
    verdict('accepted', KNOWN);
    expect(step.ended()).toMatchObject({ kind: 'accepted' });
  });

  test('wipes the entry when it is over', () => {
    ask();
    phone.press('1234');
    const { entry } = phone.ask('checkEntry').input as { entry: Secret };
    expect(entry.reveal()).toBe('1234');
    verdict('accepted', KNOWN);
    expect(entry.reveal()).toBe('\0\0\0\0');
  });
});

describe('an entry that cannot be checked', () => {
  test.each([
    ['tooShort', '12#', 'too-short'],
    ['tooLong', '12345#', 'too-long'],
  ])('because it is %s counts and says why', (_, keys, prompt) => {
    const plan = { ...ACCOUNT, rules: { ...RULES, minLength: 3 } };
    const step = ask({ plan });
    phone.press(keys);
    expect(phone.hears()).toEqual(again(prompt));
    phone.press(keys);
    expect(phone.hears()).toEqual(again(`${prompt}-again`));
    phone.press(keys);
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('because it is doubtful is asked again three times without counting, then it counts', () => {
    const step = ask();
    for (let i = 0; i < 3; i += 1) {
      phone.press('1');
      phone.press('1', 10);
      phone.press('11', 300);
      expect(phone.hears()).toEqual(again(i === 0 ? 'not-clear' : 'not-clear-again'));
    }
    for (let i = 0; i < 3; i += 1) {
      expect(step.ended()).toBeUndefined();
      phone.press('1');
      phone.press('1', 10);
      phone.press('11', 300);
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
    expect(phone.hears()).toEqual(again('no-input-again'));
  });
});

describe('asking again', () => {
  test('has other words each time for one cause, and uses the last ones again', () => {
    ask({}, 5);
    const heard = [];
    for (let i = 0; i < 4; i += 1) {
      phone.press('1234');
      verdict('rejected');
      heard.push(phone.hears()?.[0]);
    }
    expect(heard).toEqual(['rejected', 'rejected-again', 'rejected-again', 'rejected-again']);
  });

  test('counts each cause by itself', () => {
    ask({}, 5);
    phone.press('12#');
    expect(phone.hears()).toEqual(again('too-short'));
    phone.press('1234');
    verdict('rejected');
    expect(phone.hears()).toEqual(again('rejected'));
    phone.press('12#');
    expect(phone.hears()).toEqual(again('too-short-again'));
  });

  test('drops what was keyed ahead before it', () => {
    phone.press('12#5678');
    ask();
    expect(phone.hears()).toEqual(again('too-short'));
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });
});

describe('keys that come at once after a wrong entry', () => {
  test('are what is left of it where its length had ended it', () => {
    const step = ask();
    phone.press('1234');
    verdict('rejected');
    phone.press('567', 300);
    expect(phone.hears()).toEqual(again('rejected'));
    phone.press('1234');
    verdict('accepted', KNOWN);
    expect(step.ended()).toMatchObject({ kind: 'accepted', tried: 2 });
  });

  test('are the next entry where a pound had ended it', () => {
    ask({ plan: { ...ACCOUNT, rules: { ...RULES, minLength: 4, maxLength: 6 } } });
    phone.press('12#');
    phone.press('12345#', 300);
    expect(phone.asked('checkEntry')).toHaveLength(1);
  });
});

describe('check digits', () => {
  const luhn = { ...ACCOUNT, check: { kind: 'luhn' } } as const;

  test('that do not fit are asked again before the backend hears of it, and count', () => {
    const step = ask({ plan: luhn });
    for (const prompt of ['mistyped', 'mistyped-again']) {
      phone.press('12345678');
      expect(phone.hears()).toEqual(again(prompt));
    }
    phone.press('12345678');
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('that fit are checked at the backend', () => {
    ask({ plan: luhn });
    phone.press('12345674');
    expect(phone.asked('checkEntry')).toHaveLength(1);
  });
});

describe('a read-back', () => {
  const plan = { ...ACCOUNT, rules: RULES, readBack: true };
  const SPELLED = 'digit-1 digit-2 digit-3 digit-4';

  function keysAndListens(keys = '1234') {
    phone.press(keys);
    phone.promptEnds();
    expect(phone.hears()).toEqual(['confirm-entry']);
  }

  test('says the entry digit by digit, then asks whether it is right', () => {
    ask({ plan });
    phone.press('1234');
    expect(phone.hearsAloud()).toEqual(['you-entered', SPELLED]);
    phone.promptEnds();
    expect(phone.hearsAloud()).toEqual(['confirm-entry']);
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('says a birth date as a date, in the language of the call', () => {
    const subject = { step: 'birthDate', account: KNOWN, order: 'DMY' } as const;
    ask({ plan: { ...BIRTH_DATE, readBack: true }, subject, locale: 'es' });
    phone.press('14031979');
    expect(phone.hearsAloud()).toEqual(['you-entered', 'day-14 month-3 century-19 number-79']);
  });

  test('shows nobody what it says', () => {
    ask({ plan });
    phone.press('1234');
    expect(JSON.stringify(phone.ask('playPrompt').input)).not.toContain('digit-');
  });

  test('that is confirmed with one is checked, and counts then', () => {
    const step = ask({ plan });
    keysAndListens();
    phone.press('1');
    const { entry } = phone.ask('checkEntry').input as { entry: Secret };
    expect(entry.reveal()).toBe('1234');
    verdict('accepted', KNOWN);
    expect(step.ended()).toMatchObject({ kind: 'accepted', tried: 1 });
  });

  test('that is taken back with two is asked again without counting', () => {
    const step = ask({ plan });
    keysAndListens();
    phone.press('2');
    expect(phone.hears()).toEqual(['enter-account-again']);
    keysAndListens('5678');
    phone.press('1');
    const { entry } = phone.ask('checkEntry').input as { entry: Secret };
    expect(entry.reveal()).toBe('5678');
    verdict('accepted', KNOWN);
    expect(step.ended()).toMatchObject({ kind: 'accepted', tried: 1 });
  });

  test('that is taken back takes the next keys at once', () => {
    ask({ plan });
    keysAndListens();
    phone.press('2');
    phone.press('5678', 200);
    expect(phone.hearsAloud()).toEqual(['you-entered', 'digit-5 digit-6 digit-7 digit-8']);
  });

  test('may be taken back three times without counting; after that each counts', () => {
    const step = ask({ plan });
    for (let i = 0; i < 5; i += 1) {
      keysAndListens();
      phone.press('2');
      expect(step.ended()).toBeUndefined();
    }
    keysAndListens();
    phone.press('2');
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('is not confirmed by a key pressed while it is said', () => {
    ask({ plan });
    phone.press('12341');
    expect(phone.hearsAloud()).toEqual(['you-entered', SPELLED]);
    phone.press('1');
    phone.promptEnds();
    expect(phone.hears()).toEqual(['confirm-entry']);
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('is not confirmed by a late pound', () => {
    ask({ plan });
    phone.press('1234#');
    phone.promptEnds();
    phone.press('#', 200);
    expect(phone.hears()).toEqual(['confirm-entry']);
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('that is never confirmed is asked again, and counts', () => {
    const step = ask({ plan });
    for (let i = 0; i < 3; i += 1) {
      expect(step.ended()).toBeUndefined();
      keysAndListens();
      for (let silence = 0; silence < 3; silence += 1) keepsSilent();
    }
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 3 });
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('may be answered with zero for the operator', () => {
    const step = ask({ plan });
    keysAndListens();
    phone.press('0');
    expect(step.ended()).toEqual({ kind: 'operator', tried: 0, account: null });
  });

  test('wipes the entry and the read-out also when the caller hangs up during it', () => {
    const step = ask({ plan });
    phone.press('1234');
    const [, readOut] = phone.hears() ?? [];
    expect((readOut as Secret).reveal()).toBe(SPELLED);
    step.actor.stop();
    expect((readOut as Secret).reveal()).toMatch(/^\0+$/);
  });
});

describe('an answer that is held back', () => {
  const answers = [
    ['accepted', KNOWN, 'accepted'],
    ['unknown', NOBODY, 'unknown'],
    ['lockedOut', undefined, 'lockedOut'],
    ['unavailable', undefined, 'unavailable'],
    ['storeLost', undefined, 'storeLost'],
    ['rejected', undefined, undefined],
  ] as const;
  const held = () => {
    const step = ask({ concealsUnknown: true, floorMs: FLOOR_MS });
    phone.press('1234');
    return step;
  };
  const told = (kind?: string) => (kind === undefined ? again('rejected') : null);

  test.each(answers)('%s: is told when the pause is over, and nothing sooner', (...answer) => {
    const [says, account, kind] = answer;
    const step = held();
    phone.wait(10);
    verdict(says, account);
    phone.wait(FLOOR_MS - 11);
    expect(phone.hears()).toBeNull();
    expect(step.ended()).toBeUndefined();
    phone.wait(1);
    expect(phone.hears()).toEqual(told(kind));
    expect(step.ended()?.kind).toBe(kind);
  });

  test.each(answers)('%s: is told at once when the pause is over already', (...answer) => {
    const [says, account, kind] = answer;
    const step = held();
    phone.wait(FLOOR_MS + 1);
    expect(step.ended()).toBeUndefined();
    verdict(says, account);
    expect(phone.hears()).toEqual(told(kind));
    expect(step.ended()?.kind).toBe(kind);
  });

  test('is not bridged by a word while the pause lasts, and is from its end', () => {
    held();
    phone.wait(FLOOR_MS - 1);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(['one-moment']);
  });

  test('is not bridged at all when it came meanwhile', () => {
    held();
    phone.wait(FLOOR_MS - 1);
    verdict('rejected');
    phone.wait(1);
    expect(phone.asked('playPrompt').map(({ input }) => input)).not.toContainEqual({
      utterance: ['one-moment'],
    });
  });

  test('is held back again at the next try', () => {
    held();
    verdict('rejected');
    phone.wait(FLOOR_MS);
    phone.press('1234');
    verdict('rejected');
    phone.wait(FLOOR_MS - 1);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(again('rejected-again'));
  });

  test('counts though its pause is longer than the backend may take', () => {
    const step = ask({ floorMs: FLOOR_MS, verdictMs: 1000 });
    phone.press('1234');
    phone.wait(999);
    verdict('accepted', KNOWN);
    phone.wait(FLOOR_MS - 999);
    expect(step.ended()).toMatchObject({ kind: 'accepted' });
  });

  test('is unavailable, and held back too, where none came in time', () => {
    const step = ask({ floorMs: FLOOR_MS, verdictMs: 1000 });
    phone.press('1234');
    phone.wait(1000);
    expect(phone.open()).toEqual([]);
    phone.wait(FLOOR_MS - 1001);
    expect(step.ended()).toBeUndefined();
    phone.wait(1);
    expect(step.ended()).toMatchObject({ kind: 'unavailable' });
  });

  test('is dropped when the caller hangs up, and the entry is wiped', () => {
    const step = held();
    const { entry } = phone.ask('checkEntry').input as { entry: Secret };
    verdict('rejected');
    step.actor.stop();
    phone.wait(FLOOR_MS);
    expect(phone.hears()).toBeNull();
    expect(entry.reveal()).toMatch(/^\0+$/);
  });

  test('is that something of ours broke, told when the pause is over', () => {
    const step = held();
    phone.ask('checkEntry').fail();
    phone.wait(FLOOR_MS - 1);
    expect(step.ended()).toBeUndefined();
    phone.wait(1);
    expect(step.ended()).toMatchObject({ kind: 'faulted' });
  });
});

describe('a birth date', () => {
  const subject = { step: 'birthDate', account: KNOWN, order: 'MDY' } as const;
  const again = (cause: string) => [cause, 'enter-birth-date-mdy-again'];

  test('is checked as a date', () => {
    ask({ plan: BIRTH_DATE, subject });
    phone.press('03141979');
    const { entry } = phone.ask('checkEntry').input as { entry: Secret };
    expect(entry.reveal()).toBe('1979-03-14');
  });

  test.each([
    ['the calendar does not have', '02291979'],
    ['is the day of the call', '11202026'],
    ['is still to come', '11212026'],
  ])('that %s is asked again without asking the backend, and counts', (_, keys) => {
    const step = ask({ plan: { ...BIRTH_DATE, tries: 2 }, subject });
    phone.press(keys);
    expect(phone.hears()).toEqual(again('no-such-date'));
    phone.press(keys);
    expect(step.ended()).toMatchObject({ kind: 'tooManyTries', tried: 2 });
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  test('of yesterday is one', () => {
    ask({ plan: BIRTH_DATE, subject });
    phone.press('11192026');
    expect(phone.asked('checkEntry')).toHaveLength(1);
  });
});

test('keys that may have been lost in the middle of an entry: it is asked again, not counted', () => {
  const step = ask();
  phone.press('12');
  phone.missKeys();
  expect(phone.hears()).toEqual(again('not-clear'));
  phone.press('1234');
  verdict('accepted', KNOWN);
  expect(step.ended()).toMatchObject({ kind: 'accepted', tried: 1 });
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
