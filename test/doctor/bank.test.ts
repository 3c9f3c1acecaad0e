import { describe, expect, test } from 'vitest';
import { conformanceFindings, reachFindings } from '../../src/doctor/bank.ts';
import type { Exchange, Flaw, Probe } from '../../src/doctor/facts.ts';
import { faults, goods } from './facts.ts';

const PROBES: readonly Probe[] = ['token', 'lookup', 'repeat', 'reuse', 'customer', 'challenge'];
const right = (probe: Probe): Exchange => ({ probe, flaw: null, ms: 12 });

/** A server that does everything right, but for one answer. */
function spoiled(probe: Probe, flaw: Flaw): readonly Exchange[] {
  return PROBES.map((one) => (one === probe ? { probe, flaw, ms: 12 } : right(one)));
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
    'error backend-answer: a code for an unknown challenge is taken',
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
