import { beforeEach, describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { OneTimeCodeInput } from '../../src/machines/one-time-code.machine.ts';
import { createDrive, type Drive } from './drive.ts';
import { CODE, KNOWN, TODAY } from './lines.ts';

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
      ...input,
    },
  });
  actor.subscribe({ error: () => undefined });
  actor.start();
  return { ended: () => actor.getSnapshot().output };
}

function isSent(challenge = 'challenge-1') {
  if (phone.open().some(({ port }) => port === 'simChangedWithinHours')) {
    phone.ask('simChangedWithinHours').answer(null);
  }
  phone.ask('sendCode').answer(challenge);
}

const sends = () => phone.asked('sendCode').length;

describe('before a code is sent', () => {
  test.each([
    ['there is no such account', { ref: null, otp: { available: true, to: null } }],
    ['no phone is on file', { ref: 'ref-1', otp: { available: false, to: null } }],
  ])('none is possible where %s, and nobody is asked', (_, account) => {
    const step = verify({ account });
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
    expect(phone.ask('sendCode').input).toEqual({ ref: 'ref-1' });
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

  test.each(['simChangedWithinHours', 'sendCode'])('no answer from %s is unavailable', (port) => {
    const step = verify();
    if (port === 'sendCode') phone.ask('simChangedWithinHours').answer(null);
    phone.wait(999);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(['one-moment']);
    phone.wait(6999);
    expect(step.ended()).toBeUndefined();
    phone.wait(1);
    expect(step.ended()).toMatchObject({ kind: 'unavailable' });
    expect(phone.open()).toEqual([]);
  });

  test.each(['simChangedWithinHours', 'sendCode'])('a failing %s is unavailable', (port) => {
    const step = verify();
    if (port === 'sendCode') phone.ask('simChangedWithinHours').answer(null);
    phone.ask(port).fail();
    expect(step.ended()).toMatchObject({ kind: 'unavailable' });
  });
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
      subject: { step: 'oneTimeCode', challenge: 'challenge-1' },
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

  test.each(['tooManyTries', 'unavailable', 'operator', 'faulted'])(
    'the step ends as %s',
    (kind) => {
      const step = verify();
      isSent();
      if (kind === 'operator') phone.press('0#');
      for (let i = 0; i < 3 && step.ended() === undefined; i += 1) {
        phone.press('123456');
        if (kind === 'faulted') phone.ask('checkEntry').fail();
        else phone.ask('checkEntry').answer({ kind: kind === 'unavailable' ? kind : 'rejected' });
      }
      expect(step.ended()).toMatchObject({ kind });
    },
  );

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

  test('replaces the one before', () => {
    verify();
    isSent();
    phone.wait(30_000);
    phone.press('9#');
    isSent('challenge-2');
    phone.press('123456');
    expect(phone.ask('checkEntry').input).toMatchObject({ subject: { challenge: 'challenge-2' } });
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
    isSent('challenge-2');
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
