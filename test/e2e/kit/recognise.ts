// Recognises a recording in received sound by normalised cross-correlation in the telephone band: finds
// where its first 200 ms may be, then compares all of it there. Pure.

import type { GrowingBand } from './band.ts';
import {
  BARELY_ENOUGH,
  compare,
  ENOUGH,
  glance,
  type Heard,
  isEnough,
  PIECE,
  SLACK,
} from './compare.ts';
import { Correlator, energyOf, likenessOf } from './correlate.ts';
import type { Recording } from './recording.ts';
import { samples } from './timeline.ts';

/** How it is searched. `worthALook`: from this likeness of the first piece on, a place is compared. */
const SEARCHES = {
  thorough: { worthALook: 0.5, enough: ENOUGH },
  cursory: { worthALook: 0.65, enough: BARELY_ENOUGH },
};
/** Beginnings closer than this are the same one: neighbouring periods of a voice look alike. */
const SAME = samples(2);
/** Of the beginnings within this, the few best are compared and the best of those is taken. */
const NEIGHBOURS = samples(100);
const ABOUT_AS_GOOD = 0.1;
const FEW = 3;

interface Beginning {
  readonly at: number;
  readonly likeness: number;
}

/** A search for one recording in a growing sound. */
export class Search {
  /** The most alike of the places that were not enough. */
  closest: Heard | null = null;
  readonly #recording: Recording;
  readonly #first: Float32Array;
  readonly #firstEnergy: number;
  readonly #correlator: Correlator;
  readonly #how: (typeof SEARCHES)[keyof typeof SEARCHES];
  #scanned: number;
  /** Beginnings found and not yet compared, neighbours together. */
  #beginnings: Beginning[][] = [];

  /** Looks for `recording` from `fromMs` on. Cursorily it takes a third of the time, for who looks for many. */
  constructor(recording: Recording, fromMs = 0, how: keyof typeof SEARCHES = 'thorough') {
    this.#how = SEARCHES[how];
    this.#recording = recording;
    this.#first = recording.samples.subarray(0, PIECE);
    this.#firstEnergy = energyOf(this.#first);
    this.#correlator = new Correlator(this.#first);
    this.#scanned = samples(fromMs);
  }

  /**
   * The next place where the recording is whole in what `sound` holds now, or null; call again as it grows,
   * and once more when it is `complete`.
   */
  advance(sound: GrowingBand, complete = false): Heard | null {
    this.#scan(sound);
    const needed = this.#recording.samples.length + (complete ? -SLACK : SLACK);
    for (let next = this.#beginnings[0]; next; next = this.#beginnings[0]) {
      if ((next.at(-1)?.at ?? 0) + needed > sound.samples.length) return null;
      this.#beginnings.shift();
      const likeliest = Math.max(...next.map(({ likeness }) => likeness));
      const heard = next
        .filter(({ likeness }) => likeness > likeliest - ABOUT_AS_GOOD)
        .map(({ at }) => ({ at, alike: glance(this.#recording, sound, at) }))
        .toSorted((a, b) => b.alike - a.alike)
        .slice(0, FEW)
        .map(({ at }) => compare(this.#recording, sound, at, this.#how.enough))
        .reduce((a, b) => (b.score > a.score ? b : a));
      if (isEnough(heard, this.#how.enough)) return heard;
      if (heard.score > (this.closest?.score ?? 0)) this.closest = heard;
    }
    return null;
  }

  #scan(sound: GrowingBand): void {
    const length = this.#first.length;
    const end = sound.samples.length - length + 1;
    while (this.#scanned < end) {
      const count = Math.min(this.#correlator.step, end - this.#scanned);
      const products = this.#correlator.productsFrom(sound.samples, this.#scanned);
      for (let n = 0; n < count; n++) {
        const at = this.#scanned + n;
        const energy = sound.energy(at, at + length);
        const likeness = likenessOf(products[2 * n] as number, energy, this.#firstEnergy);
        if (likeness >= this.#how.worthALook) this.#remember({ at, likeness });
      }
      this.#scanned += count;
    }
  }

  #remember(beginning: Beginning): void {
    const neighbours = this.#beginnings.at(-1);
    const last = neighbours?.at(-1);
    if (!neighbours || !last || beginning.at - (neighbours[0]?.at ?? 0) > NEIGHBOURS) {
      this.#beginnings.push([beginning]);
    } else if (beginning.at - last.at > SAME) {
      neighbours.push(beginning);
    } else if (beginning.likeness > last.likeness) {
      neighbours[neighbours.length - 1] = beginning;
    }
  }
}

/** Every place in `sound` from `fromMs` on where a recording is whole. For explaining what went wrong. */
export function findAll(recording: Recording, sound: GrowingBand, fromMs: number): Heard[] {
  const places: Heard[] = [];
  const next = (from: number) => new Search(recording, from).advance(sound, true);
  for (let heard = next(fromMs); heard; heard = next(heard.endMs)) places.push(heard);
  return places;
}
