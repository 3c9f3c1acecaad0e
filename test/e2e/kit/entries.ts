// Many entries of eight digits, keyed as people key them, over a network in disorder: what becomes of each. The
// same sheet of entries is sent over real SIP, or goes through the model of the bridge. Pure.

import { isPlausible } from '../../../src/machines/check-digits.ts';
import { Secret } from '../../../src/machines/secret.ts';
import {
  between,
  bridged,
  type Disorder,
  disordered,
  type Random,
  randomFrom,
  spaced,
} from './disorder.ts';
import { ask, type PacedKey, type Safeguards, submitted } from './entry.ts';
import { keyStream, type Press, type TimedPacket } from './key-stream.ts';

const CALM: Disorder = {
  lost: 0,
  doubled: 0,
  late: 0,
  lateMs: [0, 0],
  outages: 0,
  outageMs: 0,
  split: 0,
};

/** What may lie between a caller and the bridge. */
export const NETWORKS = {
  /** Nothing happens. */
  calm: CALM,
  /** A carrier on a bad day: a few packets change places. */
  reordering: { ...CALM, lost: 0.01, doubled: 0.01, late: 0.02, lateMs: [20, 60] },
  /** As Linux makes it with `netem delay 30ms 30ms loss 5% duplicate 1%`. */
  jittery: { ...CALM, lost: 0.05, doubled: 0.01, late: 1, lateMs: [0, 60] },
  /** A mobile caller in a lift. */
  rough: {
    ...CALM,
    lost: 0.05,
    doubled: 0.02,
    late: 1,
    lateMs: [0, 120],
    outages: 0.003,
    outageMs: 150,
  },
  /** A gateway that gives one press of fifty two timestamps. */
  splitting: { ...CALM, split: 0.02 },
} as const satisfies Record<string, Disorder>;

export type Network = keyof typeof NETWORKS;

/** Entries on the wire, in disorder. The first press of all is one `*`, in good order. */
export interface Sheet {
  readonly entries: readonly { readonly number: string; readonly startMs: number }[];
  readonly arrivals: readonly TimedPacket[];
}

/** A key as it was received, in ms of any clock. */
export interface ArrivedKey extends PacedKey {
  readonly atMs: number;
}

/** What became of one entry. */
export interface Fate {
  /** `right`, `wrong`, or why it is asked again. */
  readonly result: string;
  /** Whether a key came within half a second after the last one that the entry took. */
  readonly isFollowed: boolean;
  /** Whether the customer's system is asked about another number than was keyed, by safeguard. */
  readonly isWrongWith: {
    readonly luhn: boolean;
    readonly luhnAlone: boolean;
    readonly readBack: boolean;
  };
}

const LEAD_MS = 400;
/** Between entries: longer than a lost key and a late packet together. */
const BREAK_MS = 700;
const FOLLOWED_MS = 500;
const NO_SAFEGUARDS: Safeguards = { check: 'none', readBack: false, typeAhead: true };
/** How people key: presses of 60-120 ms, pauses of 60-150 ms. */
const PRESS_MS = [60, 120] as const;
const PAUSE_MS = [60, 150] as const;

export function sheetOf(count: number, disorder: Disorder, seed: number): Sheet {
  const random = randomFrom(seed);
  const mark: Press = { key: '*', startMs: LEAD_MS, pressMs: 60 };
  const presses: Press[] = [];
  let atMs = LEAD_MS + BREAK_MS;
  const entries = Array.from({ length: count }, () => {
    const entry = { number: accountNumber(random), startMs: atMs };
    for (const key of entry.number) {
      const pressMs = Math.round(between(random, ...PRESS_MS));
      presses.push({ key, startMs: atMs, pressMs });
      atMs += pressMs + Math.round(between(random, ...PAUSE_MS));
    }
    atMs += BREAK_MS;
    return entry;
  });
  const stream = keyStream([mark, ...presses], atMs);
  const firstMs = entries[0]?.startMs ?? atMs;
  const opening = stream.filter((packet) => packet.atMs < firstMs);
  const rest = stream.filter((packet) => packet.atMs >= firstMs);
  return { entries, arrivals: [...opening, ...disordered(rest, disorder, random)] };
}

/** The keys that the model of the bridge makes of a sheet. */
export function modelled({ arrivals }: Sheet): ArrivedKey[] {
  return spaced(bridged(arrivals));
}

/** The keys of each entry of a sheet; the `*` tells how the clocks go together. */
export function byEntry({ entries }: Sheet, keys: readonly ArrivedKey[]): ArrivedKey[][] {
  const [mark] = keys;
  if (mark?.key !== '*') throw new Error('the first key of the sheet did not arrive');
  const beginOf = (index: number) =>
    (entries[index]?.startMs ?? Number.POSITIVE_INFINITY) - BREAK_MS / 3 - LEAD_MS + mark.atMs;
  return entries.map((_, index) =>
    keys.filter(({ atMs }) => atMs >= beginOf(index) && atMs < beginOf(index + 1)),
  );
}

/** Asks for an account number and lets these keys answer. */
export function fateOf(number: string, keys: readonly ArrivedKey[]): Fate {
  const { result, left } = ask(keys);
  const isComplete = /^\d/.test(result);
  const isWrongWith = (safeguards: Partial<Safeguards>) =>
    ![number, null].includes(submitted(number, keys, { ...NO_SAFEGUARDS, ...safeguards }));
  return {
    result: isComplete ? (result === number ? 'right' : 'wrong') : result,
    isFollowed: (left[0]?.sinceLastMs ?? Number.POSITIVE_INFINITY) <= FOLLOWED_MS,
    isWrongWith: {
      luhn: isWrongWith({ check: 'luhn' }),
      luhnAlone: isWrongWith({ check: 'luhn', typeAhead: false }),
      readBack: isWrongWith({ readBack: true }),
    },
  };
}

/** Counts of the fates of many entries. */
export function tally(fates: readonly Fate[]) {
  const count = (is: (fate: Fate) => boolean) => fates.filter(is).length;
  return {
    entries: fates.length,
    right: count(({ result }) => result === 'right'),
    doubtful: count(({ result }) => result === 'doubtful'),
    tooShort: count(({ result }) => result === 'tooShort'),
    wrong: count(({ result }) => result === 'wrong'),
    wrongWithLuhn: count(({ isWrongWith }) => isWrongWith.luhn),
    wrongWithLuhnAndNoTypeAhead: count(({ isWrongWith }) => isWrongWith.luhnAlone),
    wrongWithReadBack: count(({ isWrongWith }) => isWrongWith.readBack),
    wrongNotFollowed: count(({ result, isFollowed }) => result === 'wrong' && !isFollowed),
  };
}

/** Seven digits by chance and their Luhn check digit. */
function accountNumber(random: Random): string {
  const seven = Array.from({ length: 7 }, () => Math.floor(random() * 10)).join('');
  const isRight = (number: string) => isPlausible(Secret.of(number), { kind: 'luhn' });
  return [...'0123456789'].map((check) => seven + check).find(isRight)!;
}
