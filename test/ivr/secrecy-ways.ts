// Every way through a call on which leaks are looked for, so that each ending and each outcome of a step is met.

import type { CallRecord } from '../../src/ivr/call-record.ts';
import type { CallWorld } from '../../src/ivr/call-world.ts';
import { IvrFault } from '../../src/ivr/fault.ts';
import type { LinePlan } from '../../src/machines/line-plan.ts';
import { keyedBirthDate, WRONG_CODE } from '../kit/canary-customers.ts';
import { asking, withDesks, withLimit, withoutOperator, withReadBack } from './lines.ts';
import type { Answer, Scene } from './secrecy-call.ts';
import { fromThePbx, OF_THE_PBX, OURS, SILENT, THOROUGH, type Told } from './secrecy-telling.ts';

async function hangsUp({ caller }: Scene) {
  await caller.hangsUp();
  return undefined;
}

/** The first keys of an entry; then the line is cut. */
const breaksOff =
  (keysOf: (scene: Scene) => string): Answer =>
  async (scene) => {
    await scene.caller.presses(keysOf(scene));
    return hangsUp(scene);
  };

/** One wrong entry is one too many. */
const strict = ({ edition }: CallWorld): Partial<CallWorld> => ({
  edition() {
    const { lockOut, ...others } = edition();
    return { ...others, lockOut: { ...lockOut, softAfter: 1, hardAfter: 1 } };
  },
});

/** Spared the birth date for a verdict. */
function dropping(plan: LinePlan): LinePlan {
  if (!('steps' in plan.route)) return plan;
  const [account, birthDate, ...more] = plan.route.steps;
  if (account === undefined || birthDate === undefined) return plan;
  const steps = [account, { ...birthDate, droppedBy: ['passed-A'] as const }, ...more];
  return { ...plan, route: { steps, desk: 'general' } };
}

const LAST = { requires: [], otherwise: null } as const;
const onlyTransfer = withDesks({
  operator: { kind: 'transfer', target: 'tel:+15105550199', ringMs: 25_000, ...LAST },
});
const lostStore = () => Promise.reject(new IvrFault('IVR_STORE_UNAVAILABLE', 'as told'));

export const WAYS: readonly Told[] = [
  { told: 'is verified by a code of the bank', ending: 'handed-off' },
  { told: 'is verified by a code of ours', ending: 'handed-off', customer: OURS },
  {
    told: 'is verified by a passcode',
    ending: 'handed-off',
    plan: asking('account', 'passcode'),
  },
  {
    told: 'confirms what is read back',
    ending: 'handed-off',
    plan: withReadBack,
  },
  {
    told: 'keys a wrong code of ours, asks for another, and keys that',
    ending: 'handed-off',
    customer: OURS,
    answers: THOROUGH,
  },
  {
    told: 'keys wrong codes only',
    ending: 'too-many-tries',
    plan: withoutOperator,
    answers: { 'enter-code': [WRONG_CODE], 'enter-code-again': [WRONG_CODE] },
  },
  {
    told: 'has an account that nobody has',
    ending: 'handed-off',
    customer: { isKnown: false },
  },
  {
    told: 'has an account that nobody has, and asks for its code',
    ending: 'too-many-tries',
    customer: { isKnown: false },
    plan: (plan) => withoutOperator(asking('account', 'oneTimeCode')(plan)),
    answers: { 'enter-code': [WRONG_CODE], 'enter-code-again': [WRONG_CODE] },
  },
  { told: 'has no phone on file', ending: 'handed-off', customer: { phone: null } },
  {
    told: 'has a new SIM',
    ending: 'backend-unavailable',
    customer: { simChangedWithinHours: 1 },
    plan: withoutOperator,
  },
  {
    told: 'hangs up within the account number',
    ending: 'hung-up',
    answers: { 'enter-account': [breaksOff(({ customer }) => customer.account.slice(0, 9))] },
  },
  {
    told: 'hangs up within the birth date',
    ending: 'hung-up',
    answers: {
      'enter-birth-date-mdy': [breaksOff(({ customer }) => keyedBirthDate(customer).slice(0, 7))],
    },
  },
  {
    told: 'hangs up within the passcode',
    ending: 'hung-up',
    plan: asking('account', 'passcode'),
    answers: { 'enter-passcode': [breaksOff(({ customer }) => customer.passcode.slice(0, 9))] },
  },
  {
    told: 'hangs up within the code',
    ending: 'hung-up',
    customer: OURS,
    answers: { 'enter-code': [breaksOff(({ code }) => code().slice(0, 7))] },
  },
  {
    told: 'keys too fast, and more than anybody waits for',
    ending: 'handed-off',
    answers: {
      'enter-account': [
        async ({ caller, customer }) => {
          await caller.presses(customer.account, 5);
          return undefined;
        },
      ],
      'enter-account-again': [
        ({ customer }) => customer.account + keyedBirthDate(customer).repeat(5),
      ],
    },
  },
  {
    told: 'keys account and date ahead',
    ending: 'handed-off',
    answers: {
      welcome: [({ customer }) => customer.account + keyedBirthDate(customer)],
      'enter-account': [() => undefined],
      'enter-birth-date-mdy': [() => undefined],
    },
  },
  {
    told: 'is locked out',
    ending: 'locked-out',
    plan: withoutOperator,
    world: strict,
    answers: { 'enter-birth-date-mdy': ['01021980'] },
  },
  {
    told: 'is overheard within the birth date, by somebody all see',
    ending: 'handed-off',
    answers: {
      'enter-birth-date-mdy': [
        async ({ caller, customer }) => {
          await caller.presses(keyedBirthDate(customer).slice(0, 7));
          caller.phone.letIn('standard');
          return undefined;
        },
      ],
    },
  },
  {
    told: 'is overheard within the account number, by somebody hidden',
    ending: 'stranger',
    plan: withoutOperator,
    answers: {
      'enter-account': [
        async ({ caller, customer }) => {
          await caller.presses(customer.account.slice(0, 9));
          caller.phone.letIn('agent', 'hidden');
          return undefined;
        },
      ],
    },
  },
  { told: 'keys nothing', ending: 'no-input', answers: SILENT },
  {
    told: 'asks for the operator within the birth date',
    ending: 'handed-off',
    answers: { 'enter-birth-date-mdy': ['0#'] },
  },
  { told: 'calls for too long', ending: 'call-limit', plan: withLimit(16_000) },
  { told: 'calls where no line answers', ending: 'no-line', options: { number: '+15105550109' } },
  {
    told: 'finds no desk',
    ending: 'desk-unavailable',
    options: { desk: () => 'fails', transfer: () => ({ outcome: 'failed', afterMs: 100 }) },
  },
  {
    told: 'cannot be transferred',
    ending: 'transfer-failed',
    plan: onlyTransfer,
    options: { transfer: () => ({ outcome: 'failed', afterMs: 100 }) },
    answers: { 'enter-code': ['0#'] },
  },
  {
    told: 'is transferred, nobody knows how',
    ending: 'transfer-unknown',
    options: { transfer: () => ({ outcome: 'unknown', afterMs: 100 }) },
    line: () => ({ hasCaller: async () => false }),
    answers: { 'enter-code': ['0#'] },
  },
  {
    told: 'is in a call when the worker stops',
    ending: 'draining',
    answers: {
      'enter-code': [
        ({ call, code }) => {
          call.drain();
          return code();
        },
      ],
    },
  },
  {
    told: 'is in a call when the room is lost',
    ending: 'livekit-lost',
    answers: {
      'enter-code': [
        async ({ caller, code }) => {
          await caller.presses(code().slice(0, 7));
          caller.phone.lose();
          return undefined;
        },
      ],
    },
  },
  {
    told: 'is in a call when another worker believes this one lost',
    // What was kept first stays.
    ending: 'handed-off',
    answers: {
      'enter-code': [
        async ({ store, call, code }) => {
          const noted = call.asks.findLast(({ what }) => what === 'records.begin')?.args[0];
          await store.records.append(noted as CallRecord);
          return code();
        },
      ],
    },
  },
  {
    told: 'meets a store that is away',
    ending: 'store-lost',
    plan: withoutOperator,
    world: ({ tries }) => ({ tries: { ...tries, take: lostStore } }),
  },
  {
    told: 'is refused for what the headers say',
    ending: 'screened-out',
    ...fromThePbx(['account'], { accept: 'validated' }),
  },
  {
    told: 'was verified by another system',
    ending: 'handed-off',
    ...fromThePbx(['account', 'birthDate', 'oneTimeCode']),
  },
  {
    told: 'was verified by another system, and the bank breaks',
    ending: 'backend-unavailable',
    ...fromThePbx(['account', 'birthDate']),
    customer: { ...OF_THE_PBX, fault: { route: 'lookup', mode: 'garbage' } },
    plan: (plan) => withoutOperator(fromThePbx([]).plan(plan)),
  },
  {
    told: 'is spared the birth date for a verdict',
    ending: 'handed-off',
    plan: dropping,
    options: { headers: [['X-Twilio-VerStat', 'TN-Validation-Passed-A']] },
  },
];
