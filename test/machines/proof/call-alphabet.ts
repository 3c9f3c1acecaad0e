// How the call chart may be started, and what may be answered in it: the alphabet of its paths.

import type { AnyMachineSnapshot } from 'xstate';
import {
  type CallInput,
  menuOf,
  type Screened,
  stepAt,
} from '../../../src/machines/call/context.ts';
import { choiceName } from '../../../src/machines/call/vocabulary.ts';
import type { ChoiceResult } from '../../../src/machines/choice.machine.ts';
import type { HandOffResult } from '../../../src/machines/hand-off.machine.ts';
import type { LinePlan, Route } from '../../../src/machines/line-plan.ts';
import type { StepName } from '../../../src/machines/outcome.ts';
import { Secret } from '../../../src/machines/secret.ts';
import type { Evidence } from '../../../src/screening/verdict.ts';
import { ACCOUNT, BANK, FLOOR_MS, KNOWN, TODAY } from '../lines.ts';
import { kinds, outputs, STRANGER } from './alphabets.ts';
import { CUSTOMER } from './answers.ts';
import { isDropped } from './passage.ts';
import type { Payloads, Trial } from './paths.ts';
import { RESUMED, RESUMED_INPUTS } from './resumed-calls.ts';
import { LINES } from './storm-lines.ts';

const said = (words: string, steps?: readonly StepName[]): Screened => {
  const [verdict, level = null] = words.split(' ') as [Evidence['verdict'], Evidence['level']?];
  return {
    evidence: { verdict, level, diverted: false, source: 'x-verdict' },
    upstream: steps ? { customer: Secret.of(CUSTOMER), steps } : null,
  };
};
const VERDICTS = ['passed', 'none', 'failed', 'error'].flatMap((verdict) =>
  ['', ' A', ' B', ' C'].map((level) => `${verdict}${level}`),
);

const onlyAccount = (line: LinePlan): LinePlan => ({
  ...line,
  locales: ['en'],
  route: { steps: [ACCOUNT], desk: 'operator-desk' },
});
const withoutCode: LinePlan = {
  ...LINES.observed,
  route: { steps: LINES.observed.route.steps.slice(0, 2), desk: 'operator-desk' },
};
const withoutPasscode: LinePlan = {
  ...LINES.spared,
  route: {
    ...LINES.spared.route,
    steps: LINES.spared.route.steps.filter(({ step }) => step !== 'passcode'),
  },
};

/** What is said to all is said before a customer is looked up. */
const recorded: LinePlan = { ...LINES.vouched, notice: 'recording-notice' };

/** No configuration makes it: who is calling is not even asked. */
const nameless: LinePlan = {
  ...BANK,
  route: { steps: [{ ...ACCOUNT, droppedBy: ['none'] }], desk: 'operator-desk' },
};

/** Lines with a gate, and what is found out there. */
const GATES: ReadonlyMap<LinePlan, readonly Screened[]> = new Map([
  [onlyAccount(LINES.strict), VERDICTS.map((words) => said(words))],
  [withoutCode, ['failed', 'passed C', 'passed B'].map((words) => said(words))],
  [onlyAccount(LINES.sorted), ['failed', 'passed', 'passed B'].map((words) => said(words))],
  [nameless, [said('none')]],
  [RESUMED, [said('none')]],
  [recorded, [said('none', ['account', 'birthDate'])]],
  [LINES.shut, ['failed', 'none'].map((words) => said(words))],
  [LINES.brief, ['passed A', 'passed B'].map((words) => said(words))],
  [
    withoutPasscode,
    [
      ...['passed A', 'passed B', 'none'].map((words) => said(words)),
      said('passed A', ['account', 'oneTimeCode']),
    ],
  ],
  [
    LINES.vouched,
    [
      said('none', ['account', 'birthDate', 'oneTimeCode']),
      said('none', ['account', 'birthDate']),
      said('none', ['oneTimeCode']),
    ],
  ],
]);
const isGated = ({ context }: AnyMachineSnapshot) => GATES.has(context.plan);

/** Only where a line has an operator can one be asked for. */
const operatorOf = ({ context }: AnyMachineSnapshot) =>
  context.plan?.operator ? ['operator'] : [];
const stepKinds = (state: AnyMachineSnapshot) =>
  ['tooManyTries lockedOut unavailable storeLost stranger faulted', ...operatorOf(state)].join(' ');

/** Only where another question follows can it be left untold that there is no such account. */
const hidesUnknown = ({ context }: AnyMachineSnapshot) =>
  (context.route as Route).steps
    .slice(context.position + 1)
    .some((step) => !isDropped(context, step));

const handOffs = [
  { outcome: 'succeeded', desk: 'sensitive', kind: 'agent' },
  { outcome: 'failed', desk: 'sensitive', kind: 'agent' },
  { outcome: 'failed', desk: 'operator', kind: 'transfer' },
  { outcome: 'failed', desk: null, kind: null },
  { outcome: 'unknown', desk: 'operator', kind: 'transfer' },
] satisfies HandOffResult[];

const payloads: Payloads = {
  'xstate.done.actor.screen': ({ context }) =>
    outputs(...(GATES.get(context.plan) ?? [said('none')])),
  'xstate.done.actor.lookUpCustomer': outputs(KNOWN, { ...KNOWN, ref: 'ref-9' }, STRANGER),
  'xstate.done.actor.choice': (state) => [
    ...[
      ...(state.matches({ underway: { welcoming: 'choosingLanguage' } })
        ? ['en', 'es']
        : menuOf(state.context.plan).map((_, i) => choiceName(i))),
      ...operatorOf(state),
    ].map((name) => ({
      output: { kind: 'chosen', choice: name, lastCause: null } satisfies ChoiceResult,
    })),
    ...kinds('noInput tooManyTries stranger faulted', { choice: null, lastCause: null }),
    ...kinds('tooManyTries', { choice: null, lastCause: 'noInput' }),
  ],
  'xstate.done.actor.step': (state) => {
    const isAccount = stepAt(state.context)?.step === 'account';
    return [
      ...(isAccount ? kinds('accepted', { tried: 1, account: KNOWN }) : []),
      ...(isAccount && hidesUnknown(state)
        ? kinds('unknown', { tried: 1, account: STRANGER })
        : []),
      ...kinds(`accepted ${isGated(state) ? 'tooManyTries' : `noInput ${stepKinds(state)}`}`, {
        tried: 1,
        account: null,
      }),
    ];
  },
  'xstate.done.actor.oneTimeCode': (state) =>
    kinds(`accepted notPossible ${isGated(state) ? '' : stepKinds(state)}`.trim(), { tried: 1 }),
  'transfer.asked': ({ context: { handOff } }) => (handOff === null ? [{ desk: 'operator' }] : []),
  'transfer.refused': ({ context: { handOff } }) => (handOff === null ? [] : [{}]),
  'xstate.done.actor.handOff': (state) =>
    outputs(...(isGated(state) ? handOffs.slice(0, 2) : handOffs)),
};

/** Languages, a notice, and a menu of nothing to do or two steps. */
const welcoming: LinePlan = { ...LINES.bilingual, route: LINES.bilingual.route.slice(1) };
const fromTheBeginning = [
  null,
  ...[LINES.bank, LINES.selfService, welcoming, LINES.frontDesk, LINES.closed],
  ...[...GATES.keys()].filter((plan) => plan !== RESUMED),
].map((plan): CallInput => ({ plan, today: TODAY, floorMs: FLOOR_MS }));

export const call: Trial = {
  inputs: [...fromTheBeginning, ...RESUMED_INPUTS],
  payloads,
  // A room that is lost is no news at the gate, nor is a transfer.
  isBounded: (state, { type }) => !isGated(state) || !/^(call\.lost|transfer\..*)$/.test(type),
  simple: {
    // Once it closes, a call goes one way.
    isBounded: (state, { type }) => !state.matches('closing') || type.startsWith('xstate.done'),
  },
};
