// All five charts, explored: how each may be started, and what may be answered in it.

import { callMachine } from '../../src/machines/call.machine.ts';
import type { Collected, CollectInput } from '../../src/machines/collect-digits.machine.ts';
import { collectDigitsMachine } from '../../src/machines/collect-digits.machine.ts';
import { type HandOffInput, handOffMachine } from '../../src/machines/hand-off.machine.ts';
import {
  type OneTimeCodeInput,
  oneTimeCodeMachine,
} from '../../src/machines/one-time-code.machine.ts';
import { Secret } from '../../src/machines/secret.ts';
import { type StepInput, stepMachine } from '../../src/machines/step.machine.ts';
import { BANK, FRONT_DESK, KNOWN, RULES, SELF_SERVICE } from './lines.ts';
import { explore } from './paths.ts';

const collectInput: CollectInput = {
  prompt: ['enter-account'],
  rules: { ...RULES, minLength: 2, maxLength: 2 },
  commands: { '0': 'operator' },
  fresh: false,
};

export const collectDigits = explore({
  machine: collectDigitsMachine,
  inputs: [
    collectInput,
    { ...collectInput, fresh: true },
    { ...collectInput, rules: { ...collectInput.rules, bargeIn: false } },
    { ...collectInput, rules: { ...collectInput.rules, minLength: 1, terminator: 'none' } },
    { ...collectInput, rules: { ...collectInput.rules, minLength: 1, terminator: 'required' } },
  ] satisfies CollectInput[],
  payloads: {
    'digit.pressed': [
      { digit: Secret.of('5'), sinceLastMs: 300 },
      { digit: Secret.of('0'), sinceLastMs: 300 },
      { digit: Secret.of('5'), sinceLastMs: 10 },
    ],
    'star.pressed': [{ sinceLastMs: 300 }],
    'pound.pressed': [{ sinceLastMs: 10 }, { sinceLastMs: 300 }, { sinceLastMs: 3000 }],
  },
  isBounded: ({ context }, { type }) => type !== 'digit.pressed' || context.entry.length < 3,
});

const results: readonly Collected[] = [
  { kind: 'entered', entry: Secret.of('1234') },
  { kind: 'command', command: 'operator' },
  { kind: 'command', command: 'resend' },
  { kind: 'noInput', hasPressed: false },
  { kind: 'noInput', hasPressed: true },
  { kind: 'tooShort' },
  { kind: 'tooLong' },
  { kind: 'doubtful' },
];

const stepInput: StepInput = {
  plan: { step: 'account', tries: 3, rules: RULES },
  subject: { step: 'account' },
  prompt: ['enter-account'],
  commands: { '0': 'operator' },
  tried: 0,
  fresh: false,
  hasPressed: false,
  concealsUnknown: false,
  verdictMs: 8000,
};

export const step = explore({
  machine: stepMachine,
  inputs: [stepInput, { ...stepInput, concealsUnknown: true }] satisfies StepInput[],
  payloads: {
    'xstate.done.actor.collectDigits': results.map((output) => ({ output })),
    'xstate.done.actor.checkEntry': [
      { output: { kind: 'accepted', account: KNOWN } },
      { output: { kind: 'accepted' } },
      { output: { kind: 'unknown' } },
      { output: { kind: 'rejected' } },
      { output: { kind: 'unavailable' } },
    ],
  },
});

const codeInput: OneTimeCodeInput = {
  plan: BANK.steps[2] as OneTimeCodeInput['plan'],
  account: KNOWN,
  commands: { '0': 'operator' },
  verdictMs: 8000,
};

const stepResults = (kinds: readonly string[], account: unknown) =>
  kinds.map((kind) => ({ output: { kind, tried: 1, account } }));

export const oneTimeCode = explore({
  machine: oneTimeCodeMachine,
  inputs: [
    codeInput,
    { ...codeInput, account: { ref: null, otp: { available: false, to: null } } },
  ] satisfies OneTimeCodeInput[],
  payloads: {
    'xstate.done.actor.simChangedWithinHours': [{ output: null }, { output: 1 }, { output: 100 }],
    'xstate.done.actor.sendCode': [{ output: 'challenge-1' }],
    'xstate.done.actor.step': stepResults(
      ['accepted', 'tooManyTries', 'unavailable', 'operator', 'faulted', 'resend'],
      null,
    ),
  },
});

const handOffInput: HandOffInput = {
  desk: 'sensitive',
  desks: BANK.desks,
  comfort: ['connecting'],
  proof: { auth: 'verified', amr: ['otp', 'sms'], ref: 'ref-1' },
};

export const handOff = explore({
  machine: handOffMachine,
  inputs: [
    handOffInput,
    { ...handOffInput, proof: { auth: 'none', amr: [], ref: null } },
    { ...handOffInput, proof: { auth: 'identified', amr: ['kba'], ref: 'ref-1' } },
    { ...handOffInput, desks: SELF_SERVICE.desks, desk: 'vault' },
  ] satisfies HandOffInput[],
  payloads: {
    'xstate.done.actor.transfer': [
      { output: 'succeeded' },
      { output: 'failed' },
      { output: 'unknown' },
    ],
  },
});

export const call = explore({
  machine: callMachine,
  inputs: [null, BANK, SELF_SERVICE, FRONT_DESK].map((plan) => ({ plan })),
  payloads: {
    'xstate.done.actor.step': [
      ...stepResults(['accepted'], KNOWN),
      ...stepResults(
        ['accepted', 'unknown', 'tooManyTries', 'noInput', 'unavailable', 'operator', 'faulted'],
        null,
      ),
    ],
    'xstate.done.actor.oneTimeCode': stepResults(
      ['accepted', 'tooManyTries', 'notPossible', 'unavailable', 'operator', 'faulted'],
      null,
    ),
    'xstate.done.actor.handOff': [
      { output: { outcome: 'succeeded', desk: 'sensitive', kind: 'agent' } },
      { output: { outcome: 'failed', desk: 'sensitive', kind: 'agent' } },
      { output: { outcome: 'failed', desk: 'operator', kind: 'transfer' } },
      { output: { outcome: 'failed', desk: null, kind: null } },
      { output: { outcome: 'unknown', desk: 'operator', kind: 'transfer' } },
    ],
  },
});

export const EXPLORED = { call, step, oneTimeCode, collectDigits, handOff } as const;
