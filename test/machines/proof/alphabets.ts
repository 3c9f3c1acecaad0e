// How the charts that deal with keys may be started, and what may be answered in them: the alphabets that
// their paths are made from.

import type { ChoiceInput, ChoiceResult } from '../../../src/machines/choice.machine.ts';
import type { Collected, CollectInput } from '../../../src/machines/collect-digits.machine.ts';
import { Secret } from '../../../src/machines/secret.ts';
import type { StepInput } from '../../../src/machines/step.machine.ts';
import type { Subject, VerifyEntryInput } from '../../../src/machines/verify-entry.machine.ts';
import { ACCOUNT, FLOOR_MS, KNOWN, NOBODY, RULES, SENT, TODAY } from '../lines.ts';
import type { Payloads, Trial } from './paths.ts';

/** Nobody's account, and yet to the ear the same as the known one. */
export const STRANGER = { ...NOBODY, otp: KNOWN.otp };

export const outputs = (...results: readonly unknown[]) => results.map((output) => ({ output }));
/** The results of a chart below, by their kind. */
export const kinds = (names: string, more: object = {}) =>
  outputs(...names.split(' ').map((kind) => ({ kind, ...more })));

const two: CollectInput = {
  prompt: ['enter-account'],
  rules: { ...RULES, minLength: 2, maxLength: 2 },
  commands: { '0': 'operator' },
  fresh: false,
  again: false,
};
const withRules = (rules: Partial<CollectInput['rules']>): CollectInput => ({
  ...two,
  rules: { ...two.rules, ...rules },
});
const five = { digit: Secret.of('5'), sinceLastMs: 300 };
const looks = outputs([], ['agent']);
const isShort: Trial['isBounded'] = ({ context }, { type }) =>
  type !== 'digit.pressed' || context.entry.length < 3;

export const collectDigits: Trial = {
  inputs: [
    two,
    { ...two, fresh: true },
    { ...two, fresh: true, again: true },
    withRules({ bargeIn: false, typeAhead: false }),
    withRules({ minLength: 1, terminator: 'none' }),
    withRules({ minLength: 1, terminator: 'required' }),
  ],
  payloads: {
    'digit.pressed': [
      five,
      { ...five, digit: Secret.of('0') },
      { ...five, sinceLastMs: 10 },
      { ...five, sinceLastMs: 3000 },
    ],
    'star.pressed': [{ sinceLastMs: 300 }],
    'pound.pressed': [10, 300, 1500, 3000].map((sinceLastMs) => ({ sinceLastMs })),
    'xstate.done.actor.findStrangers': looks,
  },
  isBounded: isShort,
  simple: {
    inputs: [withRules({ promptRepeats: 1 })],
    payloads: {
      'digit.pressed': [five, { ...five, sinceLastMs: 10 }],
      'star.pressed': [{ sinceLastMs: 300 }],
      'pound.pressed': [300, 3000].map((sinceLastMs) => ({ sinceLastMs })),
      'xstate.done.actor.findStrangers': looks,
    },
    isBounded: isShort,
  },
};

export const roomWatch: Trial = {
  inputs: [{}],
  payloads: { 'xstate.done.actor.findStrangers': looks },
  simple: { isBounded: () => true },
};

const results: readonly Collected[] = [
  { kind: 'entered', entry: Secret.of('1234') },
  { kind: 'command', command: 'operator' },
  { kind: 'command', command: 'resend' },
  { kind: 'noInput', hasPressed: false },
  { kind: 'noInput', hasPressed: true },
  { kind: 'tooShort' },
  { kind: 'tooLong' },
  { kind: 'doubtful' },
  { kind: 'stranger' },
  { kind: 'faulted' },
];

const chooseInput: ChoiceInput = {
  opening: ['welcome'],
  prompt: ['confirm-entry'],
  choices: { '1': 'accept', '2': 'reenter' },
  fresh: false,
  hasPressed: false,
};
export const choice: Trial = {
  inputs: [chooseInput, { ...chooseInput, fresh: true, hasPressed: true }],
  payloads: { 'xstate.done.actor.collectDigits': outputs(...results) },
  simple: {
    inputs: [chooseInput],
    payloads: { 'xstate.done.actor.collectDigits': outputs(...results) },
  },
};

const stepInput: StepInput = {
  plan: ACCOUNT,
  subject: { step: 'account' },
  prompt: ['enter-account'],
  commands: { '0': 'operator' },
  locale: 'en',
  today: TODAY,
  tried: 0,
  fresh: false,
  hasPressed: false,
  concealsUnknown: false,
  verdictMs: 8000,
  floorMs: 0,
};
const stepPayloads: Payloads = {
  'xstate.done.actor.collectDigits': outputs(...results),
  'xstate.done.actor.verifyEntry': ({ context: { tried } }) => [
    ...kinds('accepted', { tried: tried + 1, account: KNOWN }),
    ...kinds('unknown', { tried: tried + 1, account: STRANGER }),
    ...kinds('rejected lockedOut unavailable storeLost', { tried: tried + 1, account: null }),
    ...kinds('noSuchDate mistyped reentered unconfirmed operator stranger faulted', {
      tried,
      account: null,
    }),
  ],
};
export const step: Trial = {
  inputs: [
    stepInput,
    {
      ...stepInput,
      concealsUnknown: true,
      floorMs: FLOOR_MS,
      plan: { ...ACCOUNT, tries: 2 },
    },
    ...[KNOWN, STRANGER].map(
      (account): StepInput => ({
        ...stepInput,
        subject: { step: 'passcode', account },
        plan: { ...ACCOUNT, step: 'passcode', tries: 2 },
      }),
    ),
  ],
  payloads: stepPayloads,
  simple: {
    inputs: [{ ...stepInput, plan: { ...ACCOUNT, tries: 2 } }],
    payloads: stepPayloads,
  },
};

const verifyInput: VerifyEntryInput = {
  entry: Secret.of('12345674'),
  subject: { step: 'account' },
  check: { kind: 'luhn' },
  readBack: false,
  commands: { '0': 'operator', '9': 'resend' },
  locale: 'en',
  today: TODAY,
  tried: 0,
  verdictMs: 8000,
  floorMs: FLOOR_MS,
};
const passcode: VerifyEntryInput = {
  ...verifyInput,
  subject: { step: 'passcode', account: KNOWN },
  check: { kind: 'none' },
};
const code: VerifyEntryInput = {
  ...passcode,
  subject: { step: 'oneTimeCode', account: KNOWN, challenge: SENT.challenge },
};
const birthDate: VerifyEntryInput = {
  ...verifyInput,
  subject: { step: 'birthDate', account: KNOWN, order: 'MDY' },
  check: { kind: 'none' },
};
const date = (keys: string): VerifyEntryInput => ({ ...birthDate, entry: Secret.of(keys) });
const verifyPayloads: Payloads = {
  'xstate.done.actor.choice': outputs(
    ...['accept', 'reenter', 'operator'].map(
      (name): ChoiceResult => ({ kind: 'chosen', choice: name, lastCause: null }),
    ),
    ...(['noInput', 'tooManyTries', 'stranger', 'faulted'] as const).map(
      (kind): ChoiceResult => ({ kind, choice: null, lastCause: 'noInput' }),
    ),
  ),
  'xstate.done.actor.checkEntry': [
    ...kinds('accepted unknown', { account: KNOWN }),
    ...kinds('accepted unknown', { account: STRANGER }),
    ...kinds('accepted rejected lockedOut unavailable storeLost'),
  ],
};
const verifyInputs: readonly VerifyEntryInput[] = [
  verifyInput,
  { ...verifyInput, floorMs: 0 },
  passcode,
  { ...passcode, subject: { step: 'passcode', account: STRANGER } },
  code,
  { ...code, subject: { ...code.subject, account: STRANGER } as Subject },
  { ...code, subject: { ...code.subject, challenge: { by: 'decoy' } } as Subject },
  { ...verifyInput, readBack: true },
  { ...verifyInput, entry: Secret.of('12345678') },
  { ...date('03141979'), readBack: true },
  date('02301979'),
  date('01012099'),
];
export const verifyEntry: Trial = {
  inputs: verifyInputs,
  payloads: verifyPayloads,
  simple: { inputs: verifyInputs, payloads: verifyPayloads },
};
