import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { linePlans } from '../../src/config/line-plans.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { IvrFault } from '../../src/ivr/fault.ts';

type Tree = Record<string, never> & { lines: Tree[]; trunks: Tree[]; steps: Tree[]; desks: Tree };

const demo = await readFile('tonegate.yaml', 'utf8');

/** The demo's configuration, changed. */
function changed(change: (config: Tree) => void): string {
  const config = parse(demo);
  change(config);
  return stringify(config);
}

function faultsOf(change: (config: Tree) => void): string[] {
  try {
    parseConfig(changed(change), 'x.yaml');
  } catch (error) {
    expect((error as IvrFault).code).toBe('IVR_CONFIG_INVALID');
    return (error as IvrFault).message.split('\n').slice(1);
  }
  return [];
}

function plan(number: string, change: (config: Tree) => void = () => undefined) {
  const config = parseConfig(changed(change), '/etc/tonegate/x.yaml');
  return linePlans(
    config,
    () => new Set(),
    () => 'PEM',
  )(number);
}

const set = (target: object | undefined, values: object) => Object.assign(target ?? {}, values);

describe('the policy of a line', () => {
  test('is what the documentation says where nobody says anything', () => {
    const silent = plan('+15105550100', (config) => Reflect.deleteProperty(config, 'screening'));
    expect(silent?.screening).toEqual({
      mode: 'enforce',
      accept: 'not-failed',
      minLevel: 'C',
      levelWhenMissing: 'C',
      onReject: 'refuse',
      onTimeout: 'error',
      reason: 'SIP;cause=608;text="Rejected"',
    });
  });

  test('is the system’s, but for the keys that the line has itself', () => {
    const change = (config: Tree) =>
      set(config, { screening: { levelWhenMissing: 'A', reason: 'SIP;cause=603' } });
    expect(plan('+15105550102', change)?.screening).toMatchObject({
      accept: 'validated',
      minLevel: 'A',
      levelWhenMissing: 'A',
      reason: 'SIP;cause=603',
    });
    expect(plan('+15105550100', change)?.screening).toMatchObject({ accept: 'not-failed' });
  });

  test('believes the trunks that the line lists, else those that carry its numbers', () => {
    const change = (config: Tree) => {
      const caller = { allowedNumbers: ['+15551230001'] };
      set(config.trunks[0], caller);
      config.trunks.push({
        name: 'other',
        numbers: ['+15105550101'],
        allowedNumbers: ['+15551230002'],
        profile: 'telnyx',
      } as never);
      set(config.lines[0], { trunks: ['other'] });
    };
    expect(plan('+15105550100', change)?.trunks).toEqual([{ name: 'other', profile: 'telnyx' }]);
    expect(plan('+15105550101', change)?.trunks).toEqual([
      { name: 'bank-trunk', profile: 'twilio' },
      { name: 'other', profile: 'telnyx' },
    ]);
    expect(plan('+15105550102', change)?.trunks).toEqual([
      { name: 'bank-trunk', profile: 'twilio' },
    ]);
  });

  test('may spare callers a step for their verdict', () => {
    const spared = plan('+15105550100', (config) => {
      set(config.lines[0]?.steps[1], { when: { screeningNot: ['passed-A'] } });
    });
    const steps = spared && 'steps' in spared.route ? spared.route.steps : [];
    expect(steps.map(({ droppedBy }) => droppedBy)).toEqual([[], ['passed-A'], []]);
  });

  test('knows whose upstream tokens it takes', () => {
    const upstream = { issuer: 'pbx', audience: 'tonegate', publicKeyFile: 'pbx.pem' };
    const change = (config: Tree) => set(config.lines[0], { upstream });
    expect(plan('+15105550100', change)?.upstream).toEqual({
      issuer: 'pbx',
      audience: 'tonegate',
      publicKey: 'PEM',
    });
    expect(plan('+15105550101', change)?.upstream).toBeNull();
    expect(parseConfig(changed(change), '/etc/x.yaml').lines[0]?.upstream?.publicKeyFile).toBe(
      '/etc/pbx.pem',
    );
  });
});

describe('a gate that cannot be as it is configured', () => {
  const line = (values: object) => (config: Tree) => set(config.lines[0], values);
  const trunk = (values: object) => (config: Tree) => set(config.trunks[0], values);

  test.each<[string, (config: Tree) => void, RegExp]>([
    ['an unknown mode', line({ screening: { mode: 'strict' } }), /screening\.mode: use off, obs/],
    ['an unknown level', line({ screening: { minLevel: 'D' } }), /minLevel: use A, B or C/],
    ['an unknown rejection', line({ screening: { onReject: 'drop' } }), /use refuse or/],
    ['a Reason of two lines', line({ screening: { reason: 'SIP\r\nX: y' } }), /Reason header/],
    ['an unknown key', line({ screening: { level: 'A' } }), /level/],
    [
      'a desk for the rejected that is not there',
      line({ screening: { onReject: { desk: 'nowhere' } } }),
      /lines\.0\.screening\.onReject\.desk: no desk of this name/,
    ],
    [
      'a desk for the rejected that requires a proof',
      line({ screening: { onReject: { desk: 'sensitive' } } }),
      /screening\.onReject: leads to desk "sensitive", which requires otp/,
    ],
    [
      'the same by the system’s policy',
      (config) => set(config, { screening: { onReject: { desk: 'sensitive' } } }),
      /lines\.3\.name: leads to desk "sensitive", which requires otp/,
    ],
    ['an unknown trunk', line({ trunks: ['nowhere'] }), /lines\.0\.trunks\.0: no trunk of this/],
    ['an unknown profile', trunk({ profile: 'acme' }), /profile: use twilio, telnyx/],
    ['a header that is no name', trunk({ profile: { header: 'X: y' } }), /name of a header/],
    ['an unknown encryption', trunk({ encryption: 'maybe' }), /disable, allow or require/],
    ['a user with a quote', trunk({ authUser: 'a"b' }), /without quotes/],
    [
      'a number on two trunks',
      (config) =>
        config.trunks.push({
          name: 'other',
          numbers: ['+15105550101'],
          profile: 'telnyx',
        } as never),
      /trunks\.1\.numbers\.0: trunk "bank-trunk" has this number already/,
    ],
    [
      'a digest user for numbers of LiveKit’s',
      trunk({ livekitNumber: true, authUser: 'bank' }),
      /trunks\.0\.authUser: numbers bought from LiveKit have no trunk/,
    ],
    [
      'a rule of a trunk that is not there',
      (config) => set(config, { rules: [{ trunk: 'bank-trunk' }, { trunk: 'nowhere' }] }),
      /rules\.1\.trunk: no trunk of this name/,
    ],
    [
      'a trunk that no rule takes',
      (config) => {
        config.trunks.push({ name: 'other', numbers: ['+15105550190'] } as never);
        set(config, { rules: [{ trunk: 'bank-trunk' }] });
      },
      /trunks\.1\.name: no rule takes the calls/,
    ],
    [
      'a PIN where callers are refused before the answer',
      (config) => set(config, { rules: [{ trunk: 'bank-trunk', pin: true }] }),
      /rules\.0\.pin: LiveKit answers before it asks.*"onReject: refuse" of line "bank" cannot hold/,
    ],
    [
      'two rules for the same calls',
      (config) => set(config, { rules: [{ trunk: 'bank-trunk' }, { trunk: 'bank-trunk' }] }),
      /rules\.1: another rule of trunk "bank-trunk" takes the same calls/,
    ],
    [
      'two rules for the same callers, in rooms of different kinds',
      (config) => {
        const some = { trunk: 'bank-trunk', inboundNumbers: ['+15551230001'] };
        const rooms = { rooms: 'individual', inboundNumbers: ['+15551230002', '+15551230001'] };
        set(config, { rules: [some, { ...some, ...rooms }] });
      },
      /rules\.1: another rule of trunk "bank-trunk" takes the same calls/,
    ],
    [
      'encryption of numbers of LiveKit’s',
      trunk({ livekitNumber: true, encryption: 'allow' }),
      /trunks\.0\.encryption: numbers bought from LiveKit have no trunk/,
    ],
    [
      'allowed callers of numbers of LiveKit’s',
      trunk({ livekitNumber: true, allowedNumbers: ['+15551230001'] }),
      /trunks\.0\.allowedNumbers: numbers bought from LiveKit have no trunk/,
    ],
    [
      'a condition on the account',
      (config) => set(config.lines[0]?.steps[0], { when: { screeningNot: ['passed-A'] } }),
      /when/,
    ],
    [
      'a condition on an unknown verdict',
      (config) => set(config.lines[0]?.steps[1], { when: { screeningNot: ['passed-D'] } }),
      /use passed-A/,
    ],
    ...(['failed', 'error', 'none'] as const).map(
      (label): [string, (config: Tree) => void, RegExp] => [
        `a step that callers with the verdict ${label} are spared`,
        (config) => set(config.lines[0]?.steps[1], { when: { screeningNot: ['passed', label] } }),
        /screeningNot\.1: use passed-A, passed-B, passed-C or passed: no other verdict/,
      ],
    ),
    [
      'a factor that the desk requires and the verdict would spare',
      (config) => set(config.lines[0]?.steps[2], { when: { screeningNot: ['passed-A'] } }),
      /lines\.0\.desk: leads to desk "sensitive", which requires otp: a step that may be left out/,
    ],
    [
      'a way of sending a code that no upstream system can prove',
      (config) => {
        set(config.desks.sensitive, { requires: ['sms'] });
        set(config.lines[0], { upstream: { issuer: 'a', audience: 'b', publicKeyFile: 'c' } });
      },
      /lines\.0\.desk: .*requires sms: .*require "otp" instead of "sms"/,
    ],
  ])('is refused: %s', (_, change, words) => {
    expect(faultsOf(change).join('\n')).toMatch(words);
  });

  test('is no fault with numbers bought from LiveKit', () => {
    expect(faultsOf((config) => set(config.trunks[0], { livekitNumber: true }))).toEqual([]);
  });

  test('is no fault where lists that only trunks keep are empty', () => {
    const empty = { allowedNumbers: [], allowedAddresses: [], encryption: 'disable' };
    expect(faultsOf(trunk({ livekitNumber: true, ...empty }))).toEqual([]);
  });

  test.each<[string, object]>([
    ['by who calls', { inboundNumbers: ['+15551230001'] }],
    ['by a PIN', { pin: true }],
  ])('is no fault with two rules that are told apart %s', (_, other) => {
    const change = (config: Tree) =>
      set(config, {
        rules: [{ trunk: 'bank-trunk' }, { trunk: 'bank-trunk', ...other }],
        screening: { onReject: { desk: 'general' } },
      });
    expect(faultsOf(change)).toEqual([]);
  });

  test.each([
    '192.0.2.1',
    '192.0.2.0/24',
    '0.0.0.0/0',
    '10.0.0.1/32',
    '::',
    '2001:db8::1',
    '2001:db8::/128',
    'sip.carrier.example',
    'cafe.de',
    '4u.example',
    'localhost',
  ])('is no fault where calls come from %s', (address) => {
    expect(faultsOf(trunk({ allowedAddresses: [address] }))).toEqual([]);
  });

  test.each([
    '999.1.1.1/99',
    '999.1.1.1',
    '1.2.3',
    ':::::',
    '10.0.0.1/33',
    '10.0.0.1/08',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    '2001:db8::/129',
    'fe80::1%eth0',
    'sip.carrier.example/24',
    'sip..example',
    '-sip.example',
    'sip_1.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}a`,
    '',
  ])('is a fault where calls come from %j', (address) => {
    expect(faultsOf(trunk({ allowedAddresses: [address] })).join('\n')).toMatch(
      /trunks\.0\.allowedAddresses\.0: use an IP address, a network/,
    );
  });

  test('is no fault with a PIN and a desk for the rejected', () => {
    const change = (config: Tree) =>
      set(config, {
        rules: [{ trunk: 'bank-trunk', pin: true }],
        screening: { onReject: { desk: 'general' } },
      });
    expect(faultsOf(change)).toEqual([]);
  });
});

describe('what stands in a file that is at fault', () => {
  const CANARY = 'Canary 4111';

  test.each<[string, (config: Tree) => void]>([
    [
      'a word that a desk requires',
      (config) => set(config.desks.general, { requires: [CANARY, 'otp'] }),
    ],
    [
      'the name of a line that owns a number',
      (config) => set(config.lines[0], { name: CANARY, numbers: ['+15105550101'] }),
    ],
    [
      'the name of a line behind a PIN',
      (config) => {
        set(config.lines[0], { name: CANARY });
        set(config, { rules: [{ trunk: 'bank-trunk', pin: true }] });
      },
    ],
    [
      'the name of a trunk that has a number of another',
      (config) => {
        set(config.trunks[0], { name: CANARY });
        config.trunks.push({ name: 'other', numbers: ['+15105550101'] } as never);
      },
    ],
    [
      'the trunk of a rule',
      (config) => set(config, { rules: [{ trunk: CANARY }, { trunk: CANARY }] }),
    ],
    ['the desk of a line', (config) => set(config.lines[0], { desk: CANARY })],
  ])('is not repeated: %s', (_, change) => {
    const faults = faultsOf(change);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join('\n')).not.toContain(CANARY);
  });

  test('is not repeated where a desk of no good name requires a proof', () => {
    const faults = faultsOf((config) => {
      set(config.desks, { [CANARY]: { agent: 'a', requires: ['otp'] } });
      set(config.lines[0], { operator: CANARY });
    });
    expect(faults.filter((fault) => !fault.includes(`desks.${CANARY}: use`)).join('\n')).toMatch(
      /operator: use lower-case letters/,
    );
    expect(faults.join('\n')).not.toContain(`leads to desk`);
  });

  test('a desk that has no good name is not told to be missing', () => {
    expect(faultsOf((config) => set(config.lines[0], { desk: CANARY })).join('\n')).toMatch(
      /^ {2}\S+ lines\.0\.desk: use lower-case letters, digits and dashes$/,
    );
  });
});

test.each([
  '',
  'null',
  '[]',
  'lines: 5\ntrunks: [null, 5, {name: 5}]\nrules: [null, {trunk: {}}, 5]\ndesks: [1]',
  'lines: [null, &a [*a], {name: [], menu: {x: {steps: 5}}, screening: null, trunks: [5, null]}]',
  'desks: &d {general: *d, __proto__: {requires: x}, constructor: {otherwise: constructor}}',
  'trunks: [{name: a, numbers: {}, allowedNumbers: x, livekitNumber: true}]\nrules: [{trunk: a, inboundNumbers: null}]',
  '? [a, b]\n: c\n? {x: y}\n: 1',
])('odd YAML is a fault like any other: %j', (source) => {
  expect(() => parseConfig(source, 'x.yaml')).toThrow(
    expect.objectContaining({ code: 'IVR_CONFIG_INVALID' }),
  );
});

test('odd YAML is not repeated by the parser’s warnings either', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  expect(() => parseConfig('? [canary]\n: 1', 'x.yaml')).toThrow();
  expect(warned).not.toHaveBeenCalled();
});
