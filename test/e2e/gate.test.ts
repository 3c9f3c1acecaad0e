// Screening before the answer, over the real bridge: the same words of a carrier to a strict line and to a
// lenient one, side by side.

import { beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import {
  ANSWERED,
  dialogue,
  LINES,
  leftBehind,
  REASON,
  REFUSED,
  recordsOf,
  ringAll,
  verstat,
} from './gate.ts';
import type { Phone } from './kit/phone.ts';

/** The calling number of every call here; no other test calls from it. */
const CALLER = '+15550134777';
const SOURCE = 'x-twilio-verstat';

type Told = Partial<CallRecord['screening']>;

const passed = (level: string, diverted = false) =>
  ({ verdict: 'passed', level, diverted, source: SOURCE }) as Told;
const error: Told = { verdict: 'error', level: null, source: SOURCE };

/**
 * What comes with the INVITE, what it means, and by which rule each line decides. Measured (livekit-sip v1.8.0):
 * `lk.sip.GetRemoteHeaders` gives the last of repeated headers, but every spelling of a name for itself; the
 * trunk's mapping gives the first, however it is spelled. A folded value comes in one line, blanks around it are
 * gone, and of an empty header the mapping says nothing.
 */
const VERDICTS: readonly [
  told: string,
  headers: string[],
  Told,
  strict: string,
  lenient: string,
][] = [
  ['passed with A', verstat('Passed-A'), passed('A'), 'passed', 'passed'],
  ['passed with B', verstat('Passed-B'), passed('B'), 'below-level', 'passed'],
  [
    'passed with A, and forwarded',
    verstat('Passed-A-Diverted'),
    passed('A', true),
    'passed',
    'passed',
  ],
  [
    'failed with A',
    verstat('Failed-A'),
    { verdict: 'failed', level: 'A', source: SOURCE },
    'failed',
    'failed',
  ],
  ['not valid at all', ['X-Twilio-VerStat: No-TN-Validation'], error, 'error', 'error'],
  ['nothing', [], { verdict: 'none', level: null, source: 'none' }, 'not-passed', 'none'],
  [
    'passed, and no level',
    verstat('Passed'),
    { verdict: 'passed', level: null, source: SOURCE },
    'below-level',
    'passed',
  ],
  ['one thing first and another last', verstat('Passed-A', 'Failed-A'), error, 'error', 'error'],
  ['one thing twice', verstat('Passed-A', 'Passed-A'), passed('A'), 'passed', 'passed'],
  [
    'two things under names of different case',
    [...verstat('Passed-A'), 'x-twilio-verstat: TN-Validation-Passed-B'],
    error,
    'error',
    'error',
  ],
  [
    'three things, the first and the last the same, under a name of another case between',
    [...verstat('Passed-A'), 'x-Twilio-VerStat: TN-Validation-Failed-A', ...verstat('Passed-A')],
    error,
    'error',
    'error',
  ],
  [
    'passed, in lower case',
    ['x-twilio-verstat: tn-validation-passed-a'],
    passed('A'),
    'passed',
    'passed',
  ],
  [
    'passed, on a line of its own',
    ['X-Twilio-VerStat:\r\n TN-Validation-Passed-A'],
    passed('A'),
    'passed',
    'passed',
  ],
  [
    'two words in one header',
    ['X-Twilio-VerStat: TN-Validation-Passed-A, TN-Validation-Passed-A'],
    error,
    'error',
    'error',
  ],
  [
    'passed, beside a very long header',
    [...verstat('Passed-A'), `X-Other: ${'a'.repeat(20_000)}`],
    passed('A'),
    'passed',
    'passed',
  ],
  ['a word that nobody knows', verstat('Passed-A+'), error, 'error', 'error'],
  ['an empty word', ['X-Twilio-VerStat: '], error, 'error', 'error'],
];

describe('a carrier that says', () => {
  let phones: Phone[];
  let records: CallRecord[];
  beforeAll(async () => {
    phones = await ringAll(
      VERDICTS.flatMap(([, headers]) => [
        [LINES.strict, { from: CALLER, headers }],
        [LINES.lenient, { from: CALLER, headers }],
      ]),
    );
    records = await recordsOf(phones);
  });

  describe.each([
    ['strict', 0],
    ['bank', 1],
  ])('to line "%s"', (line, nth) => {
    test.each(VERDICTS.map((verdict, i) => [...verdict, i] as const))(
      '%s',
      (_, __, told, strict, lenient, i) => {
        const rule = nth === 0 ? strict : lenient;
        const isTaken = rule === 'passed' || rule === 'none';
        const phone = phones[2 * i + nth];
        if (phone === undefined) throw new Error('this call was not made');
        expect(dialogue(phone)).toEqual(isTaken ? ANSWERED : REFUSED);
        expect(phone.reason).toBe(isTaken ? null : REASON);
        expect(records[2 * i + nth]).toMatchObject({
          line,
          screening: { ...told, action: isTaken ? 'accept' : 'refuse', wouldBe: null, rule },
          answeredAt: isTaken ? expect.any(String) : null,
          auth: 'none',
          handoff: null,
          ending: { result: 'caller', reason: isTaken ? 'hung-up' : 'screened-out' },
        });
      },
    );
  });
});

test('nothing of a header or a calling number is left in the log or in a record', async () => {
  expect(await leftBehind()).not.toMatch(/TN-Validation|15550134777/i);
});
