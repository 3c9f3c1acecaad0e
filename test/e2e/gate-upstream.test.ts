// Callers whom an upstream system (a PBX, another IVR) has verified already, over the real bridge: it says so
// in two headers of the INVITE, a token among them that is bound to customer and Call-ID.

import { randomUUID } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import { describe, expect, inject, test } from 'vitest';
import type { DemoAccount } from '../../src/demo/bank-accounts.ts';
import { customersOf, keyedBirthDate } from './customers.ts';
import { LINES, leftBehind, recordsOf, ring, ticketOf, UNHURRIED } from './gate.ts';
import type { Phone } from './kit/phone.ts';
import { hears } from './script.ts';
import { call, lastCode, messagesTo, recordOf, roomOf } from './system.ts';

const system = inject('system');
const someCustomer = customersOf('gate-upstream');
const pbxKey = await importPKCS8(system.upstreamKey, 'EdDSA');

const ALL = ['account', 'birthDate', 'oneTimeCode'];
/** Every token that was sent, good or not. */
const tokens: string[] = [];

interface Saying {
  /** Seconds since 1970. */
  readonly issuedAt?: number;
  /** The call that the token is for; default: this one. */
  readonly boundTo?: string;
  /** What becomes of the token on its way. */
  readonly forge?: (token: string) => string;
}

/** How a call is made of which the PBX says that these steps are done with. */
async function proven(customer: DemoAccount, steps: readonly string[], saying: Saying = {}) {
  const callId = `${randomUUID()}@pbx.bank.example`;
  const iat = saying.issuedAt ?? Math.floor(Date.now() / 1000);
  const signed = await new SignJWT({ call: saying.boundTo ?? callId, steps })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('pbx')
    .setAudience('tonegate')
    .setSubject(customer.customer)
    .setJti(randomUUID())
    .setIssuedAt(iat)
    .setExpirationTime(iat + 120)
    .sign(pbxKey);
  const token = saying.forge?.(signed) ?? signed;
  tokens.push(token);
  return { callId, headers: [`X-Customer-Id: ${customer.customer}`, `X-Auth-Token: ${token}`] };
}

/** Keys account and birth date, without waiting to be asked. */
async function keys(phone: Phone, customer: DemoAccount): Promise<void> {
  await phone.hearsSound();
  await phone.press(`${customer.number}${keyedBirthDate(customer)}`, UNHURRIED);
}

const outcomes = ({ steps }: { steps: readonly { outcome: string }[] }) =>
  steps.map(({ outcome }) => outcome);

/** Another signature of the same length. */
const forged = (token: string) =>
  token.replace(/\.(.)([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`);

/** Claims that the signature is not for. */
function altered(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const more = Buffer.from(JSON.stringify({ ...claims, steps: ALL })).toString('base64url');
  return [header, more, signature].join('.');
}

// Alone: every word is listened for while the call is set up, which takes from the sound.
test('a caller whom the PBX has verified is asked nothing, and comes to the secure desk', async () => {
  const customer = someCustomer();
  await using phone = await call(LINES.pbx, await proven(customer, ALL));
  await hears(phone, 'welcome', 'connecting', 'sensitive-desk');
  const { caller } = await roomOf(phone);
  expect(caller.attributes).toMatchObject({ 'ivr.auth': 'verified' });
  expect(JSON.stringify(caller.attributes)).not.toContain(customer.customer);
  const claims = await ticketOf(phone, 'sensitive-desk', 'sensitive');
  const amr = expect.toSatisfy((words: string[]) => words.toSorted().join() === 'kba,otp,upstream');
  expect(claims).toMatchObject({ auth: 'verified', amr, sub: expect.stringMatching(/^acc_/) });
  const record = await recordOf(phone);
  expect(record).toMatchObject({
    screening: { upstream: 'accepted' },
    steps: ALL.map((step) => ({ step, outcome: 'upstream', tries: 0 })),
    auth: 'verified',
    amr,
    desk: 'sensitive',
    ending: { reason: 'handed-off' },
  });
  expect(await messagesTo(customer)).toEqual([]);
});

describe.concurrent('a caller whom the PBX has verified', () => {
  test('by a code only is asked for account and birth date, and for no code', async () => {
    const customer = someCustomer();
    await using phone = await call(LINES.pbx, await proven(customer, ['oneTimeCode']));
    await keys(phone, customer);
    await phone.hears('sensitive-desk');
    const record = await recordOf(phone);
    expect(outcomes(record)).toEqual(['accepted', 'accepted', 'upstream']);
    expect(record).toMatchObject({ screening: { upstream: 'accepted' }, auth: 'verified' });
    expect(await messagesTo(customer)).toEqual([]);
  });

  test('and who keys the account of somebody else is sent a code, and must key it', async () => {
    const other = someCustomer();
    await using phone = await call(LINES.pbx, await proven(someCustomer(), ['oneTimeCode']));
    await keys(phone, other);
    await phone.hears('enter-code');
    await phone.press(await lastCode(other), UNHURRIED);
    await phone.hears('sensitive-desk');
    const record = await recordOf(phone);
    expect(outcomes(record)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(record).toMatchObject({
      screening: { upstream: 'other-account' },
      amr: ['kba', 'otp', 'sms'],
    });
  });
});

describe.concurrent('a token that counts for nothing, as if there were none, is one', () => {
  const MADE: readonly [told: string, why: string, how: () => Promise<object>][] = [
    ['signed by somebody else', 'signature', () => proven(someone, ALL, { forge: forged })],
    ['that was added to', 'signature', () => proven(someone, ['account'], { forge: altered })],
    ['for another call', 'call', () => proven(someone, ALL, { boundTo: randomUUID() })],
    [
      'that has expired',
      'expired',
      () => proven(someone, ALL, { issuedAt: Math.floor(Date.now() / 1000) - 130 }),
    ],
    [
      'for another customer',
      'customer',
      async () => {
        const { callId, headers } = await proven(someone, ALL);
        return { callId, headers: ['X-Customer-Id: customer-1001', headers[1]] };
      },
    ],
    [
      'that comes without its customer',
      'incomplete',
      async () => {
        const { callId, headers } = await proven(someone, ALL);
        return { callId, headers: [headers[1]] };
      },
    ],
    [
      'that is none',
      'malformed',
      async () => ({ headers: ['X-Customer-Id: customer-1001', 'X-Auth-Token: none'] }),
    ],
  ];
  const someone = someCustomer();

  test.each(MADE)('%s', async (_, why, how) => {
    const phone = await ring(LINES.pbx, await how());
    expect(await recordOf(phone)).toMatchObject({
      screening: { upstream: why },
      // With a good token no step would have begun.
      steps: [{ step: 'account', outcome: 'hungUp' }],
      auth: 'none',
      amr: [],
    });
  });

  test('over a trunk that the line does not list', async () => {
    await using phone = await call(LINES.unlisted, await proven(someone, ALL));
    await phone.hears('enter-account');
    await phone.hangUp();
    expect(await recordOf(phone)).toMatchObject({
      screening: { verdict: 'none', source: 'unlisted-trunk', upstream: 'unlisted-trunk' },
      steps: [{ step: 'account', outcome: 'hungUp' }],
      auth: 'none',
    });
  });

  test('that was used before, in a call that had the same Call-ID', async () => {
    const token = await proven(someone, ['account']);
    const first = await ring(LINES.pbx, token);
    const second = await ring(LINES.pbx, token);
    const records = await recordsOf([first, second]);
    expect(records.map(({ screening }) => screening.upstream)).toEqual(['accepted', 'replayed']);
    expect(records.map(outcomes)).toEqual([['upstream', 'hungUp'], ['hungUp']]);
  });
});

test('no token and no customer is left in the log or in a record', async () => {
  const left = await leftBehind();
  expect(tokens.length).toBeGreaterThan(8);
  for (const token of tokens) {
    for (const part of token.split('.').slice(1)) expect(left.includes(part)).toBe(false);
  }
  expect(left).not.toMatch(/customer-\d{4}/);
});
