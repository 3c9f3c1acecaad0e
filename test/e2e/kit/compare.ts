// Compares a recording with the sound at one place, in pieces of 200 ms: its first, its last and all between.
// Pure. The thresholds are measured: see `ENOUGH`.

import type { GrowingBand } from './band.ts';
import { energyOf, likenessOf } from './correlate.ts';
import type { Recording } from './recording.ts';
import { ms, samples } from './timeline.ts';

/** Where a recording was heard, and how alike: 1 is identical, 0 unrelated. */
export interface Heard {
  readonly id: string;
  /** From the first sound received. */
  readonly startMs: number;
  readonly endMs: number;
  /** Likeness of all its 200 ms pieces, louder ones counting more. */
  readonly score: number;
  /** Likeness of its first and of its last 200 ms. */
  readonly firstScore: number;
  readonly lastScore: number;
}

export const PIECE = samples(200);
/** A piece is looked for this close to where the one before it puts it… */
const NEAR = samples(0.625);
/** …and where it is not there: a starved mixer puts in or leaves out a few frames, also within a piece. */
const OFFSETS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((n) => [samples(10 * n), samples(-10 * n)]);
/** How far that may move a piece. */
export const SLACK = samples(100);
/** What a piece must be like not to be looked for further off, and to be believed there. */
const CLEAR = 0.7;
/** What it must have over the place where it should be: any two periods of a voice look alike. */
const CLEARLY_MORE = 0.06;
/** Pieces this much quieter than the loudest are pauses: they say nothing about where the sound is. */
const PAUSE = 1e-3;

/**
 * What a recording must reach to count as heard. Measured over a real bridge: at its own place each of 42
 * English ones reached 0.80 as a whole, 0.79 and 0.74 at its ends, on a busy machine; Spanish ones, whose
 * voice the codecs change more, 0.80, 0.68 and 0.79 on a quiet one. At wrong places none came up to these.
 */
export const ENOUGH = { score: 0.75, firstScore: 0.6, lastScore: 0.6 };
/** The same for who only wants to know which of several it was, also where sound got lost. */
export const BARELY_ENOUGH: typeof ENOUGH = { score: 0.65, firstScore: 0.5, lastScore: 0.5 };

export function isEnough(heard: Heard, enough: typeof ENOUGH): boolean {
  return (
    heard.score >= enough.score &&
    heard.firstScore >= enough.firstScore &&
    heard.lastScore >= enough.lastScore
  );
}

/**
 * How alike `recording` and the sound beginning at sample `at` are; of what cannot become enough any more
 * only the beginning is compared.
 */
export function compare(
  recording: Recording,
  sound: GrowingBand,
  at: number,
  enough = ENOUGH,
): Heard {
  const wanted = recording.samples;
  const pieces = piecesOf(wanted);
  const loudest = Math.max(...pieces.map((piece) => piece.energy));
  const all = pieces.reduce((sum, piece) => sum + piece.energy, 0);
  const scores: number[] = [];
  let shift = 0;
  let alike = all;
  for (const { start, energy } of pieces) {
    const piece = wanted.subarray(start, start + PIECE);
    const found = place(piece, sound, at + start + shift);
    scores.push(found.likeness);
    if (energy >= loudest * PAUSE) shift = found.at - at - start;
    alike -= (1 - found.likeness) * energy;
    if (alike < enough.score * all) break;
  }
  const isWhole = scores.length === pieces.length;
  return {
    id: recording.id,
    startMs: ms(at),
    endMs: ms(at + shift + wanted.length),
    score: alike / all,
    firstScore: scores[0] ?? 0,
    lastScore: isWhole ? (scores.at(-1) ?? 0) : 0,
  };
}

/** How many pieces tell at a glance. */
const GLANCED = 3;

/** How alike the first pieces are where they should be, 0 to `GLANCED`: takes a fiftieth of what `compare` does. */
export function glance(recording: Recording, sound: GrowingBand, at: number): number {
  const wanted = recording.samples;
  return piecesOf(wanted)
    .slice(0, GLANCED)
    .map(({ start }) => likeliest(wanted.subarray(start, start + PIECE), sound, nearby(at + start)))
    .reduce((sum, { likeness }) => sum + likeness, 0);
}

/** The 200 ms pieces of a recording, the last one ending where it ends. */
function piecesOf(wanted: Float32Array): { start: number; energy: number }[] {
  const last = Math.max(0, wanted.length - PIECE);
  const starts = Array.from({ length: Math.ceil(last / PIECE) }, (_, n) => n * PIECE);
  return [...starts, last].map((start) => ({
    start,
    energy: energyOf(wanted.subarray(start, start + PIECE)),
  }));
}

interface Place {
  readonly at: number;
  readonly likeness: number;
}

const better = (a: Place, b: Place) => (b.likeness > a.likeness ? b : a);

/** Where a piece is that should be at `expected`, and how alike; frames may have been put in or left out. */
function place(piece: Float32Array, sound: GrowingBand, expected: number): Place {
  const straight = likeliest(piece, sound, nearby(expected));
  if (straight.likeness >= CLEAR) return straight;
  const elsewhere = OFFSETS.flatMap((offset) => nearby(straight.at + offset));
  const half = piece.length >> 1;
  const head = likeliest(piece.subarray(0, half), sound, elsewhere);
  const tail = likeliest(
    piece.subarray(half),
    sound,
    elsewhere.map((at) => at + half),
  );
  const tailAt = tail.at - half;
  const best = [
    likeliest(piece, sound, elsewhere),
    { at: straight.at, likeness: splitAlikeness(piece, sound, head.at, straight.at) },
    { at: tailAt, likeness: splitAlikeness(piece, sound, straight.at, tailAt) },
  ].reduce(better);
  return best.likeness > Math.max(CLEAR, straight.likeness + CLEARLY_MORE) ? best : straight;
}

function nearby(at: number): number[] {
  return Array.from({ length: 2 * NEAR + 1 }, (_, n) => at - NEAR + n);
}

/** The place among `places` where the sound is most like the piece. */
function likeliest(piece: Float32Array, sound: GrowingBand, places: readonly number[]): Place {
  const heard = sound.samples;
  const energy = energyOf(piece);
  let best: Place = { at: places[0] ?? 0, likeness: 0 };
  for (const at of places) {
    if (at < 0 || at + piece.length > heard.length) continue;
    let product = 0;
    for (let n = 0; n < piece.length; n++) {
      product += (piece[n] as number) * (heard[at + n] as number);
    }
    const likeness = likenessOf(product, sound.energy(at, at + piece.length), energy);
    best = better(best, { at, likeness });
  }
  return best;
}

/** How alike a piece is to the sound that begins at `headAt` and at the best moment goes on at `tailAt`. */
function splitAlikeness(
  piece: Float32Array,
  sound: GrowingBand,
  headAt: number,
  tailAt: number,
): number {
  const heard = sound.samples;
  const [first, last] = headAt < tailAt ? [headAt, tailAt] : [tailAt, headAt];
  if (first < 0 || last + piece.length > heard.length) return 0;
  let product = 0;
  for (let n = 0; n < piece.length; n++) {
    product += (piece[n] as number) * (heard[tailAt + n] as number);
  }
  let heardEnergy = sound.energy(tailAt, tailAt + piece.length);
  let best = 0;
  for (let n = 0; n < piece.length; n++) {
    const [head, tail] = [heard[headAt + n] as number, heard[tailAt + n] as number];
    product += (piece[n] as number) * (head - tail);
    heardEnergy += head * head - tail * tail;
    if (product > 0 && product * product > best * heardEnergy) {
      best = (product * product) / heardEnergy;
    }
  }
  return Math.sqrt(best / energyOf(piece));
}
