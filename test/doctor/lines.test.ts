import { expect, test } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { lineFindings } from '../../src/doctor/lines.ts';
import { bank, FIRST, faults } from './facts.ts';

const none = { profile: 'none' };
const validated = { screening: { mode: 'enforce', accept: 'validated' } };
const other = { name: 'other', numbers: [FIRST], allowedNumbers: ['+15551230001'] };
const both = (profile: string) => ({
  trunks: [
    { name: 'carrier', numbers: [FIRST] },
    { ...other, profile },
  ],
});
const WARNING =
  'warning line-no-verdict: line "first" takes validated calls only, and no trunk that counts for it has a profile';

test.each<[string, Config, readonly string[]]>([
  ['over a trunk with a profile', bank({ line: validated }), []],
  ['over a trunk without one', bank({ trunk: none, line: validated }), [WARNING]],
  [
    'by the policy of the system',
    bank({ trunk: none, rest: validated }),
    [WARNING, WARNING.replace('first', 'second')],
  ],
  [
    'that would only be noted',
    bank({ trunk: none, line: { screening: { mode: 'observe', accept: 'validated' } } }),
    [],
  ],
  ['or unsigned', bank({ trunk: none }), []],
  ['over two trunks, one with a profile', bank({ line: validated, rest: both('telnyx') }), []],
  ['over two trunks without one', bank({ line: validated, rest: both('none') }), [WARNING]],
  [
    'over the one of two trunks that counts, and has none',
    bank({ line: { ...validated, trunks: ['carrier'] }, rest: both('telnyx') }),
    [WARNING],
  ],
  [
    'over the one of two trunks that counts, and has one',
    bank({ line: { ...validated, trunks: ['other'] }, rest: both('telnyx') }),
    [],
  ],
])('a line that takes calls with a verdict only, %s', (_what, config, found) => {
  expect(faults(lineFindings(config))).toEqual(found);
});
