// The telephone band: what is left of a sound between 300 and 3400 Hz, with the highs raised. Sounds that
// went through different codecs are compared only there. Pure.

import { RATE } from './timeline.ts';

const LOW_HZ = 300;
const HIGH_HZ = 3400;
/** Pre-emphasis: 1 - RAISE z⁻¹. */
const RAISE = 0.6;
/** Half the length of the filters: what they look ahead and back, in samples. */
const REACH = 64;

/** Odd-length linear-phase low-pass (windowed sinc, Hamming), unity gain at 0 Hz. */
function lowPass(cutOffHz: number, rate: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * REACH + 1 }, (_, n) => {
    const x = (2 * Math.PI * cutOffHz * (n - REACH)) / rate;
    const sinc = n === REACH ? 1 : Math.sin(x) / x;
    return sinc * (0.54 - 0.46 * Math.cos((Math.PI * n) / REACH));
  });
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / sum);
}

const below = lowPass(LOW_HZ, RATE);
const flat = lowPass(HIGH_HZ, RATE).map((tap, n) => tap - (below[n] as number));
// Raised highs: without them the low tones of any two vowels look alike.
const telephone = flat.map((tap, n) => tap - RAISE * (flat[n - 1] ?? 0));

/** One filtered sample; outside of `samples` is silence. */
function filtered(samples: ArrayLike<number>, taps: Float64Array, at: number): number {
  const first = Math.max(0, at - REACH);
  const last = Math.min(samples.length - 1, at + REACH);
  let sum = 0;
  for (let n = first; n <= last; n++)
    sum += (samples[n] as number) * (taps[n - at + REACH] as number);
  return sum;
}

/** Halves the rate of `samples`, 16 kHz to 8 kHz, without aliases below 3400 Hz. */
export function halveRate(samples: Int16Array): Float32Array {
  const taps = lowPass(3700, 2 * RATE);
  return Float32Array.from({ length: samples.length >> 1 }, (_, n) =>
    filtered(samples, taps, 2 * n),
  );
}

/** The telephone band of a whole sound at 8 kHz, same length, no delay. */
export function telephoneBand(samples: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: samples.length }, (_, n) => filtered(samples, telephone, n));
}

/** The telephone band of a growing sound at 8 kHz, with the energy of any stretch of it at hand. */
export class GrowingBand {
  #samples = new Float32Array(RATE * 60);
  #energy = new Float64Array(RATE * 60 + 1);
  #length = 0;

  /** What is final so far: a little less than was received. A view: valid until the next `follow`. */
  get samples(): Float32Array {
    return this.#samples.subarray(0, this.#length);
  }

  /** Takes in what `sound` has grown by; `complete` when it will not grow any more. */
  follow(sound: Int16Array, complete = false): void {
    const length = Math.max(this.#length, complete ? sound.length : sound.length - REACH);
    this.#reserve(length);
    for (let n = this.#length; n < length; n++) {
      const sample = filtered(sound, telephone, n);
      this.#samples[n] = sample;
      this.#energy[n + 1] = (this.#energy[n] as number) + sample * sample;
    }
    this.#length = length;
  }

  /** Sum of squares of the samples from `start` up to `end`. */
  energy(start: number, end: number): number {
    return (this.#energy[end] as number) - (this.#energy[start] as number);
  }

  #reserve(length: number): void {
    if (length <= this.#samples.length) return;
    const capacity = Math.max(length, 2 * this.#samples.length);
    const samples = new Float32Array(capacity);
    samples.set(this.#samples);
    const energy = new Float64Array(capacity + 1);
    energy.set(this.#energy);
    [this.#samples, this.#energy] = [samples, energy];
  }
}
