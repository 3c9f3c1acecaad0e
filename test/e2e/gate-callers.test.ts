// Callers whose From header is odd, withheld or forged, over the real bridge: none of them breaks anything,
// none is taken for who they are not, and each leaves one record. Measured (livekit-sip v1.8.0): RPC and mapping
// both give From as the bridge writes it, `f:` as From and display names in quotes; of two it believes the last.

import { beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { customersOf } from './customers.ts';
import {
  ANSWERED,
  allRecords,
  dialogue,
  LINES,
  leftBehind,
  REASON,
  REFUSED,
  recordsOf,
  ring,
  ringAll,
  UNHURRIED,
} from './gate.ts';
import type { Phone } from './kit/phone.ts';
import { call, recordOf } from './system.ts';

const someCustomer = customersOf('gate-callers');

/** A calling number of these tests only; its last two digits. */
const NUMBER = '+15550134788';
const LAST_2 = '88';
const PASSED = 'verstat=TN-Validation-Passed-A';

/** What stands in the From header, and the last two digits of the number in it, if it is one. */
const CALLERS: readonly [told: string, from: string, last2: string | null][] = [
  ['withholds the number', '"Anonymous" <sip:anonymous@anonymous.invalid>', null],
  ['has no user', '<sip:gateway.bank.example>', null],
  ['has an empty user', '<sip:@gateway.bank.example>', null],
  ['has a verdict behind the number', `<sip:${NUMBER};${PASSED}@127.0.0.1>`, LAST_2],
  ['has a verdict behind the host', `<sip:${NUMBER}@127.0.0.1;${PASSED}>`, LAST_2],
  ['has a verdict behind it all', `<sip:${NUMBER}@127.0.0.1>;${PASSED}`, LAST_2],
  ['has a verdict in the display name', `"x;${PASSED}" <sip:${NUMBER}@127.0.0.1>`, LAST_2],
  [
    'has an address with a verdict in the display name',
    `"<sip:+15550134700;${PASSED}@127.0.0.1>" <sip:${NUMBER}@127.0.0.1>`,
    LAST_2,
  ],
  ['has quotes in the display name', `"a \\"b\\" \\\\" <sip:${NUMBER}@127.0.0.1>`, LAST_2],
  ['has no quotes around it', `Some Body <sip:${NUMBER}@127.0.0.1>`, LAST_2],
  ['has no brackets', `sip:${NUMBER}@127.0.0.1`, LAST_2],
  ['has a password', `<sip:${NUMBER}:hush@127.0.0.1>`, LAST_2],
  ['writes the number in groups', '<sip:+1-555-013-4788@127.0.0.1>', LAST_2],
  ['has quotes in the user', '<sip:a"b"@127.0.0.1>', null],
  ['has an encoded number', `<sip:%2B${NUMBER.slice(1)}@127.0.0.1>`, LAST_2],
  ['has a broken encoding', '<sip:%zz%00@127.0.0.1>', null],
  ['climbs folders', '<sip:../../etc/passwd@127.0.0.1>', null],
  ['has a user of 200 digits', `<sip:${'5'.repeat(200)}@127.0.0.1>`, null],
  ['writes letters of the world', '"Jürgen ☎" <sip:Jürgen-☎@127.0.0.1>', null],
  ['has a control character', '<sip:a\u0007b@127.0.0.1>', null],
  ['has a user of JSON', '<sip:{"a":[1]}@127.0.0.1>', null],
  ['is an extension', '<sip:1001;phone-context=bank.example@127.0.0.1>', null],
  // The bridge takes the number of a tel: URI for its host, and says of no number that it called.
  ['has a telephone URI', `<tel:${NUMBER}>`, null],
  ['has a web address', '<http://bank.example/>', null],
];

/** From headers to which the bridge (livekit-sip v1.8.0) answers nothing at all. */
const UNHEARD = [
  '',
  'nobody',
  '<>',
  `"Some Body <sip:${NUMBER}@127.0.0.1>`,
  `Some Body;${PASSED} <sip:${NUMBER}@127.0.0.1>`,
];

describe('a caller who', () => {
  let phones: Phone[];
  let records: CallRecord[];
  beforeAll(async () => {
    // A call that is answered, and one that is refused: the bridge must find both of them again.
    phones = await ringAll(
      CALLERS.flatMap(([, from]) =>
        [LINES.lenient, LINES.strict].map((to) => [to, { fromHeader: `From: ${from}` }] as const),
      ),
    );
    records = await recordsOf(phones);
  });

  test.each(CALLERS.map(([told, , last2], i) => [told, last2, i] as const))(
    '%s is answered or refused in order',
    (_, last2, i) => {
      const calls = [2 * i, 2 * i + 1] as const;
      expect(calls.map((n) => dialogue(phones[n] as Phone))).toEqual([ANSWERED, REFUSED]);
      expect(phones[2 * i + 1]?.reason).toBe(REASON);
      const callerHash = last2 === null ? null : expect.stringMatching(/^[\w-]{43}$/);
      const screening = { verdict: 'none', level: null, source: 'none' };
      const [answered, refused] = calls.map((n) => records[n]);
      expect(answered).toMatchObject({
        callerHash,
        callerLast2: last2,
        screening,
        ending: { reason: 'hung-up' },
      });
      expect(refused).toMatchObject({
        callerHash,
        callerLast2: last2,
        screening,
        ending: { reason: 'screened-out' },
      });
    },
  );

  test('writes the same number in another way has the same hash', () => {
    const hashes = CALLERS.flatMap(([, , last2], i) =>
      last2 === null ? [] : [records[2 * i]?.callerHash],
    );
    expect(new Set(hashes).size).toBe(1);
  });
});

test('a caller whose name is longer than LiveKit takes is turned away by the bridge', async () => {
  const phone = await ring(LINES.lenient, {
    fromHeader: `From: <sip:${'5'.repeat(300)}@127.0.0.1>`,
  });
  expect(dialogue(phone)).toEqual(REFUSED);
  expect(phone.reason).toBeNull();
});

/** Where the verdict stands in the From header, and by which rule a line decides that takes only A. */
const VOUCHED: readonly [told: string, from: string, rule: string][] = [
  ['behind the number', `From: <sip:${NUMBER};${PASSED}@127.0.0.1;user=phone>`, 'passed'],
  ['behind the host', `From: <sip:${NUMBER}@127.0.0.1;${PASSED}>`, 'passed'],
  ['in the short form of the header', `f: <sip:${NUMBER};${PASSED}@127.0.0.1>`, 'passed'],
  ['in a telephone URI', `From: <tel:${NUMBER};${PASSED}>`, 'passed'],
  ['in the display name', `From: "x;${PASSED}" <sip:${NUMBER}@127.0.0.1>`, 'not-passed'],
  ['behind it all', `From: <sip:${NUMBER}@127.0.0.1>;${PASSED}`, 'error'],
  ['twice', `From: <sip:${NUMBER};${PASSED};${PASSED}@127.0.0.1>`, 'error'],
  [
    'in the first of two headers',
    `From: <sip:${NUMBER};${PASSED}@127.0.0.1>;tag=first\r\nFrom: <sip:${NUMBER}@127.0.0.1>`,
    'error',
  ],
  [
    'in the second of two headers',
    `From: <sip:${NUMBER}@127.0.0.1>;tag=first\r\nf: <sip:${NUMBER};${PASSED}@127.0.0.1>`,
    'error',
  ],
];

describe('a carrier whose verdict stands in the From header', () => {
  let phones: Phone[];
  let records: CallRecord[];
  beforeAll(async () => {
    phones = await ringAll(
      VOUCHED.map(([, fromHeader]) => [LINES.vouched, { fromHeader }] as const),
    );
    records = await recordsOf(phones);
  });

  test.each(VOUCHED.map(([told, , rule], i) => [told, rule, i] as const))('%s', (_, rule, i) => {
    const isTaken = rule === 'passed';
    expect(dialogue(phones[i] as Phone)).toEqual(isTaken ? ANSWERED : REFUSED);
    expect(records[i]).toMatchObject({
      trunk: 'other-trunk',
      screening: { action: isTaken ? 'accept' : 'refuse', rule },
    });
  });
});

test('after all of them a caller is served as ever, and whom the bridge did not hear has no record', async () => {
  const phones: Phone[] = [];
  await using unheard = new AsyncDisposableStack();
  const hangUp = (phone: Phone) => phone[Symbol.asyncDispose]();
  unheard.defer(async () => void (await Promise.all(phones.map(hangUp))));
  for (const from of UNHEARD) {
    phones.push(await call(LINES.lenient, { fromHeader: `From: ${from}` }));
  }
  const customer = someCustomer();
  await using phone = await call(LINES.account, { from: NUMBER });
  await phone.hearsSound();
  await phone.press(customer.number, UNHURRIED);
  await phone.hears('general-desk');
  expect(await recordOf(phone)).toMatchObject({ auth: 'identified', callerLast2: LAST_2 });
  const ids = new Set((await allRecords()).map(({ inviteCallId }) => inviteCallId));
  for (const { callId, messages } of phones) {
    expect(messages.filter(({ direction }) => direction === 'received')).toEqual([]);
    expect(ids.has(callId)).toBe(false);
  }
});

test('no part of a From header is left in the log or in a record', async () => {
  const left = await leftBehind();
  const words = ['5550134788', 'nonymous', 'passwd', 'Jürgen', '5'.repeat(10), 'gateway'];
  for (const word of words) {
    expect(left.includes(word), word).toBe(false);
  }
});
