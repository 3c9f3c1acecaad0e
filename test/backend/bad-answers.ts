// Answers that come with status 200 as JSON, look right at a glance, and must not count.

import { ACCOUNT, CUSTOMER, type Route } from './asking.ts';

const phone = { available: true, to: '…01' };
const known = { ref: 'acc_1', factors: ['birthDate'], otp: phone };

export const BAD_ANSWERS: readonly (readonly [Route, what: string, answer: unknown])[] = [
  ['lookup', 'an empty object', {}],
  ['lookup', 'null', null],
  ['lookup', 'a ref alone', { ref: 'acc_1' }],
  ['lookup', 'a ref that is a number', { ...known, ref: 42 }],
  ['lookup', 'an empty ref', { ...known, ref: '' }],
  ['lookup', 'a ref that leads to another path', { ...known, ref: '..' }],
  ['lookup', 'a ref with a slash', { ...known, ref: 'acc/1' }],
  ['lookup', 'a ref of 129 characters', { ...known, ref: 'a'.repeat(129) }],
  ['lookup', 'no factors', { ref: 'acc_1', otp: phone }],
  ['lookup', 'no word about codes', { ref: 'acc_1', factors: [] }],
  ['lookup', 'a whole phone number', { ...known, otp: { available: true, to: '+15551230001' } }],
  ['lookup', 'a phone without its end', { ...known, otp: { available: true, to: null } }],
  ['lookup', '"true" for true', { ...known, otp: { available: 'true', to: '…01' } }],
  ['knowledge', 'an empty object', {}],
  ['knowledge', 'a bare true', true],
  ['knowledge', '"true" for true', { accepted: 'true' }],
  ['knowledge', '1 for true', { accepted: 1 }],
  ['knowledge', 'null for false', { accepted: null }],
  ['knowledge', 'a list', [{ accepted: true }]],
  ['knowledge', 'another key beside it', { accepted: true, locked: true }],
  ['knowledge', 'another spelling', { Accepted: true }],
  ['check', 'an empty object', {}],
  ['check', '"true" for true', { accepted: 'true' }],
  ['check', 'another key beside it', { accepted: true, expired: true }],
  ['otp', 'an empty object', {}],
  ['otp', 'an empty challenge', { challenge: '' }],
  ['otp', 'a challenge that leads to another path', { challenge: '.' }],
  ['otp', 'a number without its plus', { destination: '15551230001' }],
  ['otp', 'a number with blanks', { destination: '+1 555 123 0001' }],
  ['otp', 'a number that is too long', { destination: '+1555123000112345' }],
  ['otp', 'a number that begins with 0', { destination: '+05551230001' }],
  ['otp', 'two numbers', { destination: '+15551230001\n+15551230002' }],
  ['otp', 'a number that is a number', { destination: 15551230001 }],
  ['otp', 'a challenge beside a number that is none', { challenge: 'ch_1', destination: null }],
  ['otp', 'both at once', { challenge: 'ch_1', destination: '+15551230001' }],
  ['sim', 'an empty object', {}],
  ['sim', 'hours in words', { changedWithinHours: '24' }],
  ['sim', 'hours to come', { changedWithinHours: -1 }],
  ['sim', 'false for unchanged', { changedWithinHours: false }],
];

/** These fit the description, but no schema can say that they must not be. */
export const SENT_AS_REF = [
  ['lookup', 'the account number', { ...known, ref: ACCOUNT }],
  ['customer', 'the customer id', { ...known, ref: CUSTOMER }],
] as const;
