import { isDeepStrictEqual } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import type { AccountHandle } from '../../src/machines/verify-entry.machine.ts';
import { NOTHING_FOUND, ringOn } from './dialling.ts';
import { createDrive, type Drive } from './drive.ts';
import {
  ACCOUNT,
  BANK,
  BILINGUAL,
  CLOSED,
  CODE,
  FLOOR_MS,
  FRONT_DESK,
  KNOWN,
  MENU,
  NOBODY,
  SELF_SERVICE,
  SENT,
} from './lines.ts';

let phone: Drive;

beforeEach(() => {
  phone = createDrive();
});

function dial(plan: LinePlan | null = BANK, floorMs = 0) {
  const call = ringOn(phone, plan, { floorMs });
  if (plan !== null) phone.ask('screen').answer(NOTHING_FOUND);
  return call;
}

const answered = () => phone.ask('answer').answer();
const checked = (kind: string, account?: AccountHandle) =>
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
  phone.ask('sendCode').answer(SENT);
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

/** A caller whose phone was asked to go to the operator's. */
function transferring(desks: LinePlan['desks'] = BANK.desks) {
  const call = dial({ ...FRONT_DESK, route: { steps: [ACCOUNT], desk: 'operator' }, desks });
  givesAccount();
  phone.ask('setAttributes').answer();
  phone.promptEnds();
  return call;
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
    phone.ask('lookForDesk').answer(true);
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

  test('tells once that its caller is verified, before a desk is asked', () => {
    const call = dial();
    givesAccount();
    givesBirthDate();
    expect(call.notices.map(({ type }) => type)).not.toContain('caller.verified');
    givesCode();
    expect(call.notices.slice(-3)).toEqual([
      { type: 'step.ended', step: 'oneTimeCode', outcome: 'accepted', tries: 1 },
      {
        type: 'caller.verified',
        tally: 'ref-1',
        steps: ['account', 'birthDate', 'oneTimeCode'],
      },
      { type: 'handOff.began' },
    ]);
  });

  test('that gave its account number alone is identified, not verified', () => {
    const call = dial(FRONT_DESK);
    givesAccount();
    phone.ask('setAttributes').answer();
    phone.promptEnds();
    phone.ask('bringAgent').answer();
    phone.ask('lookForDesk').answer(true);
    expect(call.ended()).toMatchObject({ auth: 'identified', amr: [] });
    expect(call.notices.map(({ type }) => type)).not.toContain('caller.verified');
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
    checked('unknown', NOBODY);
    expect(phone.hears()).toEqual(['enter-birth-date-mdy']);
    failsBirthDate();
    operatorAnswers();
    expect(call.ended()).toMatchObject({ auth: 'failed', amr: [] });
  });

  test('is told of a wrong account where no other step could hide it', () => {
    dial(FRONT_DESK);
    answered();
    phone.press('99999999');
    checked('unknown', NOBODY);
    expect(phone.hears()).toEqual(['rejected', 'enter-account-again']);
  });

  test('proves nothing with a birth date that belongs to no account: somebody of ours is wrong', () => {
    const call = dial();
    answered();
    phone.press('99999999');
    checked('unknown', NOBODY);
    givesBirthDate();
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
    goodbye();
    expect(phone.asked('sendCode')).toHaveLength(0);
    expect(call.ended()).toMatchObject({ ending: { reason: 'fault' }, auth: 'none', amr: [] });
  });

  test('for want of a phone on file goes to the operator as far as identified', () => {
    dial();
    answered();
    phone.press('16180339');
    phone.ask('checkEntry').answer({
      kind: 'accepted',
      account: { ref: 'ref-3', otp: { available: false, to: null }, tally: 'ref-3' },
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

describe('who keys an account that does not exist', () => {
  const WITHOUT_DATE: LinePlan = { ...BANK, route: { steps: [ACCOUNT, CODE], desk: 'sensitive' } };

  test('is asked for a code as if one were sent, which is never right', () => {
    const call = dial(WITHOUT_DATE);
    answered();
    phone.press('99999999');
    checked('unknown', NOBODY);
    expect(phone.ask('simChangedWithinHours').input).toEqual({ account: NOBODY });
    phone.ask('simChangedWithinHours').answer(null);
    expect(phone.ask('sendCode').input).toMatchObject({ account: NOBODY });
    phone.ask('sendCode').answer({ kind: 'sent', challenge: { by: 'decoy' } });
    expect(phone.hearsAloud()?.slice(0, 2)).toEqual(['code-sent', 'digit-4 digit-7']);
    for (let i = 0; i < 3; i += 1) {
      phone.press('123456');
      checked('rejected');
    }
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'operator',
      proof: { auth: 'failed', amr: [], ref: null },
    });
    operatorAnswers();
    expect(call.ended()).toMatchObject({ auth: 'failed', amr: [] });
  });

  test('is asked everything of the made-up account, tries and all', () => {
    dial();
    answered();
    phone.press('99999999');
    checked('unknown', NOBODY);
    phone.press('03141979');
    expect(phone.ask('checkEntry').input).toMatchObject({
      subject: { step: 'birthDate', account: NOBODY },
    });
  });
});

describe('an account without tries left', () => {
  const GUARDED: LinePlan = {
    ...BANK,
    desks: { ...BANK.desks, operator: { ...BANK.desks.operator, requires: ['kba'] } },
  };

  test('sends its caller to the operator, in the words of too many tries', () => {
    const call = dial();
    givesAccount();
    phone.press('03141979');
    checked('lockedOut');
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'operator',
      proof: { auth: 'failed', amr: [], ref: null },
    });
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['cannot-verify', 'connecting-operator']);
    expect(call.notices).toContainEqual({
      type: 'step.ended',
      step: 'birthDate',
      outcome: 'lockedOut',
      tries: 1,
    });
  });

  test('ends the call as locked out where there is no operator', () => {
    const call = dial(SELF_SERVICE);
    answered();
    phone.press('314159#');
    checked('lockedOut');
    expect(phone.hears()).toEqual(['cannot-verify', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({
      ending: { result: 'caller', reason: 'locked-out' },
      auth: 'failed',
    });
  });

  test('opens no door with what was proved before', () => {
    dial(GUARDED);
    givesAccount();
    givesBirthDate();
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer({ kind: 'lockedOut' });
    expect(phone.ask('setAttributes').input).toEqual({
      desk: 'operator-desk',
      proof: { auth: 'failed', amr: [], ref: null },
    });
  });
});

describe('tries that cannot be counted', () => {
  test('send the caller to the operator, and nothing was wrong with the entry', () => {
    const call = dial();
    givesAccount();
    phone.press('03141979');
    checked('storeLost');
    expect(phone.ask('setAttributes').input).toMatchObject({
      desk: 'operator',
      proof: { auth: 'identified' },
    });
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['connecting-operator']);
    phone.promptEnds();
    phone.ask('transfer').answer('failed');
    expect(call.ended()).toBeUndefined();
  });

  test('end the call as their own reason where there is no operator', () => {
    const call = dial(SELF_SERVICE);
    answered();
    phone.press('314159#');
    checked('storeLost');
    expect(phone.hears()).toEqual(['technical-problem', 'goodbye']);
    goodbye();
    expect(call.ended()).toMatchObject({
      ending: { result: 'platform', reason: 'store-lost' },
      auth: 'none',
    });
  });
});

describe('while it is not proved that there is such an account, an answer is held back', () => {
  /** An answer is there; whether the caller is told a millisecond too soon, and when it is time. */
  function isHeldBack(answer: () => void): boolean {
    const isWord = (words: unknown) => isDeepStrictEqual(words, { utterance: ['one-moment'] });
    const told = () => phone.asks.filter(({ input }) => !isWord(input)).length;
    answer();
    const before = told();
    phone.wait(FLOOR_MS - 1);
    const isEarly = told() > before;
    phone.wait(1);
    return !isEarly && told() > before;
  }

  test('about the account, and about a birth date, but not about what follows it', () => {
    dial(BANK, FLOOR_MS);
    answered();
    phone.press('31415926');
    expect(isHeldBack(() => checked('accepted', KNOWN))).toBe(true);
    phone.press('01011970');
    expect(isHeldBack(() => checked('rejected'))).toBe(true);
    phone.press('03141979');
    expect(isHeldBack(() => checked('accepted'))).toBe(true);
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer(SENT);
    expect(phone.hears()?.[0]).toBe('code-sent');
    phone.press('000000');
    checked('rejected');
    expect(phone.hears()?.[0]).toBe('rejected');
  });

  test('about a code that comes first, sent and checked', () => {
    dial({ ...BANK, route: { steps: [ACCOUNT, CODE], desk: 'sensitive' } }, FLOOR_MS);
    answered();
    phone.press('99999999');
    expect(isHeldBack(() => checked('unknown', NOBODY))).toBe(true);
    phone.ask('simChangedWithinHours').answer(null);
    expect(isHeldBack(() => phone.ask('sendCode').answer(SENT))).toBe(true);
    phone.press('000000');
    expect(isHeldBack(() => checked('rejected'))).toBe(true);
  });

  test('but not where nothing else is asked: then everybody is told who exists', () => {
    dial(FRONT_DESK, FLOOR_MS);
    answered();
    phone.press('99999999');
    checked('unknown', NOBODY);
    expect(phone.hears()).toEqual(['rejected', 'enter-account-again']);
  });
});

describe('from the last key to a word or an answer pass two seconds at most', () => {
  const CODE_FIRST: LinePlan = { ...BANK, route: { steps: [ACCOUNT, CODE], desk: 'sensitive' } };
  /** An entry is told right after `ms`, and the code is not there yet. */
  function isSilentUntil(ms: number, answers: () => void): number {
    phone.wait(ms);
    answers();
    expect(phone.hears()).toBeNull();
    expect(phone.asked('simChangedWithinHours')).toHaveLength(1);
    for (let at = ms; at < 5000; at += 1) {
      if (phone.hears() !== null) return at;
      phone.wait(1);
    }
    return Number.POSITIVE_INFINITY;
  }

  test('where a birth date is told right just before a word would have been said', () => {
    dial();
    givesAccount();
    phone.press('03141979');
    expect(isSilentUntil(999, () => checked('accepted'))).toBe(1699);
    expect(phone.hears()).toEqual(['one-moment']);
  });

  test('where it is told sooner, no later than that', () => {
    dial();
    givesAccount();
    phone.press('03141979');
    expect(isSilentUntil(100, () => checked('accepted'))).toBe(800);
  });

  test('where that is held back', () => {
    dial(BANK, FLOOR_MS);
    answered();
    phone.press('31415926');
    checked('accepted', KNOWN);
    phone.wait(FLOOR_MS);
    phone.press('03141979');
    checked('accepted');
    expect(isSilentUntil(FLOOR_MS, () => undefined)).toBe(1700);
  });

  test.each([
    ['accepted', KNOWN],
    ['unknown', NOBODY],
  ])('where a code comes directly after the account number, and that is %s', (kind, account) => {
    dial(CODE_FIRST, FLOOR_MS);
    answered();
    phone.press('31415926');
    checked(kind, account);
    expect(isSilentUntil(FLOOR_MS, () => undefined)).toBe(1700);
    phone.ask('simChangedWithinHours').answer(null);
    phone.ask('sendCode').answer(SENT);
    phone.wait(FLOOR_MS - 101);
    expect(phone.hears()).toEqual(['one-moment']);
    phone.wait(1);
    expect(phone.hears()?.[0]).toBe('code-sent');
  });

  test('and where a word was said already, no more than that until the next one', () => {
    dial();
    givesAccount();
    phone.press('03141979');
    phone.wait(3000);
    expect(phone.hears()).toEqual(['one-moment']);
    checked('accepted');
    phone.wait(699);
    expect(phone.hears()).toBeNull();
    phone.wait(1);
    expect(phone.hears()).toEqual(['one-moment']);
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

  test('is tried after a transfer whose caller is not here any more: the leg is ended', () => {
    const call = transferring();
    phone.ask('transfer').answer('unknown');
    phone.wait(2000);
    phone.ask('lookForCaller').answer(false);
    phone.ask('hangUp').answer();
    expect(call.ended()).toMatchObject({
      ending: { result: 'unknown', reason: 'transfer-unknown' },
    });
  });
});

describe('while the caller may have been moved', () => {
  const pending = { outcome: 'unknown', desk: 'operator', kind: 'transfer' };

  test.each([
    ['caller.hungUp', 'transfer-unknown'],
    ['call.lost', 'livekit-lost'],
  ] as const)('%s ends the call as %s, with a transfer of which nobody can say', (type, reason) => {
    const call = transferring();
    const asked = phone.asks.length;
    call.happens(type);
    expect(call.ended()).toMatchObject({ ending: { reason }, handOff: pending });
    expect(phone.asks).toHaveLength(asked);
  });

  test.each<[string, string, (call: ReturnType<typeof dial>) => void]>([
    ['a worker that may wait no longer', 'draining', (call) => call.happens('call.drain')],
    ['the limit', 'call-limit', () => phone.wait(900_000 - phone.clock.now())],
  ])('%s ends the call as %s, with a transfer of which nobody can say', (_, reason, happens) => {
    const last = { ...BANK.desks.operator, ringMs: 1_000_000 };
    const call = transferring({ ...BANK.desks, operator: last });
    happens(call);
    goodbye();
    expect(call.ended()).toMatchObject({ ending: { reason }, handOff: pending });
  });

  test('another desk that is brought changes nothing about a hang-up', () => {
    const call = transferring();
    phone.ask('transfer').fail();
    phone.wait(2000);
    phone.ask('lookForCaller').answer(true);
    phone.ask('setAttributes').answer();
    expect(phone.hears()).toEqual(['one-moment']);
    call.happens('caller.hungUp');
    expect(call.ended()).toMatchObject({
      ending: { reason: 'transfer-unknown' },
      handOff: pending,
    });
  });

  test('a transfer that was refused hides no hang-up', () => {
    const call = transferring();
    phone.ask('transfer').answer('failed');
    phone.ask('setAttributes').answer();
    call.happens('caller.hungUp');
    expect(call.ended()).toMatchObject({ ending: { reason: 'hung-up' }, handOff: null });
  });

  test('before it was asked for, it was not', () => {
    const call = dial({ ...FRONT_DESK, route: { steps: [ACCOUNT], desk: 'operator' } });
    givesAccount();
    phone.ask('setAttributes').answer();
    call.happens('caller.hungUp');
    expect(call.ended()).toMatchObject({ ending: { reason: 'hung-up' }, handOff: null });
  });

  test('the end of a hand-over is told', () => {
    const call = transferring();
    phone.ask('transfer').answer('succeeded');
    expect(call.notices.at(-1)).toEqual({ type: 'handOff.ended' });
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
    phone.wait(BANK.maxCallMs - 1 - phone.clock.now());
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
