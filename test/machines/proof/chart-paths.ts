// How the charts of codes and of the hand-over may be started, and what may be answered in them; and every
// path through every chart, walked once per chart however often it is asked for.

import type { AnyStateMachine } from 'xstate';
import type { HandOffInput } from '../../../src/machines/hand-off.machine.ts';
import type { OneTimeCodeInput } from '../../../src/machines/one-time-code.machine.ts';
import { BANK, CODE, FLOOR_MS, KNOWN, SENT, TODAY } from '../lines.ts';
import {
  choice,
  collectDigits,
  kinds,
  outputs,
  roomWatch,
  STRANGER,
  step,
  verifyEntry,
} from './alphabets.ts';
import { call } from './call-alphabet.ts';
import type { Charts } from './charts.ts';
import { type Exploration, explore, type Payloads, type Trial } from './paths.ts';
import { LINES } from './storm-lines.ts';

const codeInput: OneTimeCodeInput = {
  plan: CODE,
  account: KNOWN,
  commands: { '0': 'operator' },
  locale: 'en',
  today: TODAY,
  verdictMs: 8000,
  sendingMs: 16_000,
  floorMs: FLOOR_MS,
  silentMs: FLOOR_MS,
  tried: 0,
  code: null,
};
const codePayloads: Payloads = {
  'xstate.done.actor.simChangedWithinHours': outputs(null, 1, 72, 100),
  'xstate.done.actor.sendCode': [...outputs(SENT), ...kinds('lockedOut storeLost unavailable')],
  'xstate.done.actor.step': ({ context: { tried } }) =>
    [tried, tried + 1]
      .filter((used) => used <= CODE.tries)
      .flatMap((used) =>
        kinds(
          'accepted tooManyTries lockedOut unavailable storeLost operator stranger faulted resend',
          {
            tried: used,
            account: null,
          },
        ),
      ),
};
const oneTimeCode: Trial = {
  inputs: [
    codeInput,
    { ...codeInput, account: STRANGER },
    { ...codeInput, account: { ...KNOWN, otp: { available: false, to: null } } },
    { ...codeInput, floorMs: 0 },
    { ...codeInput, code: { challenge: SENT.challenge, sent: 1 }, tried: 1 },
    { ...codeInput, code: { challenge: null, sent: CODE.sends } },
  ],
  payloads: codePayloads,
  simple: {
    // A pause between the codes is too many ways: each by itself.
    inputs: [
      { ...codeInput, plan: { ...CODE, sends: 1 } },
      { ...codeInput, floorMs: 0, plan: { ...CODE, sends: 2 } },
    ],
    payloads: codePayloads,
  },
};

const bringInput: HandOffInput = {
  desk: 'sensitive',
  desks: BANK.desks,
  comfort: ['connecting'],
  proof: { auth: 'verified', amr: ['otp', 'sms'], ref: 'ref-1' },
};
/** No configuration makes a circle. */
const circle: HandOffInput['desks'] = {
  one: { ...LINES.watched.desks.watcher, otherwise: 'two' },
  two: { ...LINES.watched.desks.watcher, otherwise: 'one' },
};
const handOffInputs: readonly HandOffInput[] = [
  bringInput,
  { ...bringInput, desks: LINES.watched.desks, desk: 'watcher' },
  { ...bringInput, desks: circle, desk: 'one' },
  { ...bringInput, proof: { auth: 'none', amr: [], ref: null } },
  { ...bringInput, proof: { auth: 'identified', amr: ['kba'], ref: 'ref-1' } },
  { ...bringInput, desks: LINES.selfService.desks, desk: 'vault' },
  {
    ...bringInput,
    desks: LINES.selfService.desks,
    desk: 'vault',
    proof: { auth: 'verified', amr: ['pin'], ref: 'ref-1' },
  },
];
const transferPayloads: Payloads = {
  'xstate.done.actor.transfer': outputs('succeeded', 'failed', 'unknown'),
  'xstate.done.actor.lookForDesk': outputs(true, false),
  'xstate.done.actor.lookForCaller': outputs(true, false),
};
const handOff: Trial = {
  inputs: handOffInputs,
  payloads: transferPayloads,
  // One desk after the other is too many ways: each by itself.
  simple: {
    inputs: handOffInputs.map(({ desks, ...input }) => ({
      ...input,
      desks:
        desks === circle
          ? circle
          : Object.fromEntries(
              Object.entries(desks).map(([name, desk]) => [name, { ...desk, otherwise: null }]),
            ),
    })),
    payloads: transferPayloads,
  },
};

const TRIALS: Readonly<Record<string, Trial>> = {
  call,
  choice,
  collectDigits,
  handOff,
  oneTimeCode,
  roomWatch,
  step,
  verifyEntry,
};

export type Explored = Readonly<Record<string, Exploration>>;

const known = new WeakMap<AnyStateMachine, Exploration>();

export function exploreAll(charts: Charts): Explored {
  return Object.fromEntries(
    Object.entries(charts).map(([id, machine]) => {
      const trial = TRIALS[id];
      if (trial === undefined)
        throw new Error(`chart-paths.ts has no alphabet for the chart ${id}`);
      const paths = known.get(machine) ?? explore(machine, trial);
      known.set(machine, paths);
      return [id, paths];
    }),
  );
}
