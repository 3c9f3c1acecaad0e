// A bank that fails in the middle of a call, over SIP: nobody is verified, nobody is told "wrong", nobody waits
// in silence. Every fault of every route, without SIP, is in test/ivr/fault-matrix.test.ts.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import type { BankRoute } from '../../src/demo/bank-faults.ts';
import { customersOf, keyedBirthDate } from './customers.ts';
import { GrowingBand } from './kit/band.ts';
import type { Phone } from './kit/phone.ts';
import { findAll } from './kit/recognise.ts';
import { recording } from './kit/recording.ts';
import { silenceAfter } from './kit/silence.ts';
import { recordsHold } from './records-hold.ts';
import { hears, wrong } from './script.ts';
import { call, faultAt, lastCode, metric, recordOf, recordsOf, says } from './system.ts';

const LINES = {
  'with an operator': '+15105550100',
  'without one': '+15105550110',
};
const SILENCE_MS = 2000;

const someCustomer = customersOf('faults');

/** Everything right until the route that fails is asked; answers how long there was silence after the last key. */
async function keysUntil(route: BankRoute, phone: Phone, customer: DemoAccount): Promise<number> {
  await phone.hearsSound();
  const afterAccountMs = await silenceAfter(phone, customer.number);
  if (route === 'lookup') return afterAccountMs;
  const sent = route === 'check' ? says(phone, 'enter-code') : null;
  const afterBirthDateMs = await silenceAfter(phone, keyedBirthDate(customer));
  if (sent === null) return afterBirthDateMs;
  await sent;
  // Even a wrong one is not called wrong where nobody has looked at it.
  return silenceAfter(phone, wrong(await lastCode(customer)));
}

/** Whether a caller was told to be wrong, in any part of the call. */
function isToldWrong({ audio }: Phone): boolean {
  const band = new GrowingBand();
  band.follow(audio, true);
  return ['rejected', 'rejected-again'].some((id) => findAll(recording(id), band, 0).length > 0);
}

const STEP_OF = {
  lookup: 'account',
  knowledge: 'birthDate',
  otp: 'oneTimeCode',
  check: 'oneTimeCode',
} as const;

describe.concurrent('a caller whose bank fails', () => {
  test.for([
    ['knowledge', 'hang', 'without one'],
    ['lookup', 'garbage', 'with an operator'],
    ['otp', 'hang', 'with an operator'],
    ['knowledge', '500', 'without one'],
    ['check', '500', 'with an operator'],
    ['knowledge', 'drop', 'with an operator'],
    ['knowledge', 'schema', 'without one'],
  ] as const)('at %s (%s), on a line %s, is sent on in good order', async ([route, mode, line]) => {
    const customer = someCustomer();
    await faultAt(route, mode, customer);
    await using phone = await call(LINES[line], { transfers: 'accepted' });
    const silenceMs = await keysUntil(route, phone, customer);
    console.info(`${mode} at ${route}: ${Math.round(silenceMs)} ms of silence`);
    if (line === 'with an operator') {
      await phone.hears('connecting-operator');
      await phone.referred();
    } else {
      await hears(phone, 'technical-problem', 'goodbye');
    }
    expect(await phone.ended()).toBe('theyHungUp');
    const record = await recordOf(phone);
    expect(record.steps.at(-1)).toMatchObject({ step: STEP_OF[route], outcome: 'unavailable' });
    expect(record).toMatchObject(
      line === 'with an operator'
        ? { desk: 'operator', ending: { result: 'success', reason: 'handed-off' } }
        : { desk: null, ending: { result: 'backend', reason: 'backend-unavailable' } },
    );
    expect(record.auth).toBe(route === 'lookup' ? 'none' : 'identified');
    expect(isToldWrong(phone)).toBe(false);
    expect(silenceMs).toBeLessThan(SILENCE_MS);
  });
});

/** After this many faults in a row a route is left alone for so long (docs/backend.md). */
const FAULTS_IN_A_ROW = 5;
const LEFT_ALONE_MS = 10_000;
const STAGGER_MS = 700;
const BREAKER = 'tonegate_backend_breaker_open{route="knowledge"}';

test('after five faults callers are sent on at once, and ten seconds later the bank is asked again', async () => {
  await using phones = new AsyncDisposableStack();
  const unlucky = Array.from({ length: FAULTS_IN_A_ROW }, someCustomer);
  await Promise.all(unlucky.map((customer) => faultAt('knowledge', '500', customer)));
  const [early, late] = [someCustomer(), someCustomer()];
  const dialled = await Promise.all(
    [...unlucky, early].map(async (customer, i) => {
      // Not all being set up at once, which starves the sound.
      await sleep(i * STAGGER_MS);
      const phone = phones.use(await call(LINES['without one']));
      await phone.hearsSound();
      await silenceAfter(phone, customer.number);
      return { phone, customer };
    }),
  );
  const waiting = dialled.pop()!;
  await Promise.all(
    dialled.map(async ({ phone, customer }) => {
      await phone.press(keyedBirthDate(customer));
      await phone.hears('technical-problem');
    }),
  );
  const openedAt = performance.now();
  expect(await metric(BREAKER)).toBe(1);
  // The bank would answer both of these.
  await Promise.all([isSentOn(waiting.phone, early), isVerified(late, openedAt + LEFT_ALONE_MS)]);
  const records = await recordsOf([...dialled, waiting].map(({ phone }) => phone));
  for (const { steps } of records) {
    expect(steps.at(-1)).toMatchObject({ step: 'birthDate', outcome: 'unavailable' });
  }
  expect(await metric(BREAKER)).toBe(0);
});

async function isSentOn(phone: Phone, customer: DemoAccount): Promise<void> {
  expect(await silenceAfter(phone, keyedBirthDate(customer))).toBeLessThan(SILENCE_MS);
  await hears(phone, 'technical-problem', 'goodbye');
}

/** A caller who keys the birth date at this moment, of `performance.now()`. */
async function isVerified(customer: DemoAccount, at: number): Promise<void> {
  await using phone = await call(LINES['with an operator']);
  await phone.hearsSound();
  await silenceAfter(phone, customer.number);
  await sleep(Math.max(0, at - performance.now()));
  await phone.press(keyedBirthDate(customer));
  await phone.hears('code-sent');
  await phone.press(await lastCode(customer));
  await hears(phone, 'connecting', 'sensitive-desk');
  expect(await recordOf(phone)).toMatchObject({ auth: 'verified' });
}

test('the records of these calls hold', recordsHold);
