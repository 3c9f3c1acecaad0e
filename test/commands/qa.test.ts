// `tonegate qa`: what it says of calls that are not as their files have them, and of files that are not as they
// should be.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadEdition } from '../../src/commands/edition.ts';
import { exitCodeOf, explain } from '../../src/commands/exit-code.ts';
import { playFiles, type QaOptions } from '../../src/commands/qa.ts';
import { temporaryFolder } from '../store/folder.ts';
import { type Ran, tonegate } from './tonegate.ts';

const ACCOUNT = '31415926';

const edition = await loadEdition('tonegate.yaml');
let folder: string;
let out = '';
let err = '';

beforeEach(() => {
  folder = temporaryFolder();
  out = '';
  err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation((text) => {
    err += `${text}\n`;
  });
});
afterEach(() => void vi.restoreAllMocks());

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** As main.ts does it. */
async function qa(files: readonly string[], options: QaOptions = {}): Promise<Ran> {
  try {
    const code = await playFiles(files, edition, options);
    return { code, out, err };
  } catch (error) {
    explain(error);
    return { code: exitCodeOf(error), out, err };
  }
}

const GOOD = `
scenario: A caller hangs up
line: bank
call: [{ hears: enter-account }, hangs up]
ends: hung-up
`;

/** Expects a passcode, where the bank's line asks for the birth date. */
const DIFFERENT = `
scenario: A customer keys a <passcode> & is "through"
line: bank
customer: { account: "${ACCOUNT}", birthDate: 1979-03-14 }
call:
  - hears: enter-account
  - presses: { account: right }
  - hears: enter-passcode
  - presses: { passcode: right }
ends: handed-off
`;

test('a call that goes as its file has it is told in one line', async () => {
  const ran = await qa([written('good.yaml', GOOD)]);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/^ok {8}\S+good\.yaml {2}A caller hangs up \(/);
  expect(ran.out).toContain('1 scenarios simulated: 1 as expected, 0 not');
});

test('one that does not is told in two columns, with the first difference marked and keys as dots', async () => {
  const ran = await qa([written('different.yaml', DIFFERENT), written('good.yaml', GOOD)]);
  expect(ran.code).toBe(1);
  const marked = ran.out.split('\n').filter((line) => line.includes('✗'));
  expect(marked).toHaveLength(1);
  expect(marked[0]).toMatch(/✗ +[\d.]+ s {2}hears enter-passcode +│ hears enter-birth-date-mdy$/);
  expect(ran.out).toMatch(/presses •{8} \(account\) +│ presses •{8} \(account\)/);
  // What was expected after it, and what happened instead.
  expect(ran.out).toMatch(/ends handed-off +│/);
  expect(ran.out).toMatch(/│ hears no-input/);
  expect(ran.out).toContain('2 scenarios simulated: 1 as expected, 1 not');
  expect(ran.out + ran.err).not.toContain(ACCOUNT);
});

test.each([
  {
    what: 'another ending',
    file: GOOD.replace('hung-up', 'no-input'),
    marked: /ends no-input +│ ends hung-up, auth none/,
  },
  {
    what: 'another record',
    file: `${GOOD}record: { auth: verified }\n`,
    marked: /record auth: verified +│ record auth: none/,
  },
  {
    what: 'a step that ended otherwise',
    file: `${GOOD}record: { steps: [{ step: account, outcome: operator }] }\n`,
    marked: /record steps 1 outcome: operator +│ record steps 1 outcome: hungUp/,
  },
  {
    what: 'a word that may not be said',
    file: `${GOOD}neverHears: { text: "Thank you for calling" }\n`,
    marked: /never hears “Thank you for calling” +│ hears welcome/,
  },
  {
    what: 'a call that is over',
    file: GOOD.replace('hangs up]', 'hangs up, { presses: "0#" }]'),
    marked: /presses •• +│ ends hung-up/,
  },
  {
    what: 'a code that nobody sent',
    file: GOOD.replace('hangs up]', '{ presses: { code: sent } }]'),
    marked: /presses code that was sent +│ there is none/,
  },
])('$what is the difference that is marked', async ({ file, marked }) => {
  const ran = await qa([written('different.yaml', file)]);
  expect(ran.code).toBe(1);
  const lines = ran.out.split('\n').filter((line) => line.includes('✗'));
  expect(lines).toEqual([expect.stringMatching(marked)]);
});

test('programs are told the same, an object a scenario', async () => {
  const ran = await qa([written('different.yaml', DIFFERENT), written('good.yaml', GOOD)], {
    json: true,
  });
  expect(ran.code).toBe(1);
  const [different, good] = ran.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(different).toMatchObject({
    outcome: 'differs',
    way: 'simulated',
    difference: { expected: 'hears enter-passcode', happened: 'hears enter-birth-date-mdy' },
  });
  expect(good).toMatchObject({ outcome: 'passed', records: [{ ending: { reason: 'hung-up' } }] });
  expect(ran.out).not.toContain(ACCOUNT);
});

test('build servers are told in XML that a strict reader takes, whatever a scenario is called', async () => {
  const junit = join(folder, 'qa.xml');
  const files = [written('different.yaml', DIFFERENT), written('good.yaml', GOOD)];
  expect((await qa(files, { junit })).code).toBe(1);
  const xml = readFileSync(junit, 'utf8');
  const read = `
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find('testsuite')
print(suite.get('tests'), suite.get('failures'), suite.get('skipped'))
for case in suite: print(case.get('name'), '|', case.find('failure') is not None)
`;
  expect(execFileSync('python3', ['-c', read, junit], { encoding: 'utf8' })).toBe(
    '2 1 0\nA customer keys a <passcode> & is "through" | True\nA caller hangs up | False\n',
  );
  expect(xml).toContain('expected: hears enter-passcode; happened: hears enter-birth-date-mdy');
  expect(xml).not.toContain(ACCOUNT);
});

test('all faults of all files are told at once, each with its place and no value', async () => {
  const bad = written(
    'bad.yaml',
    `
scenario: Bad
line: nowhere
calling: 5551234567
call:
  - hears: enter-acount
  - presses: 31415926
  - waits: 3
  - happens: worker-lost
  - { hears: welcome, waits: 1s }
  - sleeps: 1s
ends: well
`,
  );
  const worse = written('worse.yaml', 'scenario: [');
  const ran = await qa([bad, worse, join(folder, 'none.yaml')]);
  expect(ran).toMatchObject({ code: 2, out: '' });
  for (const place of [
    ':3:7: line: is no line of the configuration: use one of bank, frontdesk',
    ':4:10: calling: ',
    ':6:12: call.0.hears: ',
    ':7:14: call.1.presses: give keys in quotes',
    ':8:12: call.2.waits: give a time with its unit',
    ':9:14: call.3.happens: can only be simulated: add "only: simulated"',
    ':10:5: call.4: give exactly one of hears, presses, waits, happens',
    ':11:5: call.5: Unrecognized key: "sleeps"',
    ':12:7: ends: ',
  ]) {
    expect(ran.err).toContain(`${bad}${place}`);
  }
  expect(ran.err).toContain(`${worse} is not readable as YAML`);
  expect(ran.err).toMatch(/cannot read the scenario \S+none\.yaml \(ENOENT\): name the files/);
  for (const value of ['31415926', '5551234567', 'nowhere', 'enter-acount', 'well']) {
    expect(ran.err).not.toContain(value);
  }
});

test.each([
  { file: GOOD.replace('line: bank', ''), told: 'give exactly one of "line" and "number"' },
  { file: `${GOOD}only: simulated\n`, told: 'only: say why: add "because"' },
  { file: `${GOOD}desks: { sensitive-desk: never }\n`, told: 'desks: can only be simulated' },
  {
    file: GOOD.replace('line: bank', 'number: "+15559990000"\nscreening: passed-A'),
    told: 'screening: cannot be told by a carrier of profile "none"',
  },
  {
    file: GOOD.replace('hangs up]', '{ presses: { code: sent, account: right } }]'),
    told: 'give exactly one of keys, account, birthDate, passcode, code',
  },
])('a file is refused: $told', async ({ file, told }) => {
  const ran = await qa([written('bad.yaml', file)]);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain(told);
});

test('where the XML cannot be written, it says what to do', async () => {
  const junit = join(folder, 'none', 'qa.xml');
  const ran = await qa([written('good.yaml', GOOD)], { junit });
  expect(ran.code).toBe(2);
  expect(ran.err).toContain('name another file with --junit');
});

test('without files it says what to give', async () => {
  const shell = await tonegate();
  const none = await shell.run('qa', '--json');
  expect(none.code).toBe(2);
  expect(none.err).toContain('Name the files with the scenarios: tonegate qa FILE…');
});

test('live, without a system, it says that there is none', async () => {
  const shell = await tonegate();
  const env = {
    ...shell.env,
    LIVEKIT_URL: 'ws://127.0.0.1:9',
    LIVEKIT_API_KEY: 'devkey',
    LIVEKIT_API_SECRET: 'secret',
  };
  const ran = await shell.with(env).run('qa', '--live', written('good.yaml', GOOD));
  expect(ran.code).toBe(3);
  expect(ran.err).toMatch(/^tonegate: /);
});
