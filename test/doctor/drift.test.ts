import { expect, test } from 'vitest';
import { driftFindings } from '../../src/doctor/drift.ts';
import type { Drift } from '../../src/doctor/facts.ts';
import { faults } from './facts.ts';

const CASES: readonly [string, Partial<Drift>, readonly string[]][] = [
  ['as wanted', {}, []],
  [
    'that is missing',
    { action: 'create', fields: ['numbers'] },
    ['error trunk-missing: trunk "carrier" is not at LiveKit'],
  ],
  [
    'that is missing, a rule',
    { action: 'create', what: 'rule' },
    ['error rule-missing: rule "carrier" is not at LiveKit'],
  ],
  [
    'that is otherwise',
    { action: 'change', fields: ['numbers', 'headers to attributes', 'password'] },
    ['error trunk-differs: trunk "carrier" is otherwise at LiveKit in: numbers and password'],
  ],
  [
    'that is otherwise, a rule',
    { action: 'change', what: 'rule', fields: ['PIN'] },
    ['error rule-differs: rule "carrier" is otherwise at LiveKit in: PIN'],
  ],
  [
    'that is otherwise in its mapping, which has a finding of its own',
    { action: 'change', fields: ['headers to attributes'] },
    [],
  ],
  [
    'that is left over',
    { action: 'remove' },
    ['warning leftover: trunk "carrier" is at LiveKit and not in the configuration'],
  ],
];

test.each(CASES)('something provisioned %s', (_what, change, found) => {
  const drift: Drift = { what: 'trunk', name: 'carrier', action: 'unchanged', fields: [] };
  expect(faults(driftFindings([{ ...drift, ...change }]))).toEqual(found);
});
