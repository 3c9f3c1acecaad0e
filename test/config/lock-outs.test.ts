import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { linePlans, lockOutPolicy } from '../../src/config/line-plans.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { IvrFault } from '../../src/ivr/fault.ts';

/** The demo, without a word of its own on this. */
const demo = (await readFile('tonegate.yaml', 'utf8')).replaceAll(/^(sms|lockout): .*\n/gm, '');

const configured = (lines: string) => parseConfig(`${demo}\n${lines}\n`, 'x.yaml');

function faultsOf(lines: string): string {
  try {
    configured(lines);
    return '';
  } catch (error) {
    return (error as IvrFault).message;
  }
}

test('accounts are locked as the documentation says where nobody says anything', () => {
  expect(lockOutPolicy(configured(''))).toEqual({
    softAfter: 5,
    softMs: 30_000,
    softLongestMs: 3_600_000,
    hardAfter: 15,
    hardMs: 24 * 3_600_000,
  });
});

test('accounts are locked as the file says', () => {
  const config = configured(
    'lockout: { softAfter: 3, softSeconds: [10, 20], hardAfter: 4, hardHours: 1 }',
  );
  expect(lockOutPolicy(config)).toEqual({
    softAfter: 3,
    softMs: 10_000,
    softLongestMs: 20_000,
    hardAfter: 4,
    hardMs: 3_600_000,
  });
});

test.each([
  ['lockout: { softAfter: 2 }', /lockout\.softAfter: /],
  ['lockout: { softAfter: 20 }', /lockout\.hardAfter: must not be less than softAfter/],
  ['lockout: { softSeconds: [60, 30] }', /lockout\.softSeconds: the first wait is longer/],
  ['lockout: { softSeconds: 30 }', /lockout\.softSeconds: /],
  ['lockout: { hardAfter: 101 }', /lockout\.hardAfter: /],
  ['lockout: { hardHours: 0 }', /lockout\.hardHours: /],
  ['lockout: { forEver: true }', /lockout: .*forEver/],
  ['sms: {}', /sms\.webhook: /],
  ['sms: { webhook: "ftp://sms.example/" }', /sms\.webhook: use an http:\/\/ or https:\/\/ URL/],
  ['sms: { webhook: "https://me:pass@sms.example/" }', /sms\.webhook: leave out user, password/],
])('%s is refused with its place', (lines, fault) => {
  expect(faultsOf(lines)).toMatch(fault);
});

test('a code of ours is good for five minutes, unless its step says so, and never over ten', () => {
  const lifeOf = (step: string) => {
    const source = demo.replace('{ step: oneTimeCode, length: 6 }', step);
    const plan = linePlans(
      parseConfig(source, 'x'),
      () => new Set(),
      () => null,
    )('+15105550100');
    const steps = plan && 'steps' in plan.route ? plan.route.steps : [];
    return steps.flatMap((one) => (one.step === 'oneTimeCode' ? [one.ttlMs] : []));
  };
  expect(lifeOf('oneTimeCode')).toEqual([300_000]);
  expect(lifeOf('{ step: oneTimeCode, ttlSeconds: 600 }')).toEqual([600_000]);
  expect(() => lifeOf('{ step: oneTimeCode, ttlSeconds: 601 }')).toThrow(/ttlSeconds/);
});
