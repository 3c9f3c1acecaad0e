// Brings a take to the rate recordings are kept in, by band-limited interpolation (a sinc under a
// Blackman window). Pure and reproducible.

import { SAMPLE_RATE } from './wav.ts';

/** Zero crossings of the sinc on either side: what lies above half the lower rate is gone. */
const REACH = 32;
/** Leaves the window room to fall off below half the lower rate. */
const PASS_BAND = 0.94;

/** Resamples from `rate` Hz to 16 kHz; a take that has this rate already stays as it is. */
export function resample(take: Int16Array, rate: number): Int16Array {
  if (rate === SAMPLE_RATE) return take;
  const cutoff = PASS_BAND * Math.min(1, SAMPLE_RATE / rate);
  const half = Math.ceil(REACH / cutoff);
  // Positions between two samples come round again: 320 of them from 22,050 Hz.
  const kernels = new Map<number, Float64Array>();
  return Int16Array.from({ length: Math.floor((take.length * SAMPLE_RATE) / rate) }, (_, i) => {
    const at = Math.floor((i * rate) / SAMPLE_RATE);
    const phase = (i * rate) % SAMPLE_RATE;
    let weights = kernels.get(phase);
    if (!weights) {
      weights = kernel(phase / SAMPLE_RATE, half, cutoff);
      kernels.set(phase, weights);
    }
    let sum = 0;
    for (const [k, weight] of weights.entries()) sum += weight * (take[at - half + 1 + k] ?? 0);
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  });
}

/** Weights of the samples around a position that lies `fraction` of a sample after one of them. */
function kernel(fraction: number, half: number, cutoff: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * half }, (_, k) => {
    const x = k - half + 1 - fraction;
    const turn = (Math.PI * x) / half;
    const window = 0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn);
    return cutoff * sinc(cutoff * x) * window;
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
