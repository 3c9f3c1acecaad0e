// Lines that together use everything the charts can do: what the storms call.

import type { LinePlan, MenuChoice, StepPlan } from '../../../src/machines/line-plan.ts';
import { ACCOUNT, BANK, BIRTH_DATE, CLOSED, CODE, RULES } from '../lines.ts';
import { GATED } from './gate-lines.ts';

/** What a bank can ask of an account number: check digits, read back, its prompt heard to the end. */
const carefulAccount: StepPlan = {
  ...ACCOUNT,
  check: { kind: 'luhn' },
  readBack: true,
  rules: { ...RULES, minLength: 6, maxLength: 10, bargeIn: false },
};
const birthDate: StepPlan = { ...BIRTH_DATE, step: 'birthDate', order: null, readBack: true };
const passcode: StepPlan = {
  ...ACCOUNT,
  step: 'passcode',
  tries: 2,
  rules: { ...RULES, terminator: 'required', typeAhead: false },
};

/** A passcode and nobody to help; a second desk that needs what no caller of this line can prove. */
const selfService: LinePlan = {
  ...BANK,
  name: 'self-service',
  route: { steps: [carefulAccount, passcode], desk: 'vault' },
  operator: null,
  desks: {
    vault: { ...BANK.desks.sensitive, agent: 'vault-desk', requires: ['pin'], otherwise: 'codes' },
    codes: { ...BANK.desks.sensitive, agent: 'code-desk', requires: ['otp'], otherwise: null },
  },
};

/** Two languages, a notice and a menu, all before the first step. */
const bilingual: LinePlan & { readonly route: readonly MenuChoice[] } = {
  ...BANK,
  name: 'bilingual',
  locales: ['en', 'es'],
  notice: 'recording-notice',
  route: [
    {
      key: '1',
      prompt: 'menu-account',
      steps: [ACCOUNT, birthDate, passcode],
      desk: 'pins',
    },
    { key: '2', prompt: 'own/branches', steps: [], desk: 'operator-desk' },
    { key: '3', prompt: 'menu-other', steps: [carefulAccount, CODE], desk: 'sensitive' },
  ],
  desks: {
    ...BANK.desks,
    pins: { ...BANK.desks.sensitive, agent: 'pin-desk', requires: ['pin', 'kba'] },
  },
};

/** A menu in one language, for which nobody can help; a code that is read back. */
const alone: LinePlan = {
  ...bilingual,
  name: 'alone',
  locales: ['en'],
  route: bilingual.route.map((choice) => ({
    ...choice,
    steps: choice.steps.map((step) => (step === CODE ? { ...CODE, readBack: true } : step)),
  })),
  operator: null,
};

/** Only who is calling; the operator is a telephone, with nobody after it. */
const frontDesk: LinePlan = {
  ...BANK,
  name: 'frontdesk',
  route: { steps: [ACCOUNT], desk: 'operator-desk' },
  desks: { ...BANK.desks, operator: { ...BANK.desks.operator, otherwise: null } },
};

/** A desk that nobody calls; and then one telephone after the other. */
const watched = {
  ...BANK,
  name: 'watched',
  route: { steps: [ACCOUNT], desk: 'watcher' },
  desks: {
    watcher: { kind: 'attributes', joinWithinMs: 30_000, requires: [], otherwise: 'branch' },
    branch: { ...BANK.desks.operator, target: 'sip:branch@bank.example', otherwise: 'operator' },
    operator: { ...BANK.desks.operator, otherwise: null },
  },
} as const satisfies LinePlan;

export const LINES = {
  ...{ bank: BANK, selfService, bilingual, alone, frontDesk, watched, closed: CLOSED },
  ...GATED,
};
