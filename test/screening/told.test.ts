import { expect, test } from 'vitest';
import { inviteHeaders } from '../../src/screening/headers.ts';
import {
  evidenceFrom,
  PROFILES,
  type Profile,
  verdictHeaders,
} from '../../src/screening/profiles.ts';
import { headersTelling, tellable } from '../../src/screening/told.ts';
import { LABELS, labelOf } from '../../src/screening/verdict.ts';

const NUMBER = '+15551230000';
const profiles: readonly Profile[] = [...PROFILES, { header: 'X-Carrier-Verdict' }];

test.each(profiles)('what a carrier of profile %s can tell is read as just that', (profile) => {
  for (const verdict of tellable(profile)) {
    const headers = headersTelling(verdict, profile, NUMBER) ?? {};
    const read = evidenceFrom(profile, inviteHeaders(Object.entries(headers)));
    expect(labelOf(read)).toBe(verdict);
    expect(verdictHeaders(profile)).toEqual(expect.arrayContaining(Object.keys(headers)));
  }
});

test('every carrier can tell every verdict, but for what its words cannot say', () => {
  const missing = (profile: Profile) => LABELS.filter((one) => !tellable(profile).includes(one));
  expect(Object.fromEntries(PROFILES.map((profile) => [profile, missing(profile)]))).toEqual({
    twilio: [],
    // Without a level it is A.
    telnyx: ['passed'],
    bandwidth: [],
    avaya: [],
    'p-asserted-identity': [],
    from: [],
    'attestation-info': [],
    none: LABELS.filter((label) => label !== 'none'),
  });
  expect(missing({ header: 'X-Carrier-Verdict' })).toEqual([]);
});

test('the headers are those of the carrier', () => {
  expect(headersTelling('passed-B', 'twilio', NUMBER)).toEqual({
    'X-Twilio-VerStat': 'TN-Validation-Passed-B',
  });
  expect(headersTelling('passed-A', 'bandwidth', NUMBER)).toEqual({
    'P-Asserted-Identity': `<sip:${NUMBER};verstat=TN-Validation-Passed@carrier.example>`,
    'P-Attestation-Indicator': 'A',
  });
  expect(headersTelling('none', 'twilio', NUMBER)).toEqual({});
});
