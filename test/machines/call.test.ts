import { beforeEach, describe, expect, test } from 'vitest';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { NOTHING_FOUND, ringOn } from './dialling.ts';
import { createDrive, type Drive } from './drive.ts';
import {
  ACCOUNT,
  BANK,
  BILINGUAL,
  CLOSED,
  FRONT_DESK,
  KNOWN,
  MENU,
  SELF_SERVICE,
} from './lines.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

function dial(plan: LinePlan | null = BANK) {
  const call = ringOn(phone, plan);
  if (plan !== null) phone.ask('screen').answer(NOTHING_FOUND);
  return call;
}

const answered = () => phone.ask('answer').answer();
const checked = (kind: string, account?: typeof KNOWN) =>
  phone.ask('checkEntry').answer({ kind, ...(account && { account }) });

function givesAccount() {
  answered();
  phone.press('31415926');
  checked('accepted', KNOWN);
}

function givesBirthDate() {
  phone.press('03141979');
  checked('accepted');
}

function givesCode() {
  phone.ask('simChangedWithinHours').answer(null);
  phone.ask('sendCode').answer('challenge-1');
  phone.press('123456');
  checked('accepted');
}

function failsBirthDate() {
  for (let i = 0; i < 3; i += 1) {
    phone.press('01011970');
    checked('rejected');
  }
}

function operatorAnswers() {
  phone.ask('setAttributes').answer();
  phone.promptEnds();
  phone.ask('transfer').answer('succeeded');
}

function goodbye() {
  phone.promptEnds();
  phone.ask('hangUp').answer();
}

describe('a call', () => {
  test('that no line answers is refused while it rings', () => {
    const call = dial(null);
    phone.ask('refuse').answer();
    expect(call.ended()).toEqual({
      ending: { result: 'platform', reason: 'no-line' },
      auth: 'none',
      amr: [],
      handOff: null,
    });
    expect(phone.asks).toHaveLength(1);
  });

  test('hears nothing before it is answered', () => {
    dial();
    expect(phone.asks.map(({ port }) => port)).toEqual(['screen', 'answer']);
    answered();
    expect(phone.hears()).toEqual(['welcome', 'operator-hint', 'enter-account']);
  });

  test('hears of an operator only where the line has one', () => {
    dial(SELF_SERVICE);
    answered();
    expect(phone.hears()).toEqual(['welcome', 'enter-account']);
  });

  test('that gives all that is asked is verified and reaches the desk', () => {
    const call = dial();
    givesAccount();
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
    givesBirthDate();
    givesCode();
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'sensitive',
      proof: { auth: 'verified', amr: ['kba', 'otp', 'sms'], ref: 'ref-1' },
    });
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['connecting']);
    phone.promptEnds();
    phone.ask('bringAgent').answer();
    expect(call.ended()).toEqual({
      ending: { result: 'success', reason: 'handed-off' },
      auth: 'verified',
      amr: ['kba', 'otp', 'sms'],
      handOff: { outcome: 'succeeded', desk: 'sensitive', kind: 'agent' },
    });
  });

  test('tells what happens, in order', () => {
    const call = dial();
    givesAccount();
    failsBirthDate();
    expect(call.notices).toEqual([
      {
        type: 'call.screened',
        evidence: NOTHING_FOUND.evidence,
        decision: { action: 'accept', wouldBe: null, rule: 'none' },
      },
      { type: 'call.answered' },
      { type: 'step.began', step: 'account' },
      { type: 'step.ended', step: 'account', outcome: 'accepted', tries: 1 },
      { type: 'step.began', step: 'birthDate' },
      { type: 'step.ended', step: 'birthDate', outcome: 'tooManyTries', tries: 3 },
      { type: 'handOff.began' },
    ]);
  });

  test('that gave its account number alone is identified, not verified', () => {
    const call = dial(FRONT_DESK);
    givesAccount();
    phone.ask('setAttributes').answer();
    phone.promptEnds();
    phone.ask('bringAgent').answer();
    expect(call.ended()).toMatchObject({ auth: 'identified', amr: [] });
  });
});

describe('a caller who cannot be verified', () => {
  test('goes to the operator with nothing proved, and the tries used up', () => {
    const call = dial();
    givesAccount();
    failsBirthDate();
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'operator',
      proof: { auth: 'failed', amr: [], ref: null },
    });
    operatorAnswers();
    expect(call.ended()).toMatchObject({
      ending: { result: 'success', reason: 'handed-off' },
      auth: 'failed',
      handOff: { desk: 'operator' },
    });
  });

  test('hears goodbye whole where the line has no operator, then the line closes', () => {
    const call = dial(SELF_SERVICE);
    answered();
    for (let i = 0; i < 3; i += 1) {
      phone.press('314159#');
      checked('rejected');
    }
    expect(phone.hears()).toEqual(['cannot-verify', 'goodbye']);
    expect(phone.asked('hangUp')).toHaveLength(0);
    goodbye();
    expect(call.ended()).toMatchObject({
      ending: { result: 'caller', reason: 'too-many-tries' },
      auth: 'failed',
    });
  });

  test('is not told that the account does not exist: the next step is asked, and fails', () => {
    const call = dial();
    answered();
    phone.press('99999999');
    checked('unknown');
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
    failsBirthDate();
    operatorAnswers();
    expect(call.ended()).toMatchObject({ auth: 'failed', amr: [] });
  });

  test('is told of a wrong account where no other step could hide it', () => {
    dial(FRONT_DESK);
    answered();
    phone.press('99999999');
    checked('unknown');
    expect(phone.hears()).toEqual(['rejected', 'enter-account-again']);
  });

  test('proves nothing with a birth date that belongs to no account', () => {
    dial();
    answered();
    phone.press('99999999');
    checked('unknown');
    givesBirthDate();
    expect(phone.asked('sendCode')).toHaveLength(0);
    expect(phone.ask('setAttributes').input).toMatchObject({
      desk: 'operator',
      proof: { auth: 'none', ref: null },
    });
  });

  test('for want of a phone on file goes to the operator as far as identified', () => {
    dial();
    answered();
    phone.press('16180339');
    phone.ask('checkEntry').answer({
      kind: 'accepted',
      account: { ref: 'ref-3', otp: { available: false, to: null } },
    });
    givesBirthDate();
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'operator',
      proof: { auth: 'identified', amr: ['kba'], ref: 'ref-3' },
    });
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['cannot-verify', 'connecting-operator']);
  });

  test('asks for the operator with zero', () => {
    dial();
    answered();
    phone.press('0#');
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['connecting-operator']);
  });

  test('who never presses a key hears a polite goodbye', () => {
    const call = dial();
    answered();
    phone.promptEnds();
    phone.wait(8000);
    phone.promptEnds();
    phone.wait(8000);
    expect(phone.hears()).toEqual(['nothing-heard', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({ ending: { result: 'caller', reason: 'no-input' } });
  });
});

describe('a backend that gives no answer', () => {
  test('sends the caller to the operator, and nothing was wrong with the entry', () => {
    dial();
    answered();
    phone.press('31415926');
    checked('unavailable');
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['connecting-operator']);
    expect(phone.asked('transfer')).toHaveLength(0);
  });

  test('ends the call as its own reason where there is no operator', () => {
    const call = dial(SELF_SERVICE);
    answered();
    phone.press('314159#');
    phone.wait(8000);
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({
      ending: { result: 'backend', reason: 'backend-unavailable' },
      auth: 'none',
    });
  });
});

describe('something of ours that breaks', () => {
  test('is apologised for, and is never a wrong entry', () => {
    const call = dial();
    answered();
    phone.press('31415926');
    phone.ask('checkEntry').fail();
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({ ending: { result: 'platform', reason: 'fault' } });
  });

  test('is apologised for when a prompt cannot be played', () => {
    dial();
    answered();
    phone.ask('playPrompt').fail();
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
  });

  test('hangs up when not even the apology can be played', () => {
    const call = dial();
    answered();
    phone.ask('playPrompt').fail();
    phone.ask('playPrompt').fail();
    phone.ask('hangUp').fail();
    expect(call.ended()).toMatchObject({ ending: { reason: 'fault' } });
  });
});

describe('a line in two languages', () => {
  test('offers each language in itself, after the greeting', () => {
    dial(BILINGUAL);
    answered();
    expect(phone.hears()).toEqual([
      'welcome',
      'en/choose-language',
      'en/digit-1',
      'es/choose-language',
      'es/digit-2',
    ]);
  });

  test('greets once, gives its notice to the end, and then asks', () => {
    dial(BILINGUAL);
    answered();
    phone.press('2');
    expect(phone.hears()).toEqual(['recording-notice']);
    phone.press('7');
    expect(phone.hears()).toEqual(['recording-notice']);
    phone.promptEnds();
    expect(phone.hears()).toBeNull();
  });

  test('keeps keys that were pressed during the notice for the first question', () => {
    dial(BILINGUAL);
    answered();
    phone.press('212345674');
    phone.promptEnds();
    phone.promptEnds();
    expect(phone.hears()).toEqual(['confirm-entry']);
  });

  test.each([
    ['1', 'en', 'mdy'],
    ['2', 'es', 'dmy'],
  ])(
    'goes on in the language of key %s (%s), and asks for dates as it writes them',
    (key, locale, order) => {
      const call = dial(BILINGUAL);
      answered();
      phone.press(key);
      phone.promptEnds();
      expect(call.locale()).toBe(locale);
      phone.press('12345674');
      phone.promptEnds();
      phone.press('1');
      checked('accepted', KNOWN);
      expect(phone.hears()).toEqual([`enter-birth-date-${order}`]);
    },
  );

  test('takes the first language where no choice comes clear', () => {
    const call = dial(BILINGUAL);
    answered();
    phone.press('777', 5000);
    expect(phone.hears()).toEqual(['recording-notice']);
    expect(call.locale()).toBe('en');
  });

  test('says goodbye to who never presses a key', () => {
    const call = dial(BILINGUAL);
    answered();
    for (let i = 0; i < 2; i += 1) {
      phone.promptEnds();
      phone.wait(8000);
    }
    expect(phone.hears()).toEqual(['nothing-heard', 'goodbye', 'es/nothing-heard', 'es/goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({ ending: { result: 'caller', reason: 'no-input' } });
  });

  test('brings the operator for zero', () => {
    dial(BILINGUAL);
    answered();
    phone.press('0');
    expect(phone.ask('setAttributes').input).toMatchObject({ desk: 'operator' });
  });

  test('serves nobody to whom its notice could not be played', () => {
    dial(BILINGUAL);
    answered();
    phone.press('1');
    phone.ask('playPrompt').fail();
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
  });
});

describe('a menu', () => {
  test('names its choices: its own recording says its key itself', () => {
    dial(MENU);
    answered();
    expect(phone.hears()).toEqual([
      'welcome',
      'menu-account',
      'digit-1',
      'own/menu-2',
      'menu-operator',
      'digit-9',
    ]);
  });

  test('leads to steps and a desk', () => {
    const call = dial(MENU);
    answered();
    phone.press('1');
    expect(phone.hears()).toEqual(['operator-hint', 'enter-account']);
    phone.press('31415926');
    checked('accepted', KNOWN);
    givesCode();
    expect(phone.ask('setAttributes').input).toMatchObject({
      desk: 'sensitive',
      proof: { auth: 'verified', amr: ['otp', 'sms'] },
    });
    call.happens('caller.hungUp');
  });

  test('leads to a desk at once, with nothing proved', () => {
    dial(MENU);
    answered();
    phone.press('9');
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'operator',
      proof: { auth: 'none', amr: [], ref: null },
    });
  });

  test('asks again after a key that stands for nothing, and gives up after three', () => {
    dial(MENU);
    answered();
    phone.press('7');
    expect(phone.hears()?.slice(0, 2)).toEqual(['no-match', 'menu-account']);
    phone.press('77', 5000);
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['connecting-operator']);
  });

  test('that nobody understood ends as too many tries where there is no operator', () => {
    const call = dial({ ...MENU, operator: null });
    answered();
    phone.press('777', 5000);
    expect(phone.hears()).toEqual(['no-match', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({
      ending: { result: 'caller', reason: 'too-many-tries' },
      auth: 'none',
    });
  });

  test('that was met with silence ends in other words', () => {
    const call = dial({ ...MENU, operator: null });
    answered();
    phone.press('7');
    for (let i = 0; i < 2; i += 1) {
      phone.promptEnds();
      phone.wait(8000);
    }
    expect(phone.hears()).toEqual(['nothing-heard', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({ ending: { reason: 'too-many-tries' } });
  });

  test('takes a pound after its key as part of the choice', () => {
    dial(MENU);
    answered();
    phone.press('1#');
    expect(phone.hears()).toEqual(['operator-hint', 'enter-account']);
  });
});

test('a closed line says so in each of its languages, asks nothing and ends the call', () => {
  const call = dial(CLOSED);
  answered();
  expect(phone.hears()).toEqual(['closed-for-now', 'goodbye', 'es/closed-for-now', 'es/goodbye']);
  phone.press('0#');
  goodbye();
  expect(call.ended()).toMatchObject({
    ending: { result: 'platform', reason: 'desk-unavailable' },
    auth: 'none',
    handOff: null,
  });
});

describe('no desk', () => {
  test.each([
    ['desk-unavailable', 'operator-desk'],
    ['transfer-failed', 'operator'],
  ])('ends the call as %s where the last one was %s', (reason, last) => {
    const desks = { ...BANK.desks, operator: { ...BANK.desks.operator, otherwise: null } };
    const call = dial({ ...FRONT_DESK, route: { steps: [ACCOUNT], desk: last }, desks });
    givesAccount();
    phone.ask('setAttributes').answer();
    if (last === 'operator') {
      phone.promptEnds();
      phone.ask('transfer').answer('failed');
    } else {
      phone.ask('bringAgent').fail();
      phone.promptEnds();
      phone.ask('bringAgent').fail();
      phone.promptEnds();
    }
    expect(phone.hears()).toEqual(['desk-unavailable', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({ ending: { reason }, handOff: { outcome: 'failed' } });
  });

  test('is tried after a transfer of which nobody knows the end: the leg is ended', () => {
    const call = dial({ ...FRONT_DESK, route: { steps: [ACCOUNT], desk: 'operator' } });
    givesAccount();
    phone.ask('setAttributes').answer();
    phone.promptEnds();
    phone.ask('transfer').answer('unknown');
    phone.ask('hangUp').answer();
    expect(call.ended()).toMatchObject({
      ending: { result: 'unknown', reason: 'transfer-unknown' },
    });
  });
});

describe('time', () => {
  test('to answer is ten seconds, then the leg is ended', () => {
    const call = dial();
    phone.wait(9999);
    expect(phone.asked('hangUp')).toHaveLength(0);
    phone.wait(1);
    phone.ask('hangUp').answer();
    expect(call.ended()).toMatchObject({ ending: { reason: 'fault' } });
  });

  test('to refuse is ten seconds, then the call is over', () => {
    const call = dial(null);
    phone.wait(9999);
    expect(call.ended()).toBeUndefined();
    phone.wait(1);
    expect(call.ended()).toMatchObject({ ending: { reason: 'no-line' } });
  });

  test('of a call is limited, and the caller hears so', () => {
    const call = dial();
    givesAccount();
    phone.wait(899_999 - phone.clock.now());
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
    phone.wait(1);
    expect(phone.hears()).toEqual(['time-limit', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({
      ending: { result: 'caller', reason: 'call-limit' },
      auth: 'identified',
    });
  });

  test('for a goodbye that never ends is ninety seconds, and ten to hang up', () => {
    const call = dial();
    answered();
    call.happens('call.drain');
    phone.wait(89_999);
    expect(phone.asked('hangUp')).toHaveLength(0);
    phone.wait(1);
    expect(phone.hears()).toBeNull();
    phone.wait(9999);
    expect(call.ended()).toBeUndefined();
    phone.wait(1);
    expect(call.ended()).toMatchObject({ ending: { reason: 'draining' } });
  });
});

describe('the caller hangs up', () => {
  const deeds = { answered, givesAccount, givesBirthDate, givesCode };
  const moments: readonly [string, readonly (keyof typeof deeds)[], string][] = [
    ['while it rings', [], ''],
    ['during the welcome', ['answered'], ''],
    ['in the middle of an entry', ['answered'], '314'],
    ['during a check', ['answered'], '31415926'],
    ['while the SIM is asked about', ['givesAccount', 'givesBirthDate'], ''],
    ['while the desk is brought', ['givesAccount', 'givesBirthDate', 'givesCode'], ''],
  ];

  test.each(moments)('%s: nothing is asked any more', (_, done, keys) => {
    const call = dial();
    for (const deed of done) deeds[deed]();
    phone.press(keys);
    call.happens('caller.hungUp');
    expect(call.ended()).toMatchObject({ ending: { result: 'caller', reason: 'hung-up' } });
    const asked = phone.asks.length;
    phone.press('0#');
    phone.wait(1_000_000);
    expect(phone.asks).toHaveLength(asked);
    expect(phone.open()).toEqual([]);
    expect(phone.hasKeypadOpen()).toBe(false);
  });

  test('during the goodbye: the ending stays what it was', () => {
    const call = dial(SELF_SERVICE);
    answered();
    phone.press('314159#');
    checked('unavailable');
    call.happens('caller.hungUp');
    expect(call.ended()).toMatchObject({ ending: { reason: 'backend-unavailable' } });
  });
});

test('a room that is lost is not a caller who hung up', () => {
  const call = dial();
  givesAccount();
  call.happens('call.lost');
  expect(call.ended()).toMatchObject({ ending: { result: 'platform', reason: 'livekit-lost' } });
});

test('a draining worker says nothing into a line that still rings', () => {
  const call = dial();
  call.happens('call.drain');
  expect(phone.hears()).toBeNull();
  phone.ask('hangUp').answer();
  expect(call.ended()).toMatchObject({ ending: { reason: 'draining' } });
});

test('a draining worker says so and ends the call', () => {
  const call = dial();
  givesAccount();
  call.happens('call.drain');
  expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
  goodbye();
  expect(call.ended()).toMatchObject({ ending: { result: 'platform', reason: 'draining' } });
});
