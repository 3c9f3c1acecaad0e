// One-time codes that we make, send and check ourselves, over SIP: for as long as these tests run the bank
// leaves them to us. In all other files they are the bank's.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customersOf } from './customers.ts';
import { ticketOf } from './gate.ts';
import { recordsHold } from './records-hold.ts';
import { hears, keysAhead } from './script.ts';
import { call, codesBy, lastCode, messagesTo, metric, recordOf } from './system.ts';

const BANK = '+15105550100';
const RESENDING = '+15105550122';

const someCustomer = customersOf('own-codes');

beforeAll(() => codesBy('us'));
afterAll(() => codesBy('bank'));

const verified = {
  auth: 'verified',
  amr: ['kba', 'otp', 'sms'],
  desk: 'sensitive',
  ending: { result: 'success', reason: 'handed-off' },
};

describe.concurrent('a caller whose bank leaves the codes to us', () => {
  test('is verified with the code of the message that we have sent', async () => {
    await using phone = await call(BANK);
    const customer = someCustomer();
    await keysAhead(phone, customer);
    await hears(phone, 'code-sent', 'enter-code');
    const [message, ...others] = await messagesTo(customer);
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      to: customer.phone,
      text: `Your code is ${message?.code}. It is only for a call YOU made to ${BANK}. Key it in yourself. Never tell it to anybody, not even to us.`,
    });
    await phone.press(await lastCode(customer));
    await hears(phone, 'connecting', 'sensitive-desk');
    const { auth, amr, sub } = await ticketOf(phone, 'sensitive-desk', 'sensitive');
    expect({ auth, amr, sub }).toEqual({
      auth: 'verified',
      amr: ['kba', 'otp', 'sms'],
      sub: expect.stringMatching(/^acc_/),
    });
    expect(await recordOf(phone)).toMatchObject({
      ...verified,
      steps: [{}, {}, { step: 'oneTimeCode', outcome: 'accepted', tries: 1 }],
    });
  });

  test('and who asks for another one is verified with that, and no more with the first', async () => {
    await using phone = await call(RESENDING);
    const customer = someCustomer();
    await keysAhead(phone, customer);
    await phone.hears('code-sent');
    const first = await lastCode(customer);
    await phone.press('9#');
    // Too soon; by the end of this it is not any more.
    await hears(phone, 'code-on-its-way', 'enter-code-again');
    expect(await messagesTo(customer)).toHaveLength(1);
    await phone.press('9#');
    await phone.hears('code-sent');
    expect(await messagesTo(customer)).toHaveLength(2);
    await phone.press(first);
    await hears(phone, 'rejected', 'enter-code-again');
    await phone.press(await lastCode(customer));
    await hears(phone, 'connecting', 'sensitive-desk');
    expect((await ticketOf(phone, 'sensitive-desk', 'sensitive')).amr).toEqual(verified.amr);
    expect(await recordOf(phone)).toMatchObject({
      ...verified,
      steps: [{}, {}, { step: 'oneTimeCode', outcome: 'accepted', tries: 2 }],
    });
    expect(await metric('tonegate_codes_total{line="resending",by="us"}')).toBe(2);
  });
});

test('the records of these calls hold', recordsHold);
