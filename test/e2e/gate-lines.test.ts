// What lines make of calls whose policy or carrier is another, over the real bridge: they observe, they send
// the caller to a desk, they spare a question, they disregard what comes over a trunk of somebody else's.

import { describe, expect, test } from 'vitest';
import { customersOf } from './customers.ts';
import {
  ANSWERED,
  dialogue,
  LINES,
  leftBehind,
  REFUSED,
  recordsOf,
  ring,
  ticketOf,
  UNHURRIED,
  verstat,
} from './gate.ts';
import { call, lastCode, recordOf, roomOf } from './system.ts';

const someCustomer = customersOf('gate-lines');
/** The calling number of every call here; no other test calls from it. */
const CALLER = '+15550134766';

describe.concurrent('a call that the policy does not take', () => {
  test('is taken where the line only observes, and its record says what would have been', async () => {
    const phone = await ring(LINES.observed, { from: CALLER, headers: verstat('Failed-A') });
    expect(dialogue(phone)).toEqual(ANSWERED);
    expect(await recordOf(phone)).toMatchObject({
      screening: { verdict: 'failed', action: 'accept', wouldBe: 'refuse', rule: 'failed' },
      ending: { reason: 'hung-up' },
    });
  });

  test("is refused for the line's own reason", async () => {
    const phone = await ring(LINES.reasoned, { from: CALLER });
    expect(dialogue(phone)).toEqual(REFUSED);
    expect(phone.reason).toBe('Q.850;cause=21;text="Call Rejected"');
  });

  test('comes to a desk without any question, and with nothing proved', async () => {
    const headers = verstat('Failed-B');
    await using phone = await call(LINES.routed, { from: CALLER, headers });
    await phone.hears('general-desk');
    const { caller } = await roomOf(phone);
    expect(caller.attributes).toMatchObject({ 'ivr.auth': 'none', 'ivr.screening': 'failed' });
    expect(Object.keys(caller.attributes).join()).not.toMatch(/tonegate\.h\.|sip\.h\./);
    const claims = await ticketOf(phone, 'general-desk', 'general');
    expect(claims).toMatchObject({ auth: 'none', amr: [], screening: 'failed' });
    expect(claims.sub).toBeUndefined();
    expect(await recordOf(phone)).toMatchObject({
      screening: { verdict: 'failed', level: 'B', action: 'route', rule: 'failed' },
      steps: [],
      auth: 'none',
      desk: 'general',
      ending: { reason: 'handed-off' },
    });
  });
});

test.concurrent('a caller whose number is vouched for is spared the birth date, not the code', async () => {
  const customer = someCustomer();
  await using phone = await call(LINES.sparing, { from: CALLER, headers: verstat('Passed-A') });
  await phone.hearsSound();
  await phone.press(customer.number, UNHURRIED);
  await phone.hears('enter-code');
  await phone.press(await lastCode(customer), UNHURRIED);
  await phone.hears('sensitive-desk');
  const { caller } = await roomOf(phone);
  expect(caller.attributes).toMatchObject({ 'ivr.auth': 'verified', 'ivr.screening': 'passed-A' });
  expect(Object.keys(caller.attributes).join()).not.toContain('tonegate.h.');
  expect(await recordOf(phone)).toMatchObject({
    steps: [
      { step: 'account', outcome: 'accepted' },
      { step: 'birthDate', outcome: 'dropped', tries: 0, ms: 0 },
      { step: 'oneTimeCode', outcome: 'accepted' },
    ],
    auth: 'verified',
    amr: ['otp', 'sms'],
  });
});

describe.concurrent('over a trunk that the line does not list', () => {
  test('a good verdict opens nothing', async () => {
    const headers = verstat('Passed-A');
    const phone = await ring(LINES.unlistedStrict, { from: CALLER, headers });
    expect(dialogue(phone)).toEqual(REFUSED);
    expect(await recordOf(phone)).toMatchObject({
      trunk: 'bank-trunk',
      screening: { verdict: 'none', source: 'unlisted-trunk', rule: 'not-passed' },
    });
  });

  test('a good verdict spares nobody a question, and a bad one harms nobody', async () => {
    await using vouched = await call(LINES.unlisted, {
      from: CALLER,
      headers: verstat('Passed-A'),
    });
    await vouched.hearsSound();
    await vouched.press(someCustomer().number, UNHURRIED);
    await vouched.hears('enter-birth-date-mdy');
    await vouched.hangUp();
    const failed = await ring(LINES.unlisted, { from: CALLER, headers: verstat('Failed-A') });
    expect(dialogue(failed)).toEqual(ANSWERED);
    for (const { screening } of await recordsOf([vouched, failed])) {
      expect(screening).toMatchObject({ verdict: 'none', level: null, source: 'unlisted-trunk' });
    }
  });
});

test('nothing of a header or a calling number is left in the log or in a record', async () => {
  expect(await leftBehind()).not.toMatch(/TN-Validation|15550134766/i);
});
