import { expect, test } from 'vitest';
import { callFindings, keyFindings, lostCall, noCall } from '../../src/doctor/call.ts';
import { deskFinding, untriedDesk } from '../../src/doctor/desk.ts';
import type { CallFacts, KeyFacts } from '../../src/doctor/facts.ts';
import { bank, faults } from './facts.ts';

const [carrier] = bank().trunks;
const call = (change: Partial<CallFacts> = {}): CallFacts => ({
  attributes: ['sip.trunkID', 'sip.callID'],
  headers: ['From', 'X-Twilio-VerStat'],
  canEndCall: true,
  trunkId: 'ST_carrier',
  ...change,
});
const keys = (change: Partial<KeyFacts> = {}): KeyFacts => ({
  wasAnswered: true,
  keys: 8,
  others: 0,
  hasty: 0,
  ending: 'hungUp',
  ...change,
});

test('a call that brings all it should is told by names and counts', () => {
  const findings = [...callFindings(call(), carrier), ...keyFindings(keys())];
  expect(findings.map(({ severity, code, what }) => `${severity} ${code}: ${what}`)).toEqual([
    'ok call: a call came over trunk "carrier"',
    'ok call-attributes: 2 attributes: sip.callID sip.trunkID',
    'ok call-headers: 2 headers: From X-Twilio-VerStat',
    'ok call-verdict: of the headers a verdict is read from, X-Twilio-VerStat came',
    'ok call-abilities: the bridge can refuse with a Reason (lk.sip.EndCall)',
    'ok call-keys: 8 keys until the call ended',
  ]);
});

test.each<[string, CallFacts, readonly string[]]>([
  [
    'whose bridge tells no headers',
    call({ headers: null }),
    ['error call-no-headers: the bridge does not tell the headers (lk.sip.GetRemoteHeaders)'],
  ],
  [
    'whose bridge cannot refuse',
    call({ canEndCall: false }),
    ['warning call-no-end: the bridge does not know lk.sip.EndCall'],
  ],
  ['whose bridge does not say whether it can refuse', call({ canEndCall: null }), []],
  [
    'without verdict',
    call({ headers: ['From'] }),
    ['warning call-no-verdict: none of the headers a verdict is read from: X-Twilio-VerStat'],
  ],
  ['whose verdict is written in other letters', call({ headers: ['x-twilio-verstat'] }), []],
])('a call %s', (_what, facts, found) => {
  expect(faults(callFindings(facts, carrier))).toEqual(found);
});

test('a call over a trunk that is not ours is not asked for a verdict', () => {
  const findings = callFindings(call({ headers: [] }), undefined);
  expect(faults(findings)).toEqual([]);
  expect(findings.map(({ what }) => what)).toContain('a call came over a trunk that is not ours');
  expect(findings.map(({ what }) => what)).toContain('0 headers');
});

test('names that a caller made up hold no number, no control character, and have an end', () => {
  const headers = ['X-5551230001', 'X-\u001b[31m', ...Array.from({ length: 70 }, () => 'X-Z')];
  const [told] = callFindings(call({ headers }), undefined).filter(
    ({ code }) => code === 'call-headers',
  );
  expect(told?.what).toMatch(/^72 headers: X-.* …$/);
  expect(told?.what).not.toContain('\u001b');
  expect(told?.what).not.toMatch(/\d{5}/);
  expect(told?.what.length).toBeLessThan(400);
});

test.each<[string, KeyFacts, readonly string[]]>([
  ['that are all there', keys(), []],
  ['of a call that was refused', keys({ wasAnswered: false, keys: 0 }), []],
  [
    'of which there are none',
    keys({ keys: 0 }),
    ['warning call-no-keys: no key was heard until the call ended'],
  ],
  [
    'of which there are none but letters, until Ctrl-C',
    keys({ keys: 0, others: 2, ending: 'stopped' }),
    ['warning call-no-keys: no key was heard until listening stopped, 2 events that are no key'],
  ],
  [
    'that came twice',
    keys({ keys: 9, hasty: 1 }),
    ['warning call-hasty-keys: 1 key came less than 40 ms after the one before'],
  ],
])('keys %s', (_what, facts, found) => {
  expect(faults(keyFindings(facts))).toEqual(found);
});

test('no call, and one that is over at once, are errors', () => {
  expect(faults([noCall(30), noCall(undefined), lostCall()])).toEqual([
    'error call-none: no call came within 30 s',
    'error call-none: no call came',
    'error call-gone: a call came and was over before it could be looked at',
  ]);
});

test('an agent that comes is told with its time, and one that does not with its desks', () => {
  const desk = { agent: 'vault-desk', desks: ['vault', 'cards'], withinSeconds: 10 };
  expect(deskFinding({ ...desk, joinedMs: 210.4 })).toMatchObject({
    severity: 'ok',
    what: 'agent "vault-desk" (desk "vault" and desk "cards") came within 210 ms',
  });
  expect(faults([deskFinding({ ...desk, joinedMs: null })])).toEqual([
    'error desk-missing: agent "vault-desk" (desk "vault" and desk "cards") did not come within 10 s',
  ]);
});

test('an agent that LiveKit does not let us call is an error', () => {
  expect(
    faults([untriedDesk({ agent: 'a', desks: ['vault'] }, 'LiveKit answered nothing')]),
  ).toEqual([
    'error desk-untried: agent "a" (desk "vault") could not be called: LiveKit answered nothing',
  ]);
});
