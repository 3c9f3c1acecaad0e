// What the bench says of a heap of measured values. Pure.

/** Of values in any order; times in milliseconds. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  readonly deviation: number;
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
}

export function spread(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const at = quantile(values);
  return {
    n,
    mean,
    deviation: Math.sqrt(squares / (n - 1)),
    p5: at(0.05),
    median: at(0.5),
    p95: at(0.95),
  };
}

/** The value that a share of all values does not exceed: always one of them; of none there is none (NaN). */
export function quantile(values: readonly number[]): (share: number) => number {
  const sorted = values.toSorted((a, b) => a - b);
  return (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Welch's t for two samples: by how many standard errors their means lie apart. */
export function welchT(a: Spread, b: Spread): number {
  return (a.mean - b.mean) / Math.sqrt(a.deviation ** 2 / a.n + b.deviation ** 2 / b.n);
}
