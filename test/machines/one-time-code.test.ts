import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { OneTimeCodeInput } from '../../src/machines/one-time-code.machine.ts';
import type { Challenge } from '../../src/machines/verify-entry.machine.ts';
import { createDrive, type Drive } from './drive.ts';
import { CODE, FLOOR_MS, KNOWN, NOBODY, SENT, TODAY } from './lines.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

function verify(input: Partial<OneTimeCodeInput> = {}) {
  const actor = createActor(phone.charts.oneTimeCode, {
    clock: phone.clock,
    input: {
      plan: CODE,
      account: KNOWN,
      commands: { '0': 'operator' },
      locale: 'en',
      today: TODAY,
      verdictMs: 8000,
      sendingMs: 16_000,
      floorMs: 0,
      silentMs: 0,
      tried: 0,
      code: null,
      ...input,
    },
  });
  actor.subscribe({ error: () => undefined });
  actor.start();
  return { ended: () => actor.getSnapshot().output, stop: () => actor.stop() };
}

const FIRST: Challenge = SENT.challenge;
const SECOND: Challenge = { by: 'us', id: 'challenge-2' };

function isSent(challenge = FIRST) {
  if (phone.open().some(({ port }) => port === 'simChangedWithinHours')) {
    phone.ask('simChangedWithinHours').answer(null);
  }
  phone.ask('sendCode').answer({ kind: 'sent', challenge });
}

const sends = () => phone.asked('sendCode').length;

describe('before a code is sent', () => {
  test('none is possible where no phone is on file, and nobody is asked', () => {
    const step = verify({ account: { ...KNOWN, otp: { available: false, to: null } } });
    expect(step.ended()).toEqual({ kind: 'notPossible', tried: 0 });
    expect(phone.asks).toHaveLength(0);
  });

  test.each([0, 71, 72])('none is possible where the SIM changed within %i hours', (hours) => {
    const step = verify();
    phone.ask('simChangedWithinHours').answer(hours);
    expect(step.ended()).toMatchObject({ kind: 'notPossible' });
    expect(sends()).toBe(0);
  });

  test.each([null, 73])('one is sent where the SIM changed within %s hours', (hours) => {
    verify();
    phone.ask('simChangedWithinHours').answer(hours);
    expect(phone.ask('sendCode').input).toEqual({
      account: KNOWN,
      digits: 6,
      ttlMs: 300_000,
      tries: 3,
      locale: 'en',
      replaces: null,
    });
  });

  test.each([undefined, Number.NaN])(
    'an answer about the SIM that is %s sends nothing',
    (hours) => {
      const step = verify();
      phone.ask('simChangedWithinHours').answer(hours);
      expect(step.ended()).toMatchObject({ kind: 'notPossible' });
      expect(sends()).toBe(0);
    },
  );

  describe.each([0, FLOOR_MS])('with answers held back for %i ms', (floorMs) => {
    test.each([
      ['simChangedWithinHours', 8000],
      ['sendCode', 16_000],
    ] as const)('no answer from %s within %i ms is unavailable', (port, ms) => {
      const step = verify({ floorMs });
      if (port === 'sendCode') phone.ask('simChangedWithinHours').answer(null);
      phone.wait(ms - 1);
      expect(step.ended()).toBeUndefined();
      phone.wait(1);
      expect(step.ended()).toMatchObject({ kind: 'unavailable' });
      expect(phone.open()).toEqual([]);
    });

    test('a word bridges both questions, once', () => {
      verify({ floorMs });
      phone.wait(600);
      phone.ask('simChangedWithinHours').answer(null);
      phone.wait(1700 - 601);
      expect(phone.hears()).toBeNull();
      phone.wait(1);
      expect(phone.hears()).toEqual(['one-moment']);
      phone.promptEnds();
      phone.wait(6000);
      expect(phone.asked('playPrompt')).toHaveLength(1);
    });
  });

  test.each(['simChangedWithinHours', 'sendCode'])('a failing %s is unavailable', (port) => {
    const step = verify();
    if (port === 'sendCode') phone.ask('simChangedWithinHours').answer(null);
    phone.ask(port).fail();
    expect(step.ended()).toMatchObject({ kind: 'unavailable' });
  });
});

describe('answers that are held back', () => {
  const answers = [
    ['sent', () => isSent(), ['code-sent'], undefined],
    ['too many were sent', () => ends('lockedOut'), undefined, 'lockedOut'],
    ['sends cannot be counted', () => ends('storeLost'), undefined, 'storeLost'],
    ['nobody can say', () => ends('unavailable'), undefined, 'unavailable'],
    [
      'the SIM is new',
      () => phone.ask('simChangedWithinHours').answer(1),
      undefined,
      'notPossible',
    ],
  ] as const;
  const ends = (kind: string) => {
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer({ kind });
  };

  test.each(answers)('%s: told when the pause is over, not a millisecond sooner', (...told) => {
    const [, happens, hears, kind] = told;
    const step = verify({ floorMs: FLOOR_MS });
    happens();
    phone.wait(FLOOR_MS - 1);
    expect(phone.hears()).toBeNull();
    expect(step.ended()).toBeUndefined();
    phone.wait(1);
    expect(phone.hears()?.slice(0, 1)).toEqual(hears);
    expect(step.ended()?.kind).toBe(kind);
  });

  test.each(answers)('%s: told at once where the pause is over already', (...told) => {
    const [, happens, hears, kind] = told;
    const step = verify({ floorMs: FLOOR_MS, silentMs: FLOOR_MS });
    phone.wait(FLOOR_MS + 1);
    expect(phone.hears()).toEqual(['one-moment']);
    happens();
    expect(phone.hears()?.slice(0, 1)).toEqual(hears);
    expect(step.ended()?.kind).toBe(kind);
  });

  test.each(answers)('%s: told at once where nothing is held back', (...told) => {
    const [, happens, hears, kind] = told;
    const step = verify();
    happens();
    expect(phone.hears()?.slice(0, 1)).toEqual(hears);
    expect(step.ended()?.kind).toBe(kind);
  });

  test('are held back anew for another code, and for each check', () => {
    const step = verify({ floorMs: FLOOR_MS });
    isSent();
    phone.wait(FLOOR_MS);
    phone.wait(30_000);
    phone.press('9#');
    isSent(SECOND);
    phone.wait(FLOOR_MS - 1);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()?.[0]).toBe('code-sent');
    phone.press('123456');
    phone.ask('checkEntry').answer({ kind: 'accepted' });
    phone.wait(FLOOR_MS - 1);
    expect(step.ended()).toBeUndefined();
    phone.wait(1);
    expect(step.ended()).toMatchObject({ kind: 'accepted' });
  });

  test('never come to who has hung up', () => {
    const step = verify({ floorMs: FLOOR_MS });
    isSent();
    step.stop();
    phone.wait(FLOOR_MS);
    expect(phone.hears()).toBeNull();
  });
});

describe('a word for who waits for a code', () => {
  const saidAfter = (ms: number) => {
    phone.wait(ms - 1);
    const before = phone.hears();
    phone.wait(1);
    return before === null && phone.hears()?.[0] === 'one-moment';
  };

  test.each([
    [0, 1700],
    [1000, 700],
    [FLOOR_MS, 100],
    [1699, 1],
  ])('who has heard nothing for %i ms is told after %i ms', (silentMs, ms) => {
    verify({ silentMs });
    expect(saidAfter(ms)).toBe(true);
  });

  test.each([1700, 2500])('who has heard nothing for %i ms is told at once', (silentMs) => {
    verify({ silentMs });
    phone.wait(0);
    expect(phone.hears()).toEqual(['one-moment']);
  });

  test.each([
    ['is there', () => isSent()],
    ['is not there', () => undefined],
  ])('is said at the same moment where an answer that is held back %s', (_, happens) => {
    verify({ floorMs: FLOOR_MS, silentMs: FLOOR_MS });
    happens();
    expect(saidAfter(100)).toBe(true);
    phone.wait(FLOOR_MS - 101);
    expect(phone.hears()).toEqual(['one-moment']);
  });

  test('is said of a new SIM as of an old one', () => {
    verify({ floorMs: FLOOR_MS, silentMs: FLOOR_MS });
    phone.ask('simChangedWithinHours').answer(1);
    expect(saidAfter(100)).toBe(true);
  });

  test('is not said where the answer comes sooner, and cut off by it where later', () => {
    verify({ silentMs: 1000 });
    phone.wait(699);
    isSent();
    phone.wait(1);
    expect(phone.asked('playPrompt')).toHaveLength(1);
    expect(phone.hears()?.[0]).toBe('code-sent');
    phone.wait(30_000);
    phone.press('9#');
    phone.wait(1001);
    expect(phone.hears()).toEqual(['one-moment']);
    isSent(SECOND);
    expect(phone.hears()?.[0]).toBe('code-sent');
  });

  test.each([
    [0, 1000],
    [FLOOR_MS, FLOOR_MS],
  ])('of another code, with answers held back for %i ms, is said after %i ms', (floorMs, ms) => {
    verify({ floorMs, silentMs: 1500 });
    isSent();
    phone.wait(floorMs);
    phone.wait(30_000);
    phone.press('9#');
    expect(saidAfter(ms)).toBe(true);
  });
});

describe('of an account that does not exist', () => {
  test('a made-up code is announced like any other', () => {
    verify({ account: NOBODY });
    isSent({ by: 'decoy' });
    expect(phone.hearsAloud()).toEqual([
      'code-sent',
      'digit-4 digit-7',
      'enter-code',
      'resend-hint',
    ]);
  });

  test.each([
    ['of which none was sent', { by: 'decoy' }],
    ['that was sent all the same', FIRST],
  ] as const)('no code is ever right, not even one %s', (_, challenge) => {
    const step = verify({ account: NOBODY });
    isSent(challenge);
    phone.press('123456');
    phone.ask('checkEntry').answer({ kind: 'accepted' });
    expect(step.ended()).toMatchObject({ kind: 'faulted' });
  });
});

test('a decoy is never right, whose account it may be', () => {
  const step = verify();
  isSent({ by: 'decoy' });
  phone.press('123456');
  phone.ask('checkEntry').answer({ kind: 'accepted' });
  expect(step.ended()).toMatchObject({ kind: 'faulted' });
});

describe('once a code is sent', () => {
  test('the caller hears where to, and the code is checked against it', () => {
    const step = verify();
    isSent();
    expect(phone.hearsAloud()).toEqual([
      'code-sent',
      'digit-0 digit-1',
      'enter-code',
      'resend-hint',
    ]);
    phone.press('123456');
    expect(phone.ask('checkEntry').input).toMatchObject({
      subject: { step: 'oneTimeCode', account: KNOWN, challenge: FIRST },
    });
    phone.ask('checkEntry').answer({ kind: 'accepted' });
    expect(step.ended()).toEqual({ kind: 'accepted', tried: 1 });
  });

  test('keys pressed before it do not count as the code', () => {
    verify();
    phone.press('123456');
    isSent();
    expect(phone.asked('checkEntry')).toHaveLength(0);
  });

  const IN_VAIN = ['tooManyTries', 'lockedOut', 'unavailable', 'storeLost', 'operator', 'faulted'];
  test.each(IN_VAIN)('the step ends as %s', (kind) => {
    const step = verify();
    isSent();
    if (kind === 'operator') phone.press('0#');
    for (let i = 0; i < 3 && step.ended() === undefined; i += 1) {
      phone.press('123456');
      if (kind === 'faulted') phone.ask('checkEntry').fail();
      else phone.ask('checkEntry').answer({ kind: kind === 'tooManyTries' ? 'rejected' : kind });
    }
    expect(step.ended()).toMatchObject({ kind });
  });

  test('silence uses up tries, and never ends as if nobody were there', () => {
    const step = verify();
    isSent();
    for (let i = 0; i < 3; i += 1) {
      phone.promptEnds();
      phone.wait(8000);
    }
    expect(step.ended()).toEqual({ kind: 'tooManyTries', tried: 3 });
  });
});

describe('another code', () => {
  test('is sent thirty seconds after the last one', () => {
    verify();
    isSent();
    phone.press('9', 29_700);
    phone.press('#', 300);
    expect(sends()).toBe(2);
  });

  test('is not sent a millisecond earlier, and the caller hears why', () => {
    verify();
    isSent();
    phone.press('9', 29_699);
    phone.press('#', 300);
    expect(sends()).toBe(1);
    expect(phone.hears()).toEqual(['code-on-its-way', 'enter-code-again']);
  });

  test('is not sent sooner after the second than after the first', () => {
    verify();
    isSent();
    phone.wait(60_000);
    phone.press('9#');
    isSent();
    phone.press('9', 29_699);
    phone.press('#', 300);
    expect(sends()).toBe(2);
  });

  test('replaces the one before, and is good for the tries that are left', () => {
    verify();
    isSent();
    phone.press('111111');
    phone.ask('checkEntry').answer({ kind: 'rejected' });
    phone.wait(30_000);
    phone.press('9#');
    expect(phone.ask('sendCode').input).toMatchObject({ replaces: FIRST, tries: 2 });
    isSent(SECOND);
    phone.press('123456');
    expect(phone.ask('checkEntry').input).toMatchObject({ subject: { challenge: SECOND } });
  });

  test('gives no new tries', () => {
    const step = verify();
    isSent();
    phone.press('111111');
    phone.ask('checkEntry').answer({ kind: 'rejected' });
    phone.press('222222');
    phone.ask('checkEntry').answer({ kind: 'rejected' });
    phone.wait(30_000);
    phone.press('9#');
    isSent(SECOND);
    phone.press('333333');
    phone.ask('checkEntry').answer({ kind: 'rejected' });
    expect(step.ended()).toEqual({ kind: 'tooManyTries', tried: 3 });
  });

  test('is not sent when all are used, and that is said', () => {
    verify();
    isSent();
    for (let i = 0; i < 2; i += 1) {
      phone.wait(30_000);
      phone.press('9#');
      isSent();
    }
    phone.wait(30_000);
    phone.press('9#');
    expect(sends()).toBe(3);
    expect(phone.hears()).toEqual(['no-more-codes', 'enter-code-again']);
  });

  test('that cannot be sent is unavailable', () => {
    const step = verify();
    isSent();
    phone.wait(30_000);
    phone.press('9#');
    phone.ask('sendCode').fail();
    expect(step.ended()).toMatchObject({ kind: 'unavailable' });
  });
});
