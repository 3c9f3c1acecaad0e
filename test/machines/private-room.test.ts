import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { NOTHING_FOUND, ringOn } from './dialling.ts';
import { createDrive, type Drive, shown } from './drive.ts';
import { BANK, KNOWN, RULES, SELF_SERVICE } from './lines.ts';
import { LINES } from './proof/storm-lines.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

const SOMEBODY = ['agent'];
/** The look that is waited for: of two at once, the one that began last. */
const seen = (strangers: readonly string[]) =>
  phone
    .open()
    .findLast(({ port }) => port === 'findStrangers')
    ?.answer(strangers);
const unseen = () =>
  phone
    .open()
    .findLast(({ port }) => port === 'findStrangers')
    ?.fail();

describe('the watch', () => {
  function watch() {
    const actor = createActor(phone.charts.roomWatch, { clock: phone.clock });
    actor.start();
    return { isOver: () => actor.getSnapshot().status === 'done' };
  }

  test('looks at once, and then every second', () => {
    watch();
    phone.wait(999);
    expect(phone.looks).toEqual([0]);
    phone.wait(1);
    phone.wait(1000);
    expect(phone.looks).toEqual([0, 1000, 2000]);
  });

  test('is over when somebody is there', () => {
    phone.hidesRoom();
    const room = watch();
    seen([]);
    phone.wait(1000);
    expect(room.isOver()).toBe(false);
    seen(SOMEBODY);
    expect(room.isOver()).toBe(true);
  });

  test('is over as soon as somebody is seen to come', () => {
    const room = watch();
    phone.wait(500);
    phone.strangerComes();
    expect(room.isOver()).toBe(true);
  });

  test('looks again a second later where the list cannot be read, or does not come', () => {
    phone.hidesRoom();
    const room = watch();
    unseen();
    expect(phone.looks).toEqual([0]);
    phone.wait(1000);
    phone.wait(1000);
    expect(phone.looks).toEqual([0, 1000, 2000]);
    expect(phone.open()).toHaveLength(1);
    seen(SOMEBODY);
    expect(room.isOver()).toBe(true);
  });
});

describe('an entry', () => {
  function collect(rules = {}) {
    const actor = createActor(phone.charts.collectDigits, {
      clock: phone.clock,
      input: {
        prompt: ['enter-passcode'],
        rules: { ...RULES, ...rules },
        commands: { '0': 'operator' },
        fresh: false,
        again: false,
      },
    });
    actor.start();
    phone.wait(0);
    return { actor, ended: () => shown(actor.getSnapshot().output) };
  }

  test('is used when a look that began after its last key has seen nobody else', () => {
    phone.hidesRoom();
    const entry = collect();
    phone.press('1234');
    expect(entry.ended()).toBeUndefined();
    seen([]);
    expect(entry.ended()).toBe('1234');
  });

  test('is not used for a look that began before its last key', () => {
    phone.hidesRoom();
    const entry = collect();
    phone.press('123', 200);
    const [before] = phone.asked('findStrangers');
    phone.press('4', 200);
    before?.answer([]);
    expect(entry.ended()).toBeUndefined();
    seen(SOMEBODY);
    expect(entry.ended()).toEqual({ kind: 'stranger' });
  });

  test.each([
    { when: 'at its beginning', keys: '' },
    { when: 'in the middle of it', keys: '12' },
  ])('with a stranger $when is given up, and what was keyed is overwritten', ({ keys }) => {
    const entry = collect();
    phone.press(keys, 200);
    const { entry: secret } = entry.actor.getSnapshot().context;
    phone.strangerComes();
    phone.press('34');
    expect(entry.ended()).toEqual({ kind: 'stranger' });
    expect(secret.reveal()).toBe('\0'.repeat(keys.length));
  });

  test('is given up within a second of a stranger who is only on the list', () => {
    phone.hidesRoom();
    const entry = collect();
    seen([]);
    phone.press('12', 300);
    phone.wait(400);
    seen(SOMEBODY);
    expect(entry.ended()).toEqual({ kind: 'stranger' });
  });

  test('whose prompt is heard to its end is given up too, and the keys that wait are dropped', () => {
    const entry = collect({ bargeIn: false });
    phone.press('12', 200);
    phone.strangerComes();
    expect(entry.ended()).toEqual({ kind: 'stranger' });
    expect(phone.hears()).toBeNull();
    const next = collect();
    phone.press('34', 200);
    expect(next.ended()).toBeUndefined();
  });

  test('of one key for the operator waits for the look as well', () => {
    phone.hidesRoom();
    const entry = collect();
    phone.press('0#');
    expect(entry.ended()).toBeUndefined();
    seen([]);
    expect(entry.ended()).toEqual({ kind: 'command', command: 'operator' });
  });

  test('that is judged wrong is asked again without a look: nothing of it is used', () => {
    phone.hidesRoom();
    const entry = collect();
    phone.press('12#');
    expect(entry.ended()).toEqual({ kind: 'tooShort' });
  });

  test('is looked around for again where the list cannot be read', () => {
    phone.hidesRoom();
    const entry = collect();
    phone.press('1234');
    unseen();
    phone.wait(250);
    seen([]);
    expect(entry.ended()).toBe('1234');
  });

  test('is not used when nobody can say for two seconds who is in the room', () => {
    phone.hidesRoom();
    const entry = collect();
    phone.press('1234');
    const { entry: secret } = entry.actor.getSnapshot().context;
    unseen();
    phone.wait(1999);
    expect(entry.ended()).toBeUndefined();
    phone.wait(1);
    expect(entry.ended()).toEqual({ kind: 'faulted' });
    expect(secret.reveal()).toBe('\0\0\0\0');
  });

  test('stops its prompt with the first key, whether anybody has looked or not', () => {
    phone.hidesRoom();
    collect();
    phone.press('1', 0);
    expect(phone.hears()).toBeNull();
  });
});

describe('a choice', () => {
  function choose() {
    const actor = createActor(phone.charts.choice, {
      clock: phone.clock,
      input: {
        opening: [],
        prompt: ['confirm-entry'],
        choices: { '1': 'accept' },
        fresh: false,
        hasPressed: false,
      },
    });
    actor.start();
    phone.wait(0);
    return () => actor.getSnapshot().output;
  }

  test('that is overheard is none', () => {
    const ended = choose();
    phone.strangerComes();
    expect(ended()).toEqual({ kind: 'stranger', choice: null, lastCause: null });
  });

  test('is none where nobody can say who is in the room', () => {
    phone.hidesRoom();
    const ended = choose();
    phone.press('1');
    phone.wait(2000);
    expect(ended()).toEqual({ kind: 'faulted', choice: null, lastCause: null });
  });
});

describe('a caller who is overheard', () => {
  function dial(plan: LinePlan = BANK) {
    const call = ringOn(phone, plan);
    phone.ask('screen').answer(NOTHING_FOUND);
    phone.ask('answer').answer();
    return call;
  }
  function givesAccount() {
    phone.press('31415926');
    phone.ask('checkEntry').answer({ kind: 'accepted', account: KNOWN });
  }
  function saysGoodbye() {
    phone.promptEnds();
    phone.ask('hangUp').answer();
  }

  test('goes to the operator with nothing proved, and is told why', () => {
    const call = dial();
    givesAccount();
    phone.press('0314', 200);
    phone.strangerComes();
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'operator',
      proof: { auth: 'none', amr: [], ref: null },
    });
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['not-private', 'connecting-operator']);
    phone.promptEnds();
    phone.ask('transfer').answer('succeeded');
    expect(call.ended()).toMatchObject({
      ending: { result: 'success', reason: 'handed-off' },
      auth: 'none',
      amr: [],
    });
    expect(call.notices).toContainEqual({
      type: 'step.ended',
      step: 'birthDate',
      outcome: 'stranger',
      tries: 0,
    });
    expect(phone.asked('checkEntry')).toHaveLength(1);
  });

  test('hears goodbye where there is no operator', () => {
    const call = dial(SELF_SERVICE);
    phone.press('3', 200);
    phone.strangerComes();
    expect(phone.hears()).toEqual(['not-private', 'goodbye']);
    saysGoodbye();
    expect(call.ended()).toMatchObject({
      ending: { result: 'platform', reason: 'stranger' },
      auth: 'none',
    });
  });

  test('before a language is chosen hears it in all of them', () => {
    dial({ ...LINES.bilingual, operator: null });
    phone.strangerComes();
    expect(phone.hears()).toEqual(['not-private', 'goodbye', 'es/not-private', 'es/goodbye']);
  });

  test('at the menu is told so too', () => {
    const call = dial(LINES.alone);
    phone.promptEnds();
    phone.strangerComes();
    expect(phone.hears()).toEqual(['not-private', 'goodbye']);
    saysGoodbye();
    expect(call.ended()).toMatchObject({ ending: { reason: 'stranger' } });
  });

  test('within the code loses what was proved before', () => {
    const call = dial();
    givesAccount();
    phone.press('03141979');
    phone.ask('checkEntry').answer({ kind: 'accepted' });
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer({ kind: 'sent', challenge: { by: 'backend', id: 'ch-1' } });
    phone.press('123', 200);
    phone.strangerComes();
    expect(phone.ask('setAttributes').input).toMatchObject({ proof: { auth: 'none', amr: [] } });
    call.happens('caller.hungUp');
    expect(call.ended()).toMatchObject({ auth: 'none', amr: [] });
  });

  test.each([
    { told: 'while the entry is read out', words: ['you-entered'], confirms: false },
    { told: 'while it is to be confirmed', words: ['confirm-entry'], confirms: true },
  ])('$told hears no more of it, and nothing is checked', ({ words, confirms }) => {
    dial(LINES.selfService);
    phone.promptEnds();
    phone.press('182733#', 200);
    if (confirms) phone.promptEnds();
    expect(phone.hears()?.[0]).toBe(words[0]);
    phone.strangerComes();
    expect(phone.hears()).toEqual(['not-private', 'goodbye']);
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });
});

test('a room that nobody can look into ends the call as a fault of ours', () => {
  const call = ringOn(phone, BANK);
  phone.ask('screen').answer(NOTHING_FOUND);
  phone.ask('answer').answer();
  phone.hidesRoom();
  phone.press('31415926', 50);
  phone.wait(2000);
  expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
  phone.promptEnds();
  phone.ask('hangUp').answer();
  expect(call.ended()).toMatchObject({ ending: { result: 'platform', reason: 'fault' } });
  expect(phone.asked('checkEntry')).toHaveLength(0);
});
