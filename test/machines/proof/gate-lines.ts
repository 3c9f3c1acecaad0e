// Lines that together use everything the gate can do: who is refused, sent to a desk, spared a step, or
// vouched for by another system.

import type { LinePlan, Route, StepPlan } from '../../../src/machines/line-plan.ts';
import { LABELS } from '../../../src/screening/verdict.ts';
import { ACCOUNT, BANK, BIRTH_DATE, CLOSED, CODE, MENU, POLICY } from '../lines.ts';

const UPSTREAM = { issuer: 'pbx', audience: 'tonegate', publicKey: 'a public key' };

/** Only numbers for which the carrier vouches in full. */
const strict: LinePlan = {
  ...BANK,
  name: 'strict',
  screening: { ...POLICY, accept: 'validated', minLevel: 'A' },
};

/** Decides nothing yet: neither refuses nor spares a step; what another system proved counts all the same. */
const observed: LinePlan & { readonly route: Route } = {
  ...BANK,
  name: 'observed',
  screening: { ...POLICY, mode: 'observe', accept: 'validated', minLevel: 'B' },
  upstream: UPSTREAM,
  route: {
    steps: [ACCOUNT, { ...BIRTH_DATE, droppedBy: LABELS }, CODE],
    desk: 'sensitive',
  },
};

/** Sends doubtful callers to a desk of their own; the others choose from a menu in two languages. */
const sorted: LinePlan = {
  ...MENU,
  name: 'sorted',
  locales: ['en', 'es'],
  screening: {
    ...POLICY,
    minLevel: 'B',
    levelWhenMissing: 'none',
    onReject: { desk: 'doubtful' },
    onTimeout: 'none',
  },
  upstream: UPSTREAM,
  desks: {
    ...BANK.desks,
    doubtful: {
      ...BANK.desks.sensitive,
      agent: 'doubtful-desk',
      requires: [],
      otherwise: null,
    },
  },
};

const passcode: StepPlan = {
  ...ACCOUNT,
  step: 'passcode',
  rules: { ...ACCOUNT.rules, maxLength: 4 },
};

/** Spares callers what their carrier's word makes up for: one step in the middle, one at the end. */
const spared: LinePlan & { readonly route: Route } = {
  ...BANK,
  name: 'spared',
  screening: { ...POLICY, accept: 'all', onTimeout: 'none' },
  upstream: UPSTREAM,
  route: {
    steps: [
      ACCOUNT,
      { ...BIRTH_DATE, droppedBy: ['passed-A', 'passed-B'] },
      { ...passcode, rules: { ...passcode.rules, minLength: 4 } },
      { ...CODE, droppedBy: ['passed-A', 'none'] },
    ],
    desk: 'pins',
  },
  desks: {
    ...BANK.desks,
    pins: { ...BANK.desks.sensitive, agent: 'pin-desk', requires: ['pin'] },
  },
};

/** Where a verdict may leave nothing to ask but the account. */
const brief: LinePlan = {
  ...BANK,
  name: 'brief',
  route: {
    steps: [ACCOUNT, { ...BIRTH_DATE, droppedBy: ['passed-A', 'none'] }],
    desk: 'operator-desk',
  },
};

/** Goes by another system's word alone, not by the carrier's. */
const vouched: LinePlan = {
  ...BANK,
  name: 'vouched',
  screening: { ...POLICY, mode: 'off' },
  upstream: UPSTREAM,
};

/** Closed for now, also to those who would go to a desk. */
const shut: LinePlan = { ...CLOSED, name: 'shut', screening: sorted.screening };

export const GATED = { strict, observed, sorted, spared, brief, vouched, shut };
