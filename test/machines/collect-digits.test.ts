import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { CollectInput, EntryRules } from '../../src/machines/collect-digits.machine.ts';
import { createDrive, type Drive, shown } from './drive.ts';
import { RULES } from './lines.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

/** An entry that is being collected; `ended()` is its result, undefined while it goes on. */
function collect(rules: Partial<EntryRules> = {}, input: Partial<CollectInput> = {}) {
  const actor = createActor(phone.charts.collectDigits, {
    clock: phone.clock,
    input: {
      prompt: ['enter-passcode'],
      rules: { ...RULES, ...rules },
      commands: { '0': 'operator' },
      fresh: false,
      again: false,
      ...input,
    },
  });
  actor.start();
  phone.wait(0);
  return { actor, ended: () => shown(actor.getSnapshot().output) };
}

const nothing = { kind: 'noInput', hasPressed: false };
const operator = { kind: 'command', command: 'operator' };
const variable: Partial<EntryRules> = { minLength: 4, maxLength: 6 };

describe('the first key', () => {
  test('has eight seconds, counted from the end of the prompt', () => {
    const entry = collect();
    phone.wait(60_000);
    phone.promptEnds();
    phone.wait(7999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toEqual(nothing);
  });

  test('comes in time one millisecond before', () => {
    const entry = collect();
    phone.promptEnds();
    phone.press('1', 7999);
    phone.press('234');
    expect(entry.ended()).toBe('1234');
  });
});

describe('the next key', () => {
  test('has four seconds, then the entry is judged as it is', () => {
    const entry = collect(variable);
    phone.press('1234');
    phone.wait(3999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toBe('1234');
  });

  test('starts the four seconds again', () => {
    const entry = collect(variable);
    phone.press('12345', 3999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(4000);
    expect(entry.ended()).toBe('12345');
  });
});

describe('the whole entry', () => {
  test('has forty seconds from its first key', () => {
    const entry = collect({ minLength: 4, maxLength: 30 });
    phone.press('1');
    phone.press('2345678901', 3900);
    phone.wait(999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toBe('12345678901');
  });

  test('is too short when forty seconds were not enough', () => {
    const entry = collect({ minLength: 20, maxLength: 20 });
    phone.press('1');
    phone.press('2345678901', 3900);
    phone.wait(1000);
    expect(entry.ended()).toEqual({ kind: 'tooShort' });
  });

  test('stays doubtful when the forty seconds end it', () => {
    const entry = collect({ minLength: 4, maxLength: 30 });
    phone.press('1');
    phone.press('1', 10);
    phone.press('2345678901', 3900);
    phone.wait(990);
    expect(entry.ended()).toEqual({ kind: 'doubtful' });
  });
});

describe('a complete entry', () => {
  test('of fixed length ends with its last key', () => {
    const entry = collect();
    phone.press('123');
    expect(entry.ended()).toBeUndefined();
    phone.press('4');
    expect(entry.ended()).toBe('1234');
  });

  test('of variable length ends with pound', () => {
    const entry = collect(variable);
    phone.press('12345#');
    expect(entry.ended()).toBe('12345');
  });

  test('of variable length does not end with its longest length', () => {
    const entry = collect(variable);
    phone.press('123456');
    expect(entry.ended()).toBeUndefined();
  });

  test('needs its pound where that is required, whatever its length', () => {
    const entry = collect({ terminator: 'required' });
    phone.press('1234');
    expect(entry.ended()).toBeUndefined();
    phone.press('#');
    expect(entry.ended()).toBe('1234');
  });

  test('is not complete when the required pound never comes', () => {
    const entry = collect({ terminator: 'required' });
    phone.press('1234');
    phone.wait(4000);
    expect(entry.ended()).toEqual({ kind: 'tooShort' });
  });

  test('knows no pound where that means nothing', () => {
    const entry = collect({ ...variable, terminator: 'none' });
    phone.press('1234#');
    expect(entry.ended()).toBeUndefined();
    phone.wait(3700);
    expect(entry.ended()).toBe('1234');
  });
});

describe('a late pound', () => {
  test('within a second and a half belongs to the entry before', () => {
    collect();
    phone.press('1234');
    const next = collect();
    phone.press('#', 1500);
    expect(next.ended()).toBeUndefined();
    phone.press('5678');
    expect(next.ended()).toBe('5678');
  });

  test('does not stop the next prompt', () => {
    collect();
    phone.press('1234');
    collect();
    phone.press('#', 1500);
    expect(phone.hears()).toEqual(['enter-passcode']);
  });

  test('after a second and a half is an empty entry', () => {
    collect();
    phone.press('1234');
    const next = collect();
    phone.press('#', 1501);
    expect(next.ended()).toEqual({ kind: 'tooShort' });
  });

  test('belongs to the entry before also when it waited for the next one', () => {
    collect();
    phone.press('1234');
    phone.press('#', 200);
    phone.wait(5000);
    const next = collect();
    expect(next.ended()).toBeUndefined();
    phone.press('5678');
    expect(next.ended()).toBe('5678');
  });

  test('may come twice', () => {
    collect(variable);
    phone.press('1234#');
    const next = collect(variable);
    phone.press('#', 100);
    phone.press('5678#');
    expect(next.ended()).toBe('5678');
  });
});

describe('star', () => {
  test('starts the entry again with the time of a first key', () => {
    const entry = collect();
    phone.press('12*');
    phone.wait(7999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toMatchObject({ kind: 'noInput' });
  });

  test('forgets what was pressed before it', () => {
    const entry = collect();
    phone.press('12*5678');
    expect(entry.ended()).toBe('5678');
  });

  test('takes back a doubt as well', () => {
    const entry = collect();
    phone.press('1');
    phone.press('1', 10);
    phone.press('*5678');
    expect(entry.ended()).toBe('5678');
  });

  test('gives the new entry forty seconds of its own', () => {
    const entry = collect({ minLength: 4, maxLength: 30 });
    phone.press('1');
    phone.press('234567890', 3900);
    phone.press('*');
    phone.press('1');
    phone.press('234', 3900);
    phone.wait(3999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toBe('1234');
  });

  test('on an empty entry repeats the prompt, three times and no more', () => {
    collect();
    for (let i = 0; i < 4; i += 1) {
      phone.promptEnds();
      phone.press('*');
    }
    expect(phone.asked('playPrompt')).toHaveLength(4);
    expect(phone.hears()).toBeNull();
  });

  test('during the prompt begins it once more', () => {
    collect();
    phone.press('*');
    expect(phone.asked('playPrompt').map(({ isOpen }) => isOpen)).toEqual([false, true]);
  });

  test('followed by silence is not the same as no key at all', () => {
    const entry = collect();
    phone.press('12*');
    phone.wait(8000);
    expect(entry.ended()).toEqual({ kind: 'noInput', hasPressed: true });
  });
});

describe('the operator', () => {
  test('is asked for by zero and pound', () => {
    const entry = collect();
    phone.press('0#');
    expect(entry.ended()).toEqual(operator);
  });

  test('is asked for by zero and silence', () => {
    const entry = collect();
    phone.press('0');
    phone.wait(3999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toEqual(operator);
  });

  test('is asked for by zero and silence where pound is required too', () => {
    const entry = collect({ terminator: 'required' });
    phone.press('0');
    phone.wait(4000);
    expect(entry.ended()).toEqual(operator);
  });

  test('is not asked for by an entry that begins with zero', () => {
    const entry = collect();
    phone.press('0123');
    expect(entry.ended()).toBe('0123');
  });

  test('is not there where the line has none', () => {
    const entry = collect({}, { commands: {} });
    phone.press('0#');
    expect(entry.ended()).toEqual({ kind: 'tooShort' });
  });
});

describe('barge-in', () => {
  test('stops the prompt with the first key', () => {
    collect();
    expect(phone.hears()).toEqual(['enter-passcode']);
    phone.press('1');
    expect(phone.hears()).toBeNull();
  });

  test('is not possible where the prompt must be heard: the keys wait', () => {
    const entry = collect({ bargeIn: false });
    phone.press('1234');
    expect(phone.hears()).toEqual(['enter-passcode']);
    expect(entry.ended()).toBeUndefined();
    phone.promptEnds();
    expect(entry.ended()).toBe('1234');
  });

  test('with no key during such a prompt leaves eight seconds after it', () => {
    const entry = collect({ bargeIn: false });
    phone.promptEnds();
    phone.wait(7999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toEqual(nothing);
  });
});

describe('type-ahead', () => {
  test('takes the keys that were pressed before the entry', () => {
    phone.press('1234');
    expect(collect().ended()).toBe('1234');
  });

  test('leaves what is too much for the next entry', () => {
    phone.press('12345678');
    expect(collect().ended()).toBe('1234');
    expect(collect().ended()).toBe('5678');
  });

  test('is flushed where something went wrong before', () => {
    phone.press('1234');
    const entry = collect({}, { fresh: true });
    expect(entry.ended()).toBeUndefined();
    phone.press('5678');
    expect(entry.ended()).toBe('5678');
  });

  test('does not work where it is switched off', () => {
    phone.press('12');
    const entry = collect({ typeAhead: false });
    phone.press('5678');
    phone.wait(1000);
    expect(entry.ended()).toBe('5678');
  });

  test('is off during a prompt that must be heard, where it is switched off', () => {
    const entry = collect({ typeAhead: false, bargeIn: false });
    phone.press('12');
    phone.promptEnds();
    phone.press('5678');
    phone.wait(1000);
    expect(entry.ended()).toBe('5678');
  });
});

describe('the length', () => {
  test.each([
    ['123#', { kind: 'tooShort' }],
    ['#', { kind: 'tooShort' }],
    ['1234#', '1234'],
    ['123456#', '123456'],
    ['1234567#', { kind: 'tooLong' }],
    [`${'9'.repeat(40)}#`, { kind: 'tooLong' }],
  ])('of %s is judged against four to six', (keys, result) => {
    const entry = collect(variable);
    phone.press(keys);
    expect(entry.ended()).toEqual(result);
  });

  test('is too long with the thirty-first key too', () => {
    const entry = collect({ minLength: 4, maxLength: 30 });
    phone.press(`${'9'.repeat(31)}#`);
    expect(entry.ended()).toEqual({ kind: 'tooLong' });
  });

  test('may be thirty', () => {
    const entry = collect({ minLength: 30, maxLength: 30 });
    phone.press('123456789012345678901234567890');
    expect(entry.ended()).toBe('123456789012345678901234567890');
  });
});

describe('doubtful keys', () => {
  test('are closer than forty milliseconds', () => {
    const entry = collect();
    phone.press('1');
    phone.press('1', 39);
    phone.press('23');
    expect(entry.ended()).toEqual({ kind: 'doubtful' });
  });

  test('are forty milliseconds apart no more', () => {
    const entry = collect();
    phone.press('1');
    phone.press('1', 40);
    phone.press('23');
    expect(entry.ended()).toBe('1123');
  });

  test('may be the last one and its pound', () => {
    const entry = collect(variable);
    phone.press('1234');
    phone.press('#', 39);
    expect(entry.ended()).toEqual({ kind: 'doubtful' });
  });

  test('may be the last one of this entry and the first of the next', () => {
    collect();
    phone.press('1234');
    const next = collect();
    phone.press('4', 10);
    phone.press('567');
    expect(next.ended()).toEqual({ kind: 'doubtful' });
  });

  test.each([
    ['#', 0],
    ['', 4000],
  ])('are told of when the entry ends with "%s" and silence', (keys, silence) => {
    const entry = collect(variable);
    phone.press('1');
    phone.press('1', 10);
    phone.press(keys);
    phone.wait(silence);
    expect(entry.ended()).toEqual({ kind: 'doubtful' });
  });
});

test('keys after the end of the entry wait for the next one', () => {
  const entry = collect();
  phone.press('1234');
  expect(phone.hasKeypadOpen()).toBe(false);
  phone.press('9');
  expect(entry.ended()).toBe('1234');
});

test('a prompt that cannot be played is a fault, not silence', () => {
  const { actor } = collect();
  actor.subscribe({ error: () => undefined });
  phone.ask('playPrompt').fail();
  expect(actor.getSnapshot().status).toBe('error');
});

describe('keys that may have been lost', () => {
  test('in the middle of an entry make it doubtful: halves are never joined', () => {
    const entry = collect();
    phone.press('12');
    phone.missKeys();
    expect(entry.ended()).toEqual({ kind: 'doubtful' });
  });

  test('before the first key of an entry are no harm', () => {
    const entry = collect();
    phone.missKeys();
    phone.press('1234');
    expect(entry.ended()).toBe('1234');
  });

  test('between keys that were pressed ahead make them doubtful too', () => {
    phone.press('12');
    phone.missKeys();
    phone.press('34');
    expect(collect().ended()).toEqual({ kind: 'doubtful' });
  });
});

describe('what is left of an entry that is asked again', () => {
  test('does not begin the next one: keys less than a second after the key before are dropped', () => {
    phone.press('99');
    const entry = collect({}, { fresh: true, again: true });
    phone.press('9', 999);
    expect(phone.hears()).toEqual(['enter-passcode']);
    phone.press('999', 300);
    expect(phone.hears()).toEqual(['enter-passcode']);
    phone.press('1234');
    expect(entry.ended()).toBe('1234');
  });

  test('is not silence, though it is dropped', () => {
    phone.press('99');
    const entry = collect({}, { fresh: true, again: true });
    phone.press('9', 300);
    phone.promptEnds();
    phone.wait(8000);
    expect(entry.ended()).toEqual({ kind: 'noInput', hasPressed: true });
  });

  test('is over after a second', () => {
    phone.press('99');
    const entry = collect({}, { fresh: true, again: true });
    phone.press('1', 1000);
    phone.press('234', 300);
    expect(entry.ended()).toBe('1234');
  });

  test('is over with a star', () => {
    phone.press('99');
    const entry = collect({}, { fresh: true, again: true });
    phone.press('*1234', 300);
    expect(entry.ended()).toBe('1234');
  });

  test('is no concern of an entry that nothing went wrong before', () => {
    collect();
    phone.press('1234');
    const next = collect();
    phone.press('5678', 300);
    expect(next.ended()).toBe('5678');
  });
});

describe('a complete entry without type-ahead', () => {
  const alone = { typeAhead: false };

  test('settles for a second, and is taken then', () => {
    const entry = collect(alone);
    phone.press('1234');
    phone.wait(999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toBe('1234');
  });

  test('is too long with one more key in that second: a bridge made two of one', () => {
    const entry = collect(alone);
    phone.press('12344', 300);
    expect(entry.ended()).toEqual({ kind: 'tooLong' });
  });

  test('is doubtful where that key came closer than a person can press', () => {
    const entry = collect(alone);
    phone.press('1234');
    phone.press('4', 39);
    expect(entry.ended()).toEqual({ kind: 'doubtful' });
  });

  test('is doubtful where keys may have been lost in that second', () => {
    const entry = collect(alone);
    phone.press('1234');
    phone.missKeys();
    expect(entry.ended()).toEqual({ kind: 'doubtful' });
  });

  test('is taken at once with its pound', () => {
    const entry = collect(alone);
    phone.press('1234#', 300);
    expect(entry.ended()).toBe('1234');
  });

  test('may still be started again with star', () => {
    const entry = collect(alone);
    phone.press('1234*5678', 300);
    phone.wait(1000);
    expect(entry.ended()).toBe('5678');
  });
});
