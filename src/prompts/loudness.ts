// How loud a recording is, and where in it something is heard. Pure arithmetic on samples at 16-bit
// full scale; knows nothing of files or of what is allowed.
//
// K-weighting: ITU-R BS.1770-5 gives its two biquads for 48 kHz only. The analogue prototypes behind
// those numbers are in B. De Man, "Evaluation of Implementations of the EBU R128 Loudness
// Measurement", AES 145 (2018); the bilinear transform takes them to any other rate.

import { SAMPLE_RATE } from './wav.ts';

const FULL_SCALE = 32_768;

/** BS.1770's constant: a full-scale sine of 997 Hz reads -3.01 LUFS. */
const LOUDNESS_OFFSET = -0.691;

interface Biquad {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

/** The two stages of K-weighting for a sample rate: the head's high shelf, then the high-pass. */
export function kWeighting(sampleRate: number): readonly [shelf: Biquad, highPass: Biquad] {
  return [highShelf(sampleRate), highPass(sampleRate)];
}

function highShelf(sampleRate: number): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const middle = high ** 0.4996667741545416;
  const norm = 1 + k / q + k * k;
  return {
    b: [
      (high + (middle * k) / q + k * k) / norm,
      (2 * (k * k - high)) / norm,
      (high - (middle * k) / q + k * k) / norm,
    ],
    a: [(2 * (k * k - 1)) / norm, (1 - k / q + k * k) / norm],
  };
}

function highPass(sampleRate: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const q = 0.5003270373238773;
  const norm = 1 + k / q + k * k;
  // The standard rounds this stage's numerator to 1, -2, 1: its passband is 0.04 dB above unity.
  const gain = 1.0049949 / norm;
  return {
    b: [gain, -2 * gain, gain],
    a: [(2 * (k * k - 1)) / norm, (1 - k / q + k * k) / norm],
  };
}

const STAGES = kWeighting(SAMPLE_RATE);

/**
 * Loudness of a whole 16 kHz clip in LUFS, -Infinity for silence. Ungated: the gate's blocks of
 * 400 ms are longer than a spoken digit.
 */
export function loudness(samples: ArrayLike<number>): number {
  const weighted = STAGES.reduce<ArrayLike<number>>(filter, samples);
  return LOUDNESS_OFFSET + decibels(rms(weighted, 0, weighted.length));
}

/** The highest sample of a clip in dBFS, -Infinity for silence. */
export function peak(samples: ArrayLike<number>): number {
  let highest = 0;
  for (let i = 0; i < samples.length; i++) highest = Math.max(highest, Math.abs(samples[i] ?? 0));
  return decibels(highest);
}

/** A stretch of samples, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the first to the last 5 ms that are louder (RMS) than `floor` dBFS; null where nothing is. */
export function soundSpan(samples: ArrayLike<number>, floor: number): Span | null {
  const frame = SAMPLE_RATE / 200;
  let [first, last] = [-1, -1];
  for (let start = 0; start < samples.length; start += frame) {
    const end = Math.min(start + frame, samples.length);
    if (decibels(rms(samples, start, end)) <= floor) continue;
    if (first < 0) first = start;
    last = end;
  }
  return first < 0 ? null : { start: first, end: last };
}

function filter(input: ArrayLike<number>, { a, b }: Biquad): Float64Array {
  const output = new Float64Array(input.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < input.length; i++) {
    const x = input[i] ?? 0;
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    output[i] = y;
  }
  return output;
}

function rms(samples: ArrayLike<number>, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += (samples[i] ?? 0) ** 2;
  return end > start ? Math.sqrt(sum / (end - start)) : 0;
}

function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude / FULL_SCALE);
}
