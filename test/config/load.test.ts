import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { flowVersion, linePlans } from '../../src/config/line-plans.ts';
import { loadConfig, parseConfig } from '../../src/config/load.ts';
import { IvrFault } from '../../src/ivr/fault.ts';

const demo = await readFile('tonegate.yaml', 'utf8');

function faultsOf(source: string): string[] {
  try {
    parseConfig(source, 'x.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(IvrFault);
    expect((error as IvrFault).code).toBe('IVR_CONFIG_INVALID');
    return (error as IvrFault).message.split('\n').slice(1);
  }
  return [];
}

describe('the demo configuration', () => {
  test('is good, and answers its numbers by their lines', async () => {
    const planFor = linePlans(await loadConfig('tonegate.yaml'));
    expect(planFor('+15105550100')?.name).toBe('bank');
    expect(planFor('+15105550101')?.name).toBe('frontdesk');
    expect(planFor('+15105550109')).toBeNull();
    expect(planFor(null)).toBeNull();
    expect(planFor('15105550100')?.name).toBe('bank');
  });

  test('gives a step that is a word the same rules as one that is an object', () => {
    const steps = (text: string) =>
      linePlans(parseConfig(demo.replace('- { step: account, length: 8 }', text), 'x'))(
        '+15105550100',
      )?.steps[0];
    expect(steps('- account')).toEqual(steps('- { step: account }'));
    expect(steps('- account')).toMatchObject({ rules: { minLength: 8, firstKeyMs: 8000 } });
  });

  test('has another flow version as soon as a line changes', () => {
    const version = (source: string) =>
      flowVersion('1.0.0', linePlans(parseConfig(source, 'x'))('+15105550100'));
    expect(version(demo)).toBe(version(demo));
    expect(version(demo)).not.toBe(version(demo.replace('order: MDY', 'tries: 2')));
  });
});

describe('a configuration with faults', () => {
  test('is told all of them at once, each with its place', () => {
    const faults = faultsOf(
      [
        'agentName: Tone Gate',
        'colour: blue',
        'trunks: []',
        'backend: { url: "ftp://x" }',
        'lines:',
        '  - name: a',
        '    numbers: [15105550100]',
        '    steps: [acount, { step: oneTimeCode, length: 99 }]',
        '    desk: nowhere',
        'desks:',
        '  one: { agent: a, otherwise: two }',
        '  two: { agent: b, otherwise: one }',
        '  three: { transfer: "http://x" }',
      ].join('\n'),
    );
    const has = (place: string, words: RegExp) =>
      expect(faults.filter((fault) => fault.includes(place) && words.test(fault))).toHaveLength(1);
    has('x.yaml:1:12: agentName', /lower-case/);
    has('the file', /colour/);
    has('x.yaml:3:9: trunks', /1/);
    has('backend.url', /http/);
    has('x.yaml:7:15: lines.0.numbers.0', /E\.164 in quotes/);
    has('lines.0.steps.0', /account, passcode, birthDate or oneTimeCode/);
    has('lines.0.steps.0', /first step must be "account"/);
    has('lines.0.steps.1.length', /8/);
    has('lines.0.desk', /no desk of this name/);
    has('desks.one.otherwise', /circle/);
    has('desks.two.otherwise', /circle/);
    has('desks.three.transfer', /tel:, sip: or sips:/);
    expect(faults).toHaveLength(12);
  });

  test('that is not YAML is told so, with the place', () => {
    expect(faultsOf('lines: [\n  a: }')).toEqual([expect.stringMatching(/x\.yaml:2:\d+: /)]);
  });

  test('that is empty names what is missing', () => {
    expect(faultsOf('')[0]).toMatch(/expected object/);
    expect(faultsOf('{}').join()).toMatch(/lines: is missing/);
  });

  test('never has a value of the file repeated', () => {
    const canary = '8675309';
    const source = demo
      .replace('agentName: tonegate', `agentName: "!${canary}"`)
      .replace('url: "http://127.0.0.1:7071"', `url: "nope ${canary}"`)
      .replace('"tel:+15105550199"', `"tel ${canary}"`)
      .replace('capacity: 60', `capacity: "${canary}"`);
    expect(faultsOf(source)).toHaveLength(4);
    expect(faultsOf(source).join()).not.toContain(canary);
  });

  test('that cannot be read says how to name another', async () => {
    await expect(loadConfig('nowhere.yaml')).rejects.toThrow(/ENOENT.*--config/);
  });
});

describe('what a configuration says twice or to nobody', () => {
  test.each([
    [
      'a trunk of the same name',
      [
        '- { name: bank-trunk',
        '- { name: bank-trunk, numbers: ["+15105550190"] }\n  - { name: bank-trunk',
      ],
      /another trunk has this name/,
    ],
    [
      'a line whose number is on no trunk',
      ['numbers: ["+15105550101"]', 'numbers: ["+15105550191"]'],
      /no trunk has this number/,
    ],
    [
      'a desk named like what every object has',
      ['desk: general', 'desk: constructor'],
      /no desk of this name/,
    ],
    ['an alias that stands for nothing', ['agentName: tonegate', 'agentName: *nothing'], /alias/],
    [
      'a backend with a password',
      ['http://127.0.0.1:7071', 'http://a:b@127.0.0.1:7071'],
      /leave out user, password/,
    ],
    ['an order that no prompt asks for', ['order: MDY', 'order: YMD'], /use MDY/],
  ] as const)('is refused: %s', (_, [from, to], words) => {
    const faults = faultsOf(demo.replace(from, to));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join('\n')).toMatch(words);
  });
});

describe('a line', () => {
  test('may not share a number with another', () => {
    expect(faultsOf(demo.replace('["+15105550101"]', '["+15105550100"]'))).toEqual([
      expect.stringContaining('line "bank" answers this number already'),
    ]);
  });

  test('may not lead to a desk that requires more than its steps prove', () => {
    expect(faultsOf(demo.replace('desk: general', 'desk: sensitive'))).toEqual([
      expect.stringMatching(/lines\.1\.desk: leads to desk "sensitive", which requires otp/),
    ]);
  });

  test('may not lead there by a fallback or an operator either', () => {
    const fallback = demo.replace(
      'general: { agent: general-desk, joinWithinSeconds: 10, otherwise: operator }',
      'general: { agent: general-desk, otherwise: sensitive }',
    );
    expect(faultsOf(fallback)).toEqual([expect.stringMatching(/lines\.1\.desk.*requires otp/)]);
    const operator = demo.replace(
      'agent: operator-desk }',
      'agent: operator-desk, requires: [pin] }',
    );
    expect(faultsOf(operator).filter((fault) => /operator: leads to/.test(fault))).toHaveLength(2);
  });

  test('whose account lengths differ gives both ends', () => {
    const withLengths = (text: string) =>
      faultsOf(demo.replace('- { step: account, length: 8 }', `- { step: account, ${text} }`));
    expect(withLengths('minLength: 6, maxLength: 10')).toEqual([]);
    expect(withLengths('minLength: 6')[0]).toMatch(/both minLength and maxLength/);
    expect(withLengths('minLength: 9, maxLength: 8')[0]).toMatch(/not be more than maxLength/);
  });
});
