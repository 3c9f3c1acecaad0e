// Keeps peaks below a ceiling without a sound of its own: the gain goes down before a peak and comes
// back after it. Pure; acts on samples of any scale.

/** How far ahead a peak is seen, and how long the gain takes to come back, in samples (5 ms). */
const REACH = 80;

/** Gives the samples with no peak above `ceiling`; where none is, they are as they were. */
export function limit(samples: Float64Array, ceiling: number): Float64Array {
  if (samples.every((sample) => Math.abs(sample) <= ceiling)) return samples;
  const needed = samples.map((sample) =>
    Math.min(1, ceiling / Math.max(ceiling, Math.abs(sample))),
  );
  const lowest = needed.map((_, i) => Math.min(...around(needed, i)));
  // The mean of gains that all heed the peak heeds it too, and has no corner that could be heard.
  const gain = lowest.map((_, i) => mean(around(lowest, i)));
  return samples.map((sample, i) => sample * (gain[i] ?? 1));
}

function around(values: Float64Array, at: number): Float64Array {
  return values.subarray(Math.max(0, at - REACH), at + REACH + 1);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
