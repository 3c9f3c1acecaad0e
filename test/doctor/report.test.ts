import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ADVICE } from '../../src/doctor/advice.ts';
import { error, GOOD, good, shown, warning } from '../../src/doctor/finding.ts';
import { asJson, asText, summary } from '../../src/doctor/report.ts';

test('a fault is one line: what, why it matters, how it is mended', () => {
  expect(asText(error('bridge-missing', 'no SIP bridge answers the LiveKit server'))).toBe(
    'error    bridge-missing      no SIP bridge answers the LiveKit server. ' +
      'Why: no call by SIP comes in: nobody is there who takes an INVITE. ' +
      'Mend: start livekit-sip with the Redis and the API key of this server; look into its log.',
  );
});

test('what is good needs neither', () => {
  expect(asText(good('livekit-version', 'LiveKit server 1.13.5'))).toBe(
    'ok       livekit-version     LiveKit server 1.13.5',
  );
});

test('a program gets one object a line', () => {
  expect(JSON.parse(asJson(good('grants', 'all')))).toEqual({
    severity: 'ok',
    code: 'grants',
    what: 'all',
    why: null,
    mend: null,
  });
});

test('the summary counts', () => {
  const one = error('call-none', 'no call came');
  const findings = [one, warning('leftover', 'a rule'), good('grants', ''), good('bridge', '')];
  expect(summary(findings)).toBe('doctor: 1 error, 1 warning, 2 ok');
  expect(summary([one, one])).toBe('doctor: 2 errors, 0 warnings, 0 ok');
});

test.each([
  ['sip.h.x-account', 'sip.h.x-account'],
  ['bank trunk 2', 'bank trunk 2'],
  ['+1 (510) 555-0100 main', '+… main'],
  ['192.0.2.17', '…'],
  ['bank_1_510_555_0100', 'bank_…'],
  ['carrier/510/555/0100/main', 'carrier/…/main'],
  ['a\nb\u0007', 'a?b?'],
  ['x'.repeat(100), `${'x'.repeat(79)}…`],
])('the name %j is shown as %s', (name, as) => {
  expect(shown(name)).toBe(as);
});

test('docs/doctor.md has everything that can be found, and of faults the same words', () => {
  const page = readFileSync('docs/doctor.md', 'utf8');
  for (const [code, { why, mend }] of Object.entries(ADVICE)) {
    expect(page, code).toMatch(new RegExp(`^\\| \`${code}\` \\|`, 'm'));
    expect(page, code).toContain(`| ${why} | ${mend} |`);
  }
  for (const code of GOOD) expect(page, code).toContain(`\`${code}\``);
});
