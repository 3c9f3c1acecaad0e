// Somebody else in the caller's room, over SIP: an agent that nobody sent for, who publishes nothing. Everybody
// else who may come, without SIP, is in livekit-line.test.ts.

import { afterAll, expect, test } from 'vitest';
import { closeMedia } from '../../src/livekit/room-line.ts';
import { customersOf } from './customers.ts';
import { hears } from './script.ts';
import { call, intrude, metric, recordOf } from './system.ts';

/** As `bank`, without an operator. */
const LINE = '+15105550110';
const LOOKUPS = 'tonegate_backend_seconds_count{route="lookup",outcome="answered"}';

const someCustomer = customersOf('stranger');

afterAll(closeMedia);

test('in the middle of the account number: the caller is told, and the bank hears nothing of it', async () => {
  const { number } = someCustomer();
  const lookups = await metric(LOOKUPS);
  await using phone = await call(LINE);
  await phone.hearsSound();
  await phone.press(number.slice(0, 4));
  await using _ = await intrude(phone);
  await phone.press(number.slice(4));
  await hears(phone, 'not-private', 'goodbye');
  expect(await phone.ended()).toBe('theyHungUp');
  expect(await recordOf(phone)).toMatchObject({
    ending: { result: 'platform', reason: 'stranger' },
    auth: 'none',
    steps: [{ step: 'account', outcome: 'stranger' }],
  });
  expect(await metric(LOOKUPS)).toBe(lookups);
  expect(await metric('tonegate_step_total{line="alone",step="account",outcome="stranger"}')).toBe(
    1,
  );
});
