// Lines to try the charts on, as the configuration would make them.

import type { EntryRules } from '../../src/machines/collect-digits.machine.ts';
import type { CodeStep, KnowledgeStep, LinePlan } from '../../src/machines/line-plan.ts';
import type { SendResult } from '../../src/machines/one-time-code.machine.ts';
import type { AccountHandle } from '../../src/machines/verify-entry.machine.ts';
import type { Policy } from '../../src/screening/policy.ts';

export const RULES: EntryRules = {
  minLength: 4,
  maxLength: 4,
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
};

/** What a step does with an entry unless it says otherwise. */
const PLAIN = { tries: 3, check: { kind: 'none' }, readBack: false, droppedBy: [] } as const;

/** The day on which the calls of the tests take place. */
export const TODAY = '2026-11-20';

export const KNOWN = {
  ref: 'ref-1',
  otp: { available: true, to: '01' },
  tally: 'ref-1',
} as const satisfies AccountHandle;

/** Made up for an account number that nobody has. */
export const NOBODY = {
  ref: null,
  otp: { available: true, to: '47' },
  tally: '?8c1f',
} as const satisfies AccountHandle;

/** A code was sent. */
export const SENT = {
  kind: 'sent',
  challenge: { by: 'backend', id: 'challenge-1' },
} as const satisfies SendResult;

/** How long answers are held back, where they are: between the first second and the second one. */
export const FLOOR_MS = 1600;

export const ACCOUNT: KnowledgeStep = {
  step: 'account',
  ...PLAIN,
  rules: { ...RULES, minLength: 8, maxLength: 8 },
};
export const BIRTH_DATE: KnowledgeStep = {
  step: 'birthDate',
  order: 'MDY',
  ...PLAIN,
  rules: { ...RULES, minLength: 8, maxLength: 8 },
};
export const CODE: CodeStep = {
  step: 'oneTimeCode',
  ...PLAIN,
  sends: 3,
  resendMs: 30_000,
  ttlMs: 300_000,
  simChangeHours: 72,
  rules: { ...RULES, minLength: 6, maxLength: 6 },
};

/** The policy of a system that says nothing about it. */
export const POLICY: Policy = {
  mode: 'enforce',
  accept: 'not-failed',
  minLevel: 'C',
  levelWhenMissing: 'C',
  onReject: 'refuse',
  onTimeout: 'error',
  reason: 'SIP;cause=608;text="Rejected"',
};

/** A line with all there is to prove: account, birth date, code; a desk behind a door; an operator. */
export const BANK = {
  name: 'bank',
  screening: POLICY,
  trunks: [{ name: 'bank-trunk', profile: 'twilio' }],
  upstream: null,
  locales: ['en'],
  notice: null,
  closed: null,
  route: { steps: [ACCOUNT, BIRTH_DATE, CODE], desk: 'sensitive' },
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
  sendingMs: 16_000,
  maxCallMs: 300_000,
} as const satisfies LinePlan;

/** A line with a passcode and nobody to help. */
export const SELF_SERVICE: LinePlan = {
  ...BANK,
  name: 'self-service',
  route: {
    steps: [
      { ...ACCOUNT, rules: { ...RULES, minLength: 6, maxLength: 10 } },
      { step: 'passcode', ...PLAIN, tries: 2, rules: RULES },
    ],
    desk: 'vault',
  },
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
  route: { steps: [ACCOUNT], desk: 'operator-desk' },
};

/** A line in two languages that reads entries back, in dates as each language writes them. */
export const BILINGUAL: LinePlan = {
  ...BANK,
  name: 'bilingual',
  locales: ['en', 'es'],
  notice: 'recording-notice',
  route: {
    steps: [
      { ...ACCOUNT, check: { kind: 'luhn' }, readBack: true },
      { ...BIRTH_DATE, order: null, readBack: true },
      CODE,
    ],
    desk: 'sensitive',
  },
};

/** A line that lets callers choose: verified service, a general desk, an operator. */
export const MENU: LinePlan = {
  ...BANK,
  name: 'menu',
  route: [
    { key: '1', prompt: 'menu-account', steps: [ACCOUNT, CODE], desk: 'sensitive' },
    { key: '2', prompt: 'own/menu-2', steps: [ACCOUNT], desk: 'operator-desk' },
    { key: '9', prompt: 'menu-operator', steps: [], desk: 'operator' },
  ],
};

/** A line that is closed for now. */
export const CLOSED: LinePlan = { ...BILINGUAL, name: 'closed', closed: 'closed-for-now' };
