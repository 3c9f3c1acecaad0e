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

const noOwnPrompts = () => new Set<string>();
const noKeys = () => null;

describe('the demo configuration', () => {
  test('is good, and answers its numbers by their lines', async () => {
    const planFor = linePlans(await loadConfig('tonegate.yaml'), noOwnPrompts, noKeys);
    expect(planFor('+15105550100')?.name).toBe('bank');
    expect(planFor('+15105550101')?.name).toBe('frontdesk');
    expect(planFor('+15105550103')?.name).toBe('bilingual');
    expect(planFor('+15105550109')).toBeNull();
    expect(planFor(null)).toBeNull();
    expect(planFor('15105550100')?.name).toBe('bank');
  });

  test('gives a step that is a word the same rules as one that is an object', () => {
    const steps = (text: string) => {
      const source = demo.replace('- { step: account, length: 8 }', text);
      const route = linePlans(
        parseConfig(source, 'x'),
        noOwnPrompts,
        noKeys,
      )('+15105550100')?.route;
      return route && 'steps' in route ? route.steps[0] : undefined;
    };
    expect(steps('- account')).toEqual(steps('- { step: account }'));
    expect(steps('- account')).toMatchObject({ rules: { minLength: 8, firstKeyMs: 8000 } });
  });

  test('has another flow version as soon as a line changes', () => {
    const version = (source: string) =>
      flowVersion(
        '1.0.0',
        linePlans(parseConfig(source, 'x'), noOwnPrompts, noKeys)('+15105550100'),
      );
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
        '- name: bank-trunk',
        '- { name: bank-trunk, numbers: ["+15105550190"] }\n  - name: bank-trunk',
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
    ['an order that is none', ['order: MDY', 'order: DYM'], /MDY.*DMY.*YMD/],
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
    expect(faultsOf(fallback)).toEqual(
      [1, 5, 6, 7].map((nth) => expect.stringMatching(`lines\\.${nth}\\.desk.*requires otp`)),
    );
    const operator = demo.replace(
      'agent: operator-desk }',
      'agent: operator-desk, requires: [pin] }',
    );
    expect(faultsOf(operator).filter((fault) => /operator: leads to/.test(fault))).toHaveLength(5);
  });

  test('whose account lengths differ gives both ends', () => {
    const withLengths = (text: string) =>
      faultsOf(demo.replace('- { step: account, length: 8 }', `- { step: account, ${text} }`));
    expect(withLengths('minLength: 6, maxLength: 10')).toEqual([]);
    expect(withLengths('minLength: 6')[0]).toMatch(/both minLength and maxLength/);
    expect(withLengths('minLength: 9, maxLength: 8')[0]).toMatch(/not be more than maxLength/);
  });
});

describe('a step', () => {
  const withStep = (text: string) =>
    demo.replace('- { step: account, length: 8 }', `- { step: account, ${text} }`);
  const planned = (text: string) => {
    const route = linePlans(
      parseConfig(withStep(text), 'x'),
      noOwnPrompts,
      noKeys,
    )('+15105550100')?.route;
    return route && 'steps' in route ? route.steps[0] : undefined;
  };

  test.each([
    ['check: luhn', { check: { kind: 'luhn' }, rules: { typeAhead: false } }],
    ['check: mod97', { check: { kind: 'mod97' }, rules: { typeAhead: false } }],
    ['check: luhn, typeAhead: true', { check: { kind: 'luhn' }, rules: { typeAhead: true } }],
    ["check: { pattern: '[1-9]\\d{7}' }", { check: { kind: 'pattern', pattern: '[1-9]\\d{7}' } }],
    ['readBack: true', { readBack: true }],
    ['latePoundSeconds: 0', { rules: { latePoundMs: 0 } }],
    ['lateKeySeconds: 0.5', { rules: { lateKeyMs: 500 } }],
    ['promptRepeats: 1', { rules: { promptRepeats: 1 } }],
    ['fastestKeyMilliseconds: 60', { rules: { fastestKeyMs: 60 } }],
    ['firstKeySeconds: 5', { rules: { firstKeyMs: 5000 } }],
    ['nextKeySeconds: 2.5', { rules: { nextKeyMs: 2500 } }],
    ['entrySeconds: 20', { rules: { entryMs: 20_000 } }],
    ['tries: 5', { tries: 5 }],
    ['bargeIn: false', { rules: { bargeIn: false } }],
    ['typeAhead: false', { rules: { typeAhead: false } }],
    ['terminator: required', { rules: { terminator: 'required' } }],
  ])('takes %s', (text, plan) => {
    expect(planned(text)).toMatchObject(plan);
  });

  test('has the limits of the documentation where it says nothing', () => {
    expect(planned('length: 8')).toEqual({
      step: 'account',
      tries: 3,
      check: { kind: 'none' },
      readBack: false,
      droppedBy: [],
      rules: {
        minLength: 8,
        maxLength: 8,
        terminator: 'optional',
        bargeIn: true,
        typeAhead: true,
        firstKeyMs: 8000,
        nextKeyMs: 4000,
        entryMs: 40_000,
        latePoundMs: 1500,
        lateKeyMs: 1000,
        promptRepeats: 3,
        fastestKeyMs: 40,
      },
    });
  });

  test.each([
    ['check: crc', /use none, luhn, mod97 or/],
    ["check: { pattern: '(\\d+)+' }", /repeat no group/],
    ["check: { pattern: '\\d*\\d*\\d*[0-4]' }", /at most twice/],
    ['length: 8, minLength: 6, maxLength: 8', /leave this out/],
    ['check: { pattern: "[a-z]+" }', /use digits/],
    ['check: { pattern: "[0-" }', /is not a regular expression/],
    ['fastestKeyMilliseconds: -1', /fastestKeyMilliseconds/],
    ['latePoundSeconds: 6', /latePoundSeconds/],
  ])('refuses %s', (text, words) => {
    expect(faultsOf(withStep(text)).join('\n')).toMatch(words);
  });

  test('never has a passcode said aloud', () => {
    const source = demo.replace(
      '{ step: oneTimeCode, length: 6 }',
      '{ step: passcode, readBack: true }',
    );
    expect(faultsOf(source).join('\n')).toMatch(/never said aloud/);
  });
});

const own =
  (...ids: string[]) =>
  () =>
    new Set(ids);

describe('what a line says', () => {
  const line = (text: string) =>
    demo.replace('    desk: general\n', `    desk: general\n    ${text}\n`);
  const plan = (source: string, prompts: (line: string) => ReadonlySet<string> = noOwnPrompts) =>
    linePlans(parseConfig(source, '/etc/tonegate/x.yaml'), prompts, noKeys)('+15105550101');

  test('is English, with no notice, and open, unless it says so', () => {
    expect(plan(demo)).toMatchObject({ locales: ['en'], notice: null, closed: null });
  });

  test('may be in several languages, each once', () => {
    expect(plan(line('locales: [es, en]'))).toMatchObject({ locales: ['es', 'en'] });
    expect(faultsOf(line('locales: [en, en]')).join()).toMatch(/speaks that language already/);
    expect(faultsOf(line('locales: [fr]')).join()).toMatch(/locales/);
    expect(faultsOf(line('locales: []')).join()).toMatch(/locales/);
  });

  test('comes from the catalogue, or from its own recordings', () => {
    expect(plan(line('notice: recording-notice'))).toMatchObject({ notice: 'recording-notice' });
    expect(plan(line('closed: storm'), own('storm'))).toMatchObject({ closed: 'own/storm' });
    expect(() => plan(line('notice: storm'))).toThrow(/notice.*not recorded.*record it/);
    const both = line('notice: storm\n    closed: flood');
    expect(() => plan(both)).toThrow(/its notice.*\n.*its closed/);
  });

  test('lies in a folder named from the configuration on', () => {
    const { lines } = parseConfig(line('prompts: audio/front'), '/etc/tonegate/x.yaml');
    expect(lines[1]?.prompts).toBe('/etc/tonegate/audio/front');
  });
});

describe('a menu', () => {
  const MENU = `    menu:
      "1": { steps: [account, oneTimeCode], desk: sensitive }
      "2": { desk: general }
      "9": { desk: operator }
`;
  const withMenu = (menu = MENU) =>
    demo.replace('    steps:\n      - { step: account, length: 8 }\n    desk: general\n', menu);
  const choices = (prompts: (line: string) => ReadonlySet<string> = noOwnPrompts) =>
    linePlans(parseConfig(withMenu(), 'x'), prompts, noKeys)('+15105550101')?.route;

  test('names its choices in words of the catalogue, or in its own', () => {
    expect(choices()).toMatchObject([
      { key: '1', prompt: 'menu-account', desk: 'sensitive', steps: [{}, {}] },
      { key: '2', prompt: 'menu-other', desk: 'general', steps: [] },
      { key: '9', prompt: 'menu-operator', desk: 'operator', steps: [] },
    ]);
    expect(choices(() => new Set(['menu-2']))).toMatchObject([{}, { prompt: 'own/menu-2' }, {}]);
  });

  test('whose choices would sound alike is refused: callers could not tell them apart', () => {
    const alike = withMenu(MENU.replace('{ desk: operator }', '{ desk: operator-desk }'));
    const prompts = own('menu-2');
    const planned = (ids: typeof prompts) => () =>
      linePlans(parseConfig(alike, 'x'), ids, noKeys)('+15105550101');
    expect(planned(noOwnPrompts)).toThrow(/record menu-2 and menu-9/);
    expect(planned(prompts)).not.toThrow();
  });

  test.each([
    ['0', /use a key from "1" to "9"/],
    ['12', /use a key from "1" to "9"/],
  ])('has no choice %s', (key, words) => {
    expect(faultsOf(withMenu(MENU.replace('"9"', `"${key}"`))).join('\n')).toMatch(words);
  });

  test('stands instead of steps and desk', () => {
    expect(faultsOf(withMenu(`    desk: general\n${MENU}`)).join('\n')).toMatch(/leave it out/);
    expect(faultsOf(withMenu('')).join('\n')).toMatch(/give "steps" and "desk", or a "menu"/);
    expect(faultsOf(withMenu('    menu: {}\n')).join('\n')).toMatch(/at least one choice/);
  });

  test('leads nobody to a desk that requires more than its steps prove', () => {
    const source = withMenu(
      MENU.replace('{ desk: general }', '{ steps: [account], desk: sensitive }'),
    );
    expect(faultsOf(source)).toEqual([
      expect.stringMatching(/lines\.1\.menu\.2\.desk: leads to desk "sensitive".*otp/),
    ]);
  });

  test('begins each of its ways with the account', () => {
    const source = withMenu(MENU.replace('[account, oneTimeCode]', '[oneTimeCode]'));
    expect(faultsOf(source).join('\n')).toMatch(
      /menu\.1\.steps\.0: the first step must be "account"/,
    );
  });
});
