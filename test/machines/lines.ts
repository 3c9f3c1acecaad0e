// Lines to try the charts on, as the configuration would make them.

import type { EntryRules } from '../../src/machines/collect-digits.machine.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';

export const RULES: EntryRules = {
  minLength: 4,
  maxLength: 4,
  terminator: 'optional',
  bargeIn: true,
  typeAhead: true,
  firstKeyMs: 8000,
  nextKeyMs: 4000,
  entryMs: 40_000,
};

export const KNOWN = { ref: 'ref-1', otp: { available: true, to: '01' } } as const;

/** A line with all there is: account, birth date, code; a desk behind a door; an operator. */
export const BANK: LinePlan = {
  name: 'bank',
  steps: [
    { step: 'account', tries: 3, rules: { ...RULES, minLength: 8, maxLength: 8 } },
    { step: 'birthDate', order: 'MDY', tries: 3, rules: { ...RULES, minLength: 8, maxLength: 8 } },
    {
      step: 'oneTimeCode',
      tries: 3,
      sends: 3,
      resendMs: 30_000,
      simChangeHours: 72,
      rules: { ...RULES, minLength: 6, maxLength: 6 },
    },
  ],
  desk: 'sensitive',
  operator: 'operator',
  desks: {
    sensitive: {
      kind: 'agent',
      agent: 'sensitive-desk',
      joinWithinMs: 10_000,
      requires: ['otp'],
      otherwise: 'operator',
    },
    operator: {
      kind: 'transfer',
      target: 'tel:+15105550199',
      ringMs: 25_000,
      requires: [],
      otherwise: 'operator-desk',
    },
    'operator-desk': {
      kind: 'agent',
      agent: 'operator-desk',
      joinWithinMs: 10_000,
      requires: [],
      otherwise: null,
    },
  },
  backendMs: 8000,
  maxCallMs: 900_000,
};

/** A line with a passcode and nobody to help. */
export const SELF_SERVICE: LinePlan = {
  ...BANK,
  name: 'self-service',
  steps: [
    { step: 'account', tries: 3, rules: { ...RULES, minLength: 6, maxLength: 10 } },
    { step: 'passcode', tries: 2, rules: RULES },
  ],
  desk: 'vault',
  operator: null,
  desks: {
    vault: {
      kind: 'agent',
      agent: 'vault-desk',
      joinWithinMs: 10_000,
      requires: ['pin'],
      otherwise: null,
    },
  },
};

/** A line that only asks who is calling. */
export const FRONT_DESK: LinePlan = {
  ...BANK,
  name: 'frontdesk',
  steps: BANK.steps.slice(0, 1),
  desk: 'operator-desk',
};
