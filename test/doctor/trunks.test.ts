import { expect, test } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import type { TrunkFacts } from '../../src/doctor/facts.ts';
import { trunkFindings } from '../../src/doctor/trunks.ts';
import { bank, faults, foreign, trunk } from './facts.ts';

const OURS = 'trunk "tonegate/carrier"';
const upstream = { issuer: 'pbx', audience: 'tonegate', publicKeyFile: 'pbx.pem' };

const CASES: readonly [string, TrunkFacts, readonly string[], Config?][] = [
  ['as it should be', trunk(), []],
  [
    'without digest and encryption',
    trunk({ authUser: '', hasPassword: false, encryption: 'allow' }),
    [`warning trunk-open: ${OURS} asks for no digest and requires no encryption`],
  ],
  ['with encryption only', trunk({ authUser: '', hasPassword: false }), []],
  ['with digest only', trunk({ encryption: 'disable' }), []],
  [
    'that allows certain addresses only, which proves nothing',
    trunk({
      authUser: '',
      hasPassword: false,
      encryption: 'disable',
      allowedAddresses: ['192.0.2.1'],
    }),
    [`warning trunk-open: ${OURS} asks for no digest and requires no encryption`],
  ],
  [
    'with a digest user and no password',
    trunk({ hasPassword: false }),
    [`warning trunk-half-digest: ${OURS} has half a digest: a user or a password, not both`],
  ],
  [
    'with a digest password and no user',
    trunk({ authUser: '' }),
    [`warning trunk-half-digest: ${OURS} has half a digest: a user or a password, not both`],
  ],
  ...['sip.callID', 'ivr.auth', 'lk.agent_name', 'tonegate.h.x-twilio-verstat'].map(
    (attribute): [string, TrunkFacts, readonly string[]] => [
      `of somebody else that maps a header onto ${attribute}`,
      foreign.trunk({ mappings: { 'X-Foo': attribute } }),
      [`error mapping-overwrites: trunk "other" maps x-foo onto ${attribute}`],
    ],
  ),
  [
    'that maps a header onto an attribute of its own',
    foreign.trunk({ mappings: { 'X-Foo': 'foo', 'X-Bar': 'tonegate.h.x-bar' } }),
    [],
  ],
  [
    "that does not map the carrier's verdict",
    trunk({ mappings: {} }),
    [
      `warning mapping-missing: ${OURS} does not map X-Twilio-VerStat onto tonegate.h.x-twilio-verstat`,
    ],
  ],
  [
    'of a carrier without verdict',
    trunk({ mappings: {} }),
    [],
    bank({ trunk: { profile: 'none' } }),
  ],
  [
    'that maps the token of an upstream system',
    foreign.trunk({ mappings: { 'X-AUTH-Token': 'token', 'x-customer-id': 'customer' } }),
    [
      'warning mapping-secret: trunk "other" maps x-auth-token onto an attribute',
      'warning mapping-secret: trunk "other" maps x-customer-id onto an attribute',
    ],
  ],
  [
    'that includes X- headers, on a line with an upstream system',
    trunk({ includedHeaders: 'x' }),
    [`warning mapping-secret: ${OURS} includes X- headers, those of upstream systems too`],
    bank({ line: { upstream } }),
  ],
  ['that includes X- headers, without any upstream system', trunk({ includedHeaders: 'x' }), []],
  [
    'that includes all headers',
    foreign.trunk({ includedHeaders: 'all' }),
    ['warning headers-in-room: trunk "other" includes all headers in attributes, From too'],
  ],
];

test.each(CASES)('a trunk %s', (_what, there, found, config = bank()) => {
  expect(faults(trunkFindings(config, there))).toEqual(found);
});

test('a trunk that is named after a number is not told by it', () => {
  const there = foreign.trunk({ name: 'carrier (510) 555-0177\u001b[2J', hasPassword: false });
  expect(faults(trunkFindings(bank(), there))).toEqual([
    'warning trunk-half-digest: trunk "carrier (…?[2J" has half a digest: a user or a password, not both',
  ]);
});
