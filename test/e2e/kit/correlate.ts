// Correlation by FFT: where in a sound a short piece of another could be. Pure.

import FFT from 'fft.js';

const BLOCK = 4096;
const fft = new FFT(BLOCK);
const block = new Float64Array(2 * BLOCK);
const spectrum = new Float64Array(2 * BLOCK);
const products = new Float64Array(2 * BLOCK);

/** Finds one piece in any number of places, block by block. */
export class Correlator {
  /** How many places one `productsFrom` answers for. */
  readonly step: number;
  readonly #piece: Float64Array;

  constructor(piece: Float32Array) {
    this.step = BLOCK - piece.length + 1;
    this.#piece = transform(piece, 0, piece.length).slice();
    for (let n = 1; n < 2 * BLOCK; n += 2) this.#piece[n] = -(this.#piece[n] as number);
  }

  /**
   * The sum of products of the piece and `sound` from place `from + n` on is at `[2 * n]`, for n below
   * `step`; beyond its end `sound` is silence. Good until the next call.
   */
  productsFrom(sound: Float32Array, from: number): Float64Array {
    const piece = this.#piece;
    const heard = transform(sound, from, BLOCK);
    for (let n = 0; n < 2 * BLOCK; n += 2) {
      const [a, b] = [heard[n] as number, heard[n + 1] as number];
      const [c, d] = [piece[n] as number, piece[n + 1] as number];
      heard[n] = a * c - b * d;
      heard[n + 1] = a * d + b * c;
    }
    fft.inverseTransform(products, heard);
    return products;
  }
}

function transform(sound: Float32Array, from: number, count: number): Float64Array {
  block.fill(0);
  for (let n = 0; n < count; n++) block[2 * n] = sound[from + n] ?? 0;
  fft.transform(spectrum, block);
  return spectrum;
}

/** A sum of products as likeness: 1 for sounds that differ only in loudness, 0 for unrelated ones. */
export function likenessOf(product: number, energy: number, otherEnergy: number): number {
  // A thousand times weaker than the other is noise, whatever its shape.
  return energy < otherEnergy * 1e-6 ? 0 : product / Math.sqrt(energy * otherEnergy);
}

/** Sum of squares. */
export function energyOf(sound: Float32Array): number {
  return sound.reduce((sum, sample) => sum + sample * sample, 0);
}
