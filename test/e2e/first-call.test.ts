// Whole calls over SIP, against what `npm start` runs: a phone dials, hears, keys and is handed over.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import { verifyTicket } from '../../src/ticket/verify.ts';
import { CUSTOMERS, customersOf, keyedBirthDate } from './customers.ts';
import type { Phone } from './kit/phone.ts';
import { hears, keysAccount, keysAhead, keysUntilCode, wrong } from './script.ts';
import {
  call,
  keysWhatIsAsked,
  lastCode,
  messagesTo,
  recordOf,
  recordsOf,
  roomOf,
} from './system.ts';

const BANK = '+15105550100';
const FRONTDESK = '+15105550101';
const NO_LINE = '+15105550109';
const WITHOUT_OPERATOR = '+15105550110';

const [pi, , noPhone, newSim] = CUSTOMERS as [DemoAccount, DemoAccount, DemoAccount, DemoAccount];
const system = inject('system');
const someCustomer = customersOf('first-call');

/** The ticket a desk's agent was dispatched with, verified as that desk would. */
async function ticketOf(phone: Phone, agent: string, desk: string) {
  const { name, caller, dispatched } = await roomOf(phone);
  const metadata = JSON.parse(dispatched[agent] ?? '');
  const claims = await verifyTicket(metadata.ticket, {
    jwks: `${system.workerUrl}/.well-known/jwks.json`,
    issuer: 'tonegate',
    audience: desk,
    room: name,
    caller: caller.identity,
  });
  return { metadata, claims };
}

describe.concurrent('a caller with account, birth date and code', () => {
  test('hears every prompt whole, and ends up at the secure desk with a good ticket', async () => {
    await using phone = await call(BANK, { from: '+15551239999' });
    await phone.ringing();
    await phone.answered();
    await hears(phone, 'welcome', 'operator-hint', 'enter-account');
    await phone.press(pi.number);
    await hears(phone, 'enter-birth-date-mdy');
    await phone.press(keyedBirthDate(pi));
    await hears(phone, 'code-sent', 'digit-0', 'digit-1', 'enter-code', 'resend-hint');
    await phone.press(await lastCode(pi));
    await hears(phone, 'connecting', 'sensitive-desk');

    const room = await roomOf(phone);
    const record = await recordOf(phone);
    expect(room.caller.attributes).toMatchObject({
      'ivr.line': 'bank',
      'ivr.auth': 'verified',
      'ivr.amr': 'kba,otp,sms',
      'ivr.screening': 'none',
      'ivr.desk': 'sensitive',
      'ivr.call': record.id,
    });
    const { claims, metadata } = await ticketOf(phone, 'sensitive-desk', 'sensitive');
    expect(metadata).toEqual({ call: record.id, line: 'bank', ticket: expect.any(String) });
    expect(claims).toMatchObject({
      call: record.id,
      sipCall: room.caller.attributes['sip.callID'],
      line: 'bank',
      amr: ['kba', 'otp', 'sms'],
      screening: 'none',
      auth: 'verified',
      sub: expect.stringMatching(/^acc_/),
    });

    await phone.hangUp();
    expect(record).toMatchObject({
      line: 'bank',
      dialled: BANK,
      trunk: 'bank-trunk',
      sipCallId: claims.sipCall,
      callerLast2: '99',
      steps: [
        { step: 'account', outcome: 'accepted', tries: 1 },
        { step: 'birthDate', outcome: 'accepted', tries: 1 },
        { step: 'oneTimeCode', outcome: 'accepted', tries: 1 },
      ],
      auth: 'verified',
      amr: ['kba', 'otp', 'sms'],
      desk: 'sensitive',
      handoff: { kind: 'agent', outcome: 'succeeded' },
      ending: { result: 'success', reason: 'handed-off' },
    });
    expect(JSON.stringify(record)).not.toMatch(/31415926|03141979|1979-03-14|5551239999/);
  });

  test('is identified, not verified, on a line that asks for the account only', async () => {
    await using phone = await call(FRONTDESK);
    await keysAccount(phone, someCustomer());
    await hears(phone, 'connecting', 'general-desk');
    expect((await roomOf(phone)).caller.attributes).toMatchObject({ 'ivr.auth': 'identified' });
    expect(await recordOf(phone)).toMatchObject({ auth: 'identified', amr: [], desk: 'general' });
  });
});

describe.concurrent('a caller whose code is wrong until the tries are used up', () => {
  async function failsWithCode(phone: Phone): Promise<void> {
    const customer = someCustomer();
    await keysUntilCode(phone, customer);
    const code = wrong(await lastCode(customer));
    await phone.press(code);
    await hears(phone, 'rejected', 'enter-code-again');
    await phone.press(code);
    await hears(phone, 'rejected-again', 'enter-code-again');
    await phone.press(code);
    await phone.hears('cannot-verify');
  }
  const used = { step: 'oneTimeCode', outcome: 'tooManyTries', tries: 3 };

  test('comes to the operator, who learns that the caller is not verified', async () => {
    await using phone = await call(BANK, { transfers: 'refused' });
    await failsWithCode(phone);
    await hears(phone, 'connecting-operator', 'operator-desk');
    expect((await roomOf(phone)).caller.attributes).toMatchObject({ 'ivr.auth': 'failed' });
    expect(await recordOf(phone)).toMatchObject({
      steps: [{}, {}, used],
      auth: 'failed',
      desk: 'operator-desk',
    });
  });

  test('hears goodbye to its end on a line without operator, and only then the line is cut', async () => {
    await using phone = await call(WITHOUT_OPERATOR);
    await failsWithCode(phone);
    await phone.hears('goodbye');
    expect(await phone.ended()).toBe('theyHungUp');
    expect(await recordOf(phone)).toMatchObject({
      steps: [{}, {}, used],
      auth: 'failed',
      desk: null,
      handoff: null,
      ending: { result: 'caller', reason: 'too-many-tries' },
    });
  });
});

describe.concurrent('a caller who cannot be sent a code', () => {
  test.each([
    ['has no phone on file', noPhone],
    ['has a new SIM', newSim],
  ])('because the account %s comes to the operator, and no code is sent', async (_, customer) => {
    await using phone = await call(BANK);
    await keysAhead(phone, customer);
    await hears(phone, 'cannot-verify', 'connecting-operator', 'operator-desk');
    expect(await recordOf(phone)).toMatchObject({ auth: 'identified', desk: 'operator-desk' });
    expect(await messagesTo(customer)).toEqual([]);
  });
});

test.concurrent('a caller who asks for the operator with zero and pound comes to the operator', async () => {
  await using phone = await call(BANK);
  await phone.hears('operator-hint');
  await phone.press('0#');
  await hears(phone, 'connecting-operator', 'operator-desk');
  expect(await recordOf(phone)).toMatchObject({
    steps: [{ step: 'account', outcome: 'operator' }],
    auth: 'none',
  });
});

describe.concurrent('a caller who hangs up', () => {
  test.each<[string, (phone: Phone) => Promise<void>, object[]]>([
    [
      'during the welcome',
      async (phone) => void (await phone.hears('welcome')),
      [{ step: 'account', outcome: 'hungUp' }],
    ],
    [
      'in the middle of the account number',
      async (phone) => {
        await phone.hears('enter-account');
        await phone.press('3141');
      },
      [{ step: 'account', outcome: 'hungUp', tries: 0 }],
    ],
    [
      'in the middle of the birth date',
      async (phone) => {
        await phone.hearsSound();
        await phone.press(someCustomer().number);
        await phone.hears('enter-birth-date-mdy');
        await phone.press('0314');
      },
      [{ outcome: 'accepted' }, { step: 'birthDate', outcome: 'hungUp' }],
    ],
    [
      'in the middle of the code',
      async (phone) => {
        await keysUntilCode(phone, someCustomer());
        await phone.press('123');
      },
      [
        { outcome: 'accepted' },
        { outcome: 'accepted' },
        { step: 'oneTimeCode', outcome: 'hungUp' },
      ],
    ],
  ])('%s leaves one record that says so', async (_, until, steps) => {
    await using phone = await call(BANK);
    await until(phone);
    await phone.hangUp();
    expect(await recordOf(phone)).toMatchObject({
      steps,
      ending: { result: 'caller', reason: 'hung-up' },
      handoff: null,
    });
  });
});

test('a caller may stop a prompt with the first key, and key ahead of the next question', async () => {
  await using phone = await call(BANK);
  const customer = someCustomer();
  await phone.answered();
  await phone.press(`${customer.number}${keyedBirthDate(customer)}`);
  await hears(phone, 'code-sent');
  await phone.hangUp();
  const { steps } = await recordOf(phone);
  expect(steps.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'hungUp']);
});

test('ten callers at once, each with an account of their own, do not mix', async () => {
  await using phones = new AsyncDisposableStack();
  const calls = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const customer = someCustomer();
      // One a second: all are in their calls together, but not all being set up, which starves the sound.
      await sleep(i * 1000);
      const phone = phones.use(await call(BANK, { from: customer.phone ?? '' }));
      await phone.hearsSound();
      // With ten calls on two cores sound gets lost at the ear, and keys arrive together and are asked again.
      await keysWhatIsAsked(phone, customer);
      return { phone, customer };
    }),
  );
  // Which desk took the call is asked of the records.
  const records = await recordsOf(calls.map(({ phone }) => phone));
  const subjects = [];
  for (const [i, { phone, customer }] of calls.entries()) {
    const { claims } = await ticketOf(phone, 'sensitive-desk', 'sensitive');
    expect(records[i]).toMatchObject({
      id: claims.call,
      auth: 'verified',
      handoff: { kind: 'agent', outcome: 'succeeded' },
      desk: 'sensitive',
      callerLast2: customer.phone?.slice(-2),
    });
    expect(await messagesTo(customer)).toHaveLength(1);
    subjects.push(claims.sub);
  }
  expect(new Set(subjects).size).toBe(10);
}, 240_000);

test.concurrent('a call to a number that no line answers is refused while it rings, with a record', async () => {
  await using phone = await call(NO_LINE);
  await phone.ringing();
  expect(await phone.ended()).toBe('refused');
  expect(phone.status).toBe(486);
  expect(phone.reason).toBe('SIP;cause=608;text="Rejected"');
  expect(phone.messages.filter(({ status }) => status === 200)).toEqual([]);
  expect(await recordOf(phone)).toMatchObject({
    line: null,
    dialled: NO_LINE,
    answeredAt: null,
    screening: { action: 'refuse', rule: 'no-line' },
    ending: { result: 'platform', reason: 'no-line' },
  });
});
