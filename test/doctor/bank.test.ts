import { describe, expect, test } from 'vitest';
import { accountFindings, conformanceFindings, reachFindings } from '../../src/doctor/bank.ts';
import type { AccountFacts, Exchange, Flaw, Probe } from '../../src/doctor/facts.ts';
import { faults, goods } from './facts.ts';

const PROBES: readonly Probe[] = ['token', 'lookup', 'repeat', 'reuse', 'customer', 'challenge'];
const WITH_ACCOUNT: readonly Probe[] = [
  'account',
  'account-again',
  'account-customer',
  'unknown-ref',
  'wrong-birth-date',
  'impossible-date',
  'right-birth-date',
  'wrong-passcode',
  'right-passcode',
  'sim',
  'code',
  'code-again',
  'wrong-code',
  'other-call',
];
const right = (probe: Probe): Exchange => ({ probe, flaw: null, ms: 12 });

/** A server that does everything right, but for one answer. */
function spoiled(probe: Probe, flaw: Flaw): readonly Exchange[] {
  return [...PROBES, ...WITH_ACCOUNT].map((one) =>
    one === probe ? { probe, flaw, ms: 12 } : right(one),
  );
}

test('a server that keeps the contract has nothing but good findings', () => {
  const findings = conformanceFindings(PROBES.map(right));
  expect(faults(findings)).toEqual([]);
  expect(goods(findings)).toEqual([
    'backend-token',
    'backend-lookup',
    'backend-repeat',
    'backend-repeat',
    'backend-customer',
    'backend-challenge',
    'backend-time',
  ]);
});

test('with an account too', () => {
  const findings = conformanceFindings(WITH_ACCOUNT.map(right));
  expect(faults(findings)).toEqual([]);
  expect(new Set(goods(findings))).toEqual(
    new Set([
      'backend-account',
      'backend-knowledge',
      'backend-sim',
      'backend-code',
      'backend-time',
    ]),
  );
});

describe('beside its answers', () => {
  const seen: AccountFacts = {
    isFileOpen: false,
    lookupMs: { known: 40, unknown: 30 },
    code: 'sent',
  };
  const told = (change: Partial<AccountFacts>) => accountFindings({ ...seen, ...change });

  test('the account file is for its owner', () => {
    expect(faults(told({}))).toEqual([]);
    expect(faults(told({ isFileOpen: true }))).toEqual([
      'warning account-file-open: others than its owner may read or change the account file',
    ]);
  });

  test.each([
    [40, 30],
    [340, 20],
    [1500, 0],
    [20, 1590],
    [4000, 3950],
  ])('lookups of %i and %i ms cannot be told from each other', (known, unknown) => {
    const findings = told({ lookupMs: { known, unknown } });
    expect(faults(findings)).toEqual([]);
    expect(findings[0]?.what).toBe(
      `lookups take ${known} ms for the account and ${unknown} ms for an unknown one`,
    );
  });

  test.each([
    [1700, 200],
    [200, 1700],
    [3000, 2500],
  ])('lookups of %i and %i ms can', (known, unknown) => {
    expect(faults(told({ lookupMs: { known, unknown } }))).toEqual([
      `warning backend-uneven: lookups take ${known} ms for the account and ${unknown} ms for an unknown one`,
    ]);
  });

  test.each([
    ['unasked', '--send-code'],
    ['noPhone', 'no phone'],
    ['sent', 'cannot be seen from here'],
    ['leftToUs', 'nothing was sent'],
  ] as const)('a code that is %s is told so', (code, words) => {
    const findings = told({ code, lookupMs: null });
    expect(goods(findings)).toEqual(['backend-code']);
    expect(findings[0]?.what).toContain(words);
  });

  test('a code that was not answered has been told already', () => {
    expect(told({ code: 'unanswered', lookupMs: null })).toEqual([]);
  });
});

const LOOKUP = 'error backend-answer: the lookup of an unknown account';
const CASES: readonly [string, Probe, Flaw, string][] = [
  [
    'takes any token',
    'token',
    { kind: 'accepted' },
    'error backend-token-any: a wrong bearer token is taken',
  ],
  [
    'answers a wrong token with 404',
    'token',
    { kind: 'status', status: 404 },
    'error backend-answer: a wrong bearer token is answered with status 404',
  ],
  [
    'is redirected',
    'lookup',
    { kind: 'redirect' },
    `${LOOKUP} is redirected, which is never followed`,
  ],
  [
    'answers an unknown account with 404',
    'lookup',
    { kind: 'status', status: 404 },
    `${LOOKUP} is answered with status 404`,
  ],
  [
    'takes too long',
    'lookup',
    { kind: 'late' },
    `${LOOKUP} gets no whole answer within backend.timeoutSeconds`,
  ],
  [
    'answers HTML',
    'lookup',
    { kind: 'content-type' },
    `${LOOKUP} gets an answer that is not marked application/json`,
  ],
  ['answers a book', 'lookup', { kind: 'too-long' }, `${LOOKUP} gets an answer longer than 64 KiB`],
  ['answers garbage', 'lookup', { kind: 'not-json' }, `${LOOKUP} gets an answer that is not JSON`],
  [
    'answers something else',
    'lookup',
    { kind: 'schema' },
    `${LOOKUP} gets an answer that does not fit its schema`,
  ],
  [
    'cuts the line once',
    'customer',
    { kind: 'no-connection', code: 'UND_ERR_SOCKET' },
    'error backend-answer: the lookup of an unknown customer gets no answer (UND_ERR_SOCKET)',
  ],
  [
    'answers a repeated request anew',
    'repeat',
    { kind: 'differs' },
    'error backend-answer: the same request with the same Idempotency-Key gets another answer than the first time',
  ],
  [
    'does two things under one key',
    'reuse',
    { kind: 'accepted' },
    'warning backend-key-reused: another request with a used Idempotency-Key is taken',
  ],
  [
    'accepts any code',
    'challenge',
    { kind: 'accepted' },
    'error backend-accepts: a code for an unknown challenge is taken',
  ],
  [
    'does not have the account',
    'account',
    { kind: 'unknown' },
    'error backend-no-account: the lookup of the account finds none',
  ],
  [
    'puts the number into the ref',
    'account',
    { kind: 'tells' },
    'error backend-ref-tells: the lookup of the account gets a ref that holds what was asked for',
  ],
  [
    'gives another ref each time',
    'account-again',
    { kind: 'differs' },
    'error backend-ref-moves: a second lookup of the account gets another answer than the first time',
  ],
  [
    'knows the customer by another ref',
    'account-customer',
    { kind: 'differs' },
    'error backend-ref-moves: the lookup of its customer gets another answer than the first time',
  ],
  [
    'accepts for any ref',
    'unknown-ref',
    { kind: 'accepted' },
    'error backend-accepts: a question about an unknown ref is taken',
  ],
  [
    'says of an unknown ref that the date is wrong',
    'unknown-ref',
    { kind: 'status', status: 200 },
    'error backend-answer: a question about an unknown ref is answered with status 200',
  ],
  [
    'accepts any date',
    'wrong-birth-date',
    { kind: 'accepted' },
    'error backend-accepts: a wrong birth date is taken',
  ],
  [
    'fails at a date that never was',
    'impossible-date',
    { kind: 'status', status: 500 },
    'error backend-answer: a birth date that never was is answered with status 500',
  ],
  [
    'compares dates otherwise',
    'right-birth-date',
    { kind: 'refused' },
    'error backend-refuses: the right birth date is not accepted',
  ],
  [
    'refuses the right passcode',
    'right-passcode',
    { kind: 'refused' },
    'error backend-refuses: the right passcode is not accepted',
  ],
  [
    'has no SIM data',
    'sim',
    { kind: 'status', status: 503 },
    'error backend-answer: the question for a SIM change is answered with status 503',
  ],
  [
    'sends two messages',
    'code-again',
    { kind: 'differs' },
    'error backend-code-twice: the same wish with the same Idempotency-Key gets another answer than the first time',
  ],
  [
    'takes any code',
    'wrong-code',
    { kind: 'accepted' },
    'error backend-accepts: a wrong code is taken',
  ],
];

describe('a server that', () => {
  test.each(CASES)('%s', (_what, probe, flaw, found) => {
    expect(faults(conformanceFindings(spoiled(probe, flaw)))).toEqual([found]);
  });

  test('keeps callers waiting', () => {
    const slow = PROBES.map((probe) => ({ ...right(probe), ms: probe === 'lookup' ? 1400.4 : 3 }));
    expect(faults(conformanceFindings(slow))).toEqual([
      'warning backend-slow: the slowest answer took 1400 ms',
    ]);
  });

  test('is not there', () => {
    const flaw: Flaw = { kind: 'no-connection', code: 'ECONNREFUSED' };
    const found = [
      "error backend-unreachable: the customer's server gives no answer (ECONNREFUSED)",
    ];
    expect(faults(conformanceFindings([{ probe: 'token', flaw, ms: 1 }]))).toEqual(found);
    expect(faults(reachFindings({ code: 'ECONNREFUSED' }))).toEqual(found);
  });
});
