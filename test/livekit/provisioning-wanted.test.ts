import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { type RoutingConfig, wantedRouting } from '../../src/livekit/provisioning/wanted.ts';
import { warningsOf } from '../../src/livekit/provisioning/warnings.ts';
import { Secret } from '../../src/machines/secret.ts';

const PASSWORD = 'canary-password';
const PIN = '31415926';
const secretOf = (_: string, what: 'PASSWORD' | 'PIN') =>
  Secret.of(what === 'PIN' ? PIN : PASSWORD);

type Some = Record<string, unknown>;

/** A configuration with these trunks and rules, all else as by default. */
function routing(trunks: readonly Some[], rules?: readonly Some[]): RoutingConfig {
  return {
    agentName: 'tonegate',
    trunks: configSchema.shape.trunks.parse(trunks),
    rules: configSchema.shape.rules.parse(rules),
  };
}

const wanted = (trunks: readonly Some[], rules?: readonly Some[]) =>
  wantedRouting(routing(trunks, rules), secretOf);
const bank = { name: 'bank', numbers: ['+15105550100'] };

describe('a trunk', () => {
  test('rings for 25 seconds and lasts 4 hours by default, without digest', () => {
    expect(wanted([bank]).trunks).toEqual([
      {
        name: 'bank',
        numbers: ['+15105550100'],
        allowedNumbers: [],
        allowedAddresses: [],
        digestUser: '',
        password: Secret.empty,
        encryption: 'disable',
        ringingSeconds: 25,
        maxCallSeconds: 14_400,
        headers: {},
        others: [],
      },
    ]);
  });

  test('has the password that goes with its digest user, and none without one', () => {
    const [trunk, other] = wanted([
      { ...bank, authUser: 'carrier' },
      { name: 'other', numbers: ['+15105550101'] },
    ]).trunks;
    expect(trunk?.password.reveal()).toBe(PASSWORD);
    expect(other?.password.length).toBe(0);
  });

  test('with a digest user and an empty password is refused: LiveKit would let everybody in', () => {
    const config = routing([{ ...bank, authUser: 'carrier' }]);
    expect(() => wantedRouting(config, () => Secret.empty)).toThrow(
      'trunk "bank" has "authUser" and no password',
    );
  });

  test.for([
    ['none', {}],
    ['twilio', { 'X-Twilio-VerStat': 'tonegate.h.x-twilio-verstat' }],
    [{ header: 'X-Carrier-Says' }, { 'X-Carrier-Says': 'tonegate.h.x-carrier-says' }],
    [{ header: 'x-auth-token' }, {}],
    [{ header: 'X-Customer-ID' }, {}],
  ] as const)('maps the headers of its profile to attributes: %j', ([profile, headers]) => {
    expect(wanted([{ ...bank, profile }]).trunks[0]?.headers).toEqual(headers);
  });
});

describe('a rule', () => {
  test('is made for every trunk where there are none: by callee, for one caller and our agent', () => {
    expect(wanted([bank]).rules).toEqual([
      {
        name: 'bank',
        trunks: ['bank'],
        numbers: [],
        inboundNumbers: [],
        rooms: 'callee',
        prefix: 'call',
        pin: Secret.empty,
        agents: ['tonegate'],
        callers: 1,
        others: [],
      },
    ]);
  });

  test('is named after its trunk and its place among the rules of that trunk', () => {
    const two = [bank, { name: 'other', numbers: ['+15105550101'] }];
    const rules = [
      { trunk: 'other' },
      { trunk: 'bank' },
      { trunk: 'bank', inboundNumbers: ['+15551230001'] },
      { trunk: 'bank', inboundNumbers: ['+15551230002'], rooms: 'direct', prefix: 'vip' },
    ];
    expect(wanted(two, rules).rules.map(({ name, prefix }) => `${name} ${prefix}`)).toEqual([
      'bank call',
      'bank/2 call',
      'bank/3 vip',
      'other call',
    ]);
  });

  test('for bought numbers has no trunk and only their calls', () => {
    const { trunks, rules } = wanted([{ ...bank, livekitNumber: true }]);
    expect(trunks).toEqual([]);
    expect(rules).toMatchObject([{ name: 'bank', trunks: [], numbers: ['+15105550100'] }]);
  });

  test('never takes every call, whatever is configured', () => {
    const trunks = [bank, { name: 'bought', numbers: ['+15105550101'], livekitNumber: true }];
    for (const rules of [undefined, [{ trunk: 'bank' }, { trunk: 'bought' }]]) {
      for (const rule of wanted(trunks, rules).rules) {
        expect(rule.trunks.length + rule.numbers.length).toBeGreaterThan(0);
      }
    }
  });

  test.for(['', '12a4', '1234#', '12345678901234567', '١٢٣٤'])(
    'with a PIN that nobody can key is refused, and the PIN not repeated: %s',
    (pin) => {
      const config = routing([bank], [{ trunk: 'bank', pin: true }]);
      expect(() => wantedRouting(config, () => Secret.of(pin))).toThrow(
        /^the PIN of trunk "bank" cannot be keyed: give it 1 to 16 digits$/,
      );
    },
  );
});

describe('what LiveKit would not tell apart', () => {
  test.for<[string, Some, boolean]>([
    ['the same number', {}, false],
    ['the same number for all callers and for some', { allowedNumbers: ['+15551230001'] }, true],
    ['another number', { numbers: ['+15105550101'] }, true],
    ['one of several numbers', { numbers: ['+15105550101', '+15105550100'] }, false],
  ])('two trunks with %s', ([, other, isGood]) => {
    const both = () => wanted([bank, { ...bank, ...other, name: 'other' }]);
    if (isGood) expect(both).not.toThrow();
    else expect(both).toThrow(/^trunks "bank" and "other" have a number in common: leave it/);
  });

  test.for<[string, Some, boolean]>([
    ['the same callers', {}, false],
    ['some callers', { inboundNumbers: ['+15551230001'] }, true],
    ['a PIN', { pin: true }, true],
    ['other rooms', { rooms: 'individual', prefix: 'x' }, false],
  ])('two rules of a trunk, one of them with %s', ([, other, isGood]) => {
    const both = () => wanted([bank], [{ trunk: 'bank' }, { trunk: 'bank', ...other }]);
    if (isGood) expect(both).not.toThrow();
    else expect(both).toThrow(/^rules "bank" and "bank\/2" take the same calls: tell them apart/);
  });
});

describe('a warning', () => {
  const local = 'ws://127.0.0.1:7880';
  test.for<[string, Some, Some, string, RegExp[]]>([
    ['nothing dangerous', { authUser: 'carrier' }, {}, local, []],
    ['encryption that is required', { encryption: 'require' }, {}, local, []],
    ['neither digest nor encryption', {}, {}, local, [/neither digest \(authUser\) nor encr/]],
    ['encryption that is only allowed', { encryption: 'allow' }, {}, local, [/neither digest/]],
    [
      'a host name as address',
      { authUser: 'c', allowedAddresses: ['192.0.2.1', 'sip.carrier.example'] },
      {},
      local,
      [/compared with what the caller wrote/],
    ],
    [
      'a host name that could be hexadecimal',
      { authUser: 'c', allowedAddresses: ['cafe.de'] },
      {},
      local,
      [/compared with what the caller wrote/],
    ],
    [
      'addresses',
      { authUser: 'c', allowedAddresses: ['192.0.2.0/24', '2001:db8::1'] },
      {},
      local,
      [],
    ],
    [
      'individual rooms',
      { authUser: 'c' },
      { rooms: 'individual' },
      local,
      [/calling number into/],
    ],
    ['direct rooms', { authUser: 'c' }, { rooms: 'direct' }, local, [/takes one caller/]],
    ['a PIN', { authUser: 'c' }, { pin: true }, local, [/it authenticates nobody/]],
    [
      'a bought number on a server of our own',
      { livekitNumber: true },
      {},
      local,
      [/LiveKit's own limits/, /only LiveKit Cloud sells numbers/],
    ],
    [
      'a bought number on LiveKit Cloud',
      { livekitNumber: true },
      {},
      'wss://bank-1234.livekit.cloud',
      [/LiveKit's own limits/],
    ],
  ])('is given of %s', ([, trunk, rule, host, expected]) => {
    const config = routing([{ ...bank, ...trunk }], [{ trunk: 'bank', ...rule }]);
    const warnings = warningsOf(config, host);
    expect(warnings).toHaveLength(expected.length);
    expected.forEach((warning, i) => {
      expect(warnings[i]).toMatch(warning);
      expect(warnings[i]).toContain('trunk "bank": ');
    });
  });
});
