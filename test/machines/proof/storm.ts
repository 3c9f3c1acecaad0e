// Storms: what may happen to a call, at any time and in any order: keys, answers, faults, silence, hang-ups;
// and what is known of its caller before.

import fc from 'fast-check';
import type { CallEvent } from '../../../src/machines/call.machine.ts';
import type { StepName } from '../../../src/machines/outcome.ts';
import type { Level, Verdict } from '../../../src/screening/verdict.ts';
import { FLOOR_MS } from '../lines.ts';
import type { RoomChange } from './phone-call.ts';
import type { LINES } from './storm-lines.ts';

export type Move =
  | 'goOn'
  | 'keysMissed'
  | { readonly press: string; readonly gapMs: number }
  | { readonly wait: number }
  | { readonly answer: number; readonly with: number }
  | { readonly room: RoomChange }
  | { readonly happens: CallEvent['type'] };

/**
 * What happens by itself, and how often: `smooth`, a caller who keys what is asked and is believed; one who
 * never presses a key, is never believed, has no account, wants code after code, wants the operator; desks
 * that never come.
 */
const MOODS = {
  smooth: 12,
  silent: 1,
  rejected: 3,
  stranger: 3,
  resending: 2,
  helpless: 1,
  deskless: 2,
} as const;

const VERDICTS: Readonly<Record<Verdict, number>> = { passed: 14, none: 5, failed: 1, error: 1 };
/** Whether the customer of a token has the account that will be keyed. */
const CUSTOMERS = { same: 5, other: 2, unknown: 1 } as const;

const TOKENS: readonly (readonly StepName[] | null)[] = [
  ...[null, null, null],
  ['account', 'birthDate', 'oneTimeCode'],
  ['account', 'birthDate', 'oneTimeCode'],
  ['account', 'birthDate'],
  ['account'],
  ['oneTimeCode'],
  ['birthDate', 'passcode'],
];

export interface Storm {
  /** `unknown`: a number that no line answers. */
  readonly line: keyof typeof LINES | 'unknown';
  /** What happens where nothing else does. */
  readonly mood: keyof typeof MOODS;
  /** What the carrier says of the calling number. */
  readonly verdict: Verdict;
  readonly level: Level | null;
  /** What an upstream system proves; null: there is no token. And whose account its customer has. */
  readonly token: readonly StepName[] | null;
  readonly customer: keyof typeof CUSTOMERS;
  /** How long answers about an account are held back. */
  readonly floorMs: number;
  /** Whether there are accounts where otherwise there are none: who keys those is never believed. */
  readonly isThere: boolean;
  readonly moves: readonly Move[];
}

/** What a caller keys who hears a prompt and does all right. */
export const RIGHT: Readonly<Record<string, string>> = {
  'choose-language': '1',
  'menu-account': '1',
  'enter-account': '31415920#',
  'enter-account-again': '31415920#',
  'enter-birth-date-mdy': '03141979',
  'enter-birth-date-mdy-again': '03141979',
  'enter-birth-date-dmy': '14031979',
  'enter-birth-date-dmy-again': '14031979',
  'enter-passcode': '1618#',
  'enter-passcode-again': '1618#',
  'enter-code': '123456',
  'enter-code-again': '123456',
  'confirm-entry': '1',
};

/** Right and wrong ones: among them a date that is none, one to come, and a number that fits no check. */
export const ENTRIES = [
  ...Object.values(RIGHT),
  ...['31415926', '02301979', '01012099', '271828#', '12', '314159265358979'],
  ...['3141', '5920', '0#', '0', '9#', '1', '2', '2', '3', '7', '*', '*', '#', '#'],
];

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 60, arbitrary: fc.constant('goOn' as const) },
  { weight: 12, arbitrary: fc.record({ answer: fc.nat(3), with: fc.nat(11) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      press: fc.constantFrom(...ENTRIES),
      gapMs: fc.constantFrom(300, 300, 300, 300, 10, 39, 40, 1500, 3999, 4001),
    }),
  },
  { weight: 8, arbitrary: fc.record({ wait: fc.constantFrom(1, 999, 1000, 4000, 8000, 30_000) }) },
  { weight: 1, arbitrary: fc.constant('keysMissed' as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      room: fc.constantFrom<RoomChange>('shown', 'hidden', 'left', 'broken', 'silent', 'back'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      happens: fc.constantFrom<CallEvent['type']>('caller.hungUp', 'call.lost', 'call.drain'),
    }),
  },
);

function weighted<Name extends string>(weights: Readonly<Record<Name, number>>) {
  return fc.oneof(
    ...(Object.keys(weights) as Name[]).map((name) => ({
      weight: weights[name],
      arbitrary: fc.constant(name),
    })),
  );
}

export const storm: fc.Arbitrary<Storm> = fc.record({
  line: weighted({
    bank: 8,
    selfService: 6,
    bilingual: 8,
    alone: 4,
    frontDesk: 3,
    watched: 4,
    closed: 1,
    unknown: 1,
    strict: 2,
    observed: 3,
    sorted: 4,
    spared: 4,
    brief: 2,
    vouched: 4,
    shut: 1,
  }),
  mood: weighted(MOODS),
  verdict: weighted(VERDICTS),
  level: fc.constantFrom<Level | null>('A', 'A', 'A', 'B', 'B', 'C', null),
  token: fc.constantFrom(...TOKENS),
  customer: weighted(CUSTOMERS),
  floorMs: fc.constantFrom(0, FLOOR_MS, FLOOR_MS),
  isThere: fc.constant(false),
  moves: fc.array(move, { minLength: 10, maxLength: 60, size: 'max' }),
});
