import { expect, test } from 'vitest';
import { keyedHashes } from '../../../src/ivr/verification/keyed-hashes.ts';
import { ownCodes } from '../../../src/ivr/verification/own-codes.ts';
import { Secret } from '../../../src/machines/secret.ts';
import { losing, openFakeCodes } from '../fake-stores.ts';
import { challengeOf, openVerification } from './setting.ts';

const TO = '+15551230001';

/** A caller who has been sent a code of ours. */
async function isSentACode(options: Parameters<typeof openVerification>[0] = {}) {
  const setting = openVerification({ codesBy: 'us', ...options });
  const account = await setting.lookUp();
  const challenge = challengeOf(await setting.send(account));
  return Object.assign(setting, { account, challenge });
}

test('a code goes to the number that the bank names, and is right once', async () => {
  const { bank, checkCode, account, challenge, codes } = await isSentACode();
  expect(bank.messages).toMatchObject([{ to: TO, code: expect.stringMatching(/^\d{6}$/) }]);
  expect(bank.messages[0]?.text).toContain(`Your code is ${bank.lastCode()}. It is only for a`);
  expect(await checkCode(account, challenge, bank.lastCode())).toEqual({ kind: 'accepted' });
  expect(await checkCode(account, challenge, bank.lastCode())).toEqual({ kind: 'rejected' });
  expect(codes.live).toBe(0);
});

test('one code that is keyed in many places at once is right in one of them', async () => {
  const { bank, checkCode, account, challenge, verifier } = await isSentACode({
    call: { policy: { softAfter: 50, softMs: 1, softLongestMs: 1, hardAfter: 90, hardMs: 1 } },
  });
  const code = bank.lastCode();
  const verdicts = await Promise.all(
    Array.from({ length: 20 }, () => checkCode(account, challenge, code, verifier())),
  );
  expect(verdicts.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
});

test.each([6, 7, 8])('codes have %i digits, and may begin with any of them', async (digits) => {
  const sent: string[] = [];
  const own = ownCodes(
    openFakeCodes(() => 0),
    { send: async ({ code }) => void sent.push(code.reveal()) },
    keyedHashes(Secret.of('pepper-of-at-least-32-characters-01')),
  );
  const order = { destination: Secret.of(TO), ttlMs: 1, tries: 3, locale: 'en', dialled: '+1' };
  for (let i = 0; i < 500; i += 1) {
    const use = { account: 'acc', call: 'call', purpose: 'bank' };
    await own.send({ ...order, locale: 'en', digits }, use, new AbortController().signal);
  }
  expect(sent.every((code) => code.length === digits && /^\d+$/.test(code))).toBe(true);
  expect(new Set(sent.map((code) => code[0])).size).toBe(10);
  expect(new Set(sent).size).toBeGreaterThan(490);
});

test('nothing is kept of a code but its digest', async () => {
  const { bank, codes } = await isSentACode();
  expect(codes.kept).not.toContain(bank.lastCode());
  expect(codes.kept).not.toContain('5551230001');
});

test.each([
  { what: 'call', changes: { id: 'call-2' } },
  { what: 'purpose', changes: { line: 'frontdesk' } },
])('a code is good in its own $what only', async ({ changes }) => {
  const { bank, checkCode, account, challenge, verifier } = await isSentACode();
  const code = bank.lastCode();
  expect(await checkCode(account, challenge, code, verifier(changes))).toEqual({
    kind: 'rejected',
  });
  expect(await checkCode(account, challenge, code)).toEqual({ kind: 'accepted' });
});

test('a code is good for its own account only', async () => {
  const { bank, checkCode, account, challenge, lookUp } = await isSentACode();
  const other = await lookUp('27182818');
  expect(await checkCode(other, challenge, bank.lastCode())).toEqual({ kind: 'rejected' });
  expect(await checkCode(account, challenge, bank.lastCode())).toEqual({ kind: 'accepted' });
});

test('a code is good for its own message only', async () => {
  const { bank, checkCode, account, send, challenge } = await isSentACode();
  const another = challengeOf(await send(account));
  expect(await checkCode(account, challenge, bank.lastCode())).toEqual({ kind: 'rejected' });
  expect(await checkCode(account, another, bank.lastCode())).toEqual({ kind: 'accepted' });
});

test('a code is no longer right when its time is over', async () => {
  const { bank, checkCode, account, challenge, clock } = await isSentACode();
  await clock.pass(300_000);
  expect(await checkCode(account, challenge, bank.lastCode())).toEqual({ kind: 'rejected' });
});

test('the code before a new one is void, whatever has become of the new one', async () => {
  const { bank, checkCode, account, challenge, send, codes } = await isSentACode();
  const first = bank.lastCode();
  bank.is('unavailable', 'sms');
  expect(await send(account, { replaces: challenge })).toEqual({ kind: 'unavailable' });
  expect(await checkCode(account, challenge, first)).toEqual({ kind: 'rejected' });
  expect(codes.live).toBe(0);
});

test.each([
  { tries: 3, good: 3 },
  { tries: 5, good: 5 },
  { tries: 9, good: 5 },
])('with $tries tries a code can be keyed $good times', async ({ tries, good }) => {
  const kept: number[] = [];
  const setting = openVerification({
    codesBy: 'us',
    world: ({ codes }) => ({
      codes: {
        ...codes,
        keep(code) {
          kept.push(code.submissions);
          return codes.keep(code);
        },
      },
    }),
  });
  await setting.send(await setting.lookUp(), { tries });
  expect(kept).toEqual([good]);
});

test('the right code is not right any more when all its submissions are used', async () => {
  const { bank, checkCode, account, challenge } = await isSentACode();
  for (const _ of [1, 2, 3]) await checkCode(account, challenge, bank.wrongCode());
  expect(await checkCode(account, challenge, bank.lastCode())).toEqual({ kind: 'rejected' });
});

test.each(['submit', 'consume'] as const)(
  'a right code is not accepted where the store fails to %s it, and is no "wrong"',
  async (ask) => {
    const setting = await isSentACode({ world: ({ codes }) => ({ codes: losing(codes, ask) }) });
    const { bank, checkCode, account, challenge, tries } = setting;
    expect(await checkCode(account, challenge, bank.lastCode())).toEqual({ kind: 'storeLost' });
    expect(tries.failures('check')).toBe(0);
  },
);

test('hazard: a caller who leaves while the code is looked up consumes nothing', async () => {
  const looked = Promise.withResolvers<void>();
  const setting = await isSentACode({
    world: ({ codes }) => ({
      codes: { ...codes, submit: (id) => looked.promise.then(() => codes.submit(id)) },
    }),
  });
  const verdict = setting.checkCode(setting.account, setting.challenge, setting.bank.lastCode());
  await setting.clock.settle();
  setting.hangUp();
  looked.resolve();
  await expect(verdict).rejects.toThrow();
  expect(setting.asked).not.toContain('codes.consume');
  expect(setting.tries.failures('check')).toBe(1);
});

test.each(['unavailable', 'broken'] as const)(
  'a code whose sender is %s is void, and counts as sent',
  async (mood) => {
    const setting = openVerification({ codesBy: 'us' });
    const account = await setting.lookUp();
    setting.bank.is(mood, 'sms');
    await setting.send(account).catch(() => undefined);
    expect(setting.codes.live).toBe(0);
    expect(setting.tries.failures('send', account.tally)).toBe(1);
  },
);

test('a code of a caller who leaves while it is sent is void', async () => {
  const setting = openVerification({ codesBy: 'us' });
  const account = await setting.lookUp();
  setting.bank.is('silent', 'sms');
  const result = setting.send(account);
  await setting.clock.settle();
  expect(setting.codes.live).toBe(1);
  setting.hangUp();
  await expect(result).rejects.toThrow();
  expect(setting.codes.live).toBe(0);
});

test('hazard: a caller who leaves while the code is kept is sent none, and it is void', async () => {
  const kept = Promise.withResolvers<void>();
  const setting = openVerification({
    codesBy: 'us',
    world: ({ codes }) => ({
      codes: { ...codes, keep: (code) => kept.promise.then(() => codes.keep(code)) },
    }),
  });
  const result = setting.send(await setting.lookUp());
  await setting.clock.settle();
  setting.hangUp();
  kept.resolve();
  await expect(result).rejects.toThrow();
  expect(setting.asked).not.toContain('sms.send');
  expect(setting.codes.live).toBe(0);
});

test('code and message are wiped when they are sent, also where that fails', async () => {
  for (const fails of [false, true]) {
    const held: Secret[] = [];
    const setting = openVerification({
      codesBy: 'us',
      world: () => ({
        sms: {
          async send({ code, text }) {
            held.push(code, text);
            if (fails) throw new Error('as told');
          },
        },
      }),
    });
    await setting.send(await setting.lookUp()).catch(() => undefined);
    expect(held).toHaveLength(2);
    for (const secret of held) expect(secret.reveal()).toMatch(/^\0+$/);
  }
});

test('where the bank leaves sending to us and nothing can send, the fault says what to do', async () => {
  const setting = openVerification({ codesBy: 'us', world: () => ({ sms: null }) });
  expect(await setting.send(await setting.lookUp())).toEqual({ kind: 'unavailable' });
  expect(setting.faults).toMatchObject([
    { ask: 'sendCode', error: { code: 'IVR_SMS_UNAVAILABLE' } },
  ]);
  expect(String(setting.faults[0]?.error)).toContain('Set sms.webhook');
  expect(String(setting.faults[0]?.error)).not.toContain('555');
});
