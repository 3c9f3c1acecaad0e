// When a worker has served long enough for a fresh process to take its place: the media library keeps some memory of
// every call (docs/operations.md). Pure.

export interface RecycleLimits {
  readonly afterCalls: number;
  readonly rssMb: number;
}

export type RecycleReason = 'calls' | 'memory';

/** A worker goes up to so much of its limits earlier, by a lot it draws: those that started together end apart. */
const SPREAD = 0.2;

/** This worker's own limits. `lot`: from 0 up to 1. */
export function ownLimits({ afterCalls, rssMb }: RecycleLimits, lot: number): RecycleLimits {
  const share = 1 - SPREAD * lot;
  return { afterCalls: Math.max(1, Math.round(afterCalls * share)), rssMb: rssMb * share };
}

/** Why a worker that has taken so many calls and so much memory is due; null: it is not. */
export function recycleReason(
  limits: RecycleLimits,
  worker: { readonly calls: number; readonly rssMb: number },
): RecycleReason | null {
  if (worker.calls >= limits.afterCalls) return 'calls';
  // Without a call it would be as large again.
  if (worker.calls > 0 && worker.rssMb >= limits.rssMb) return 'memory';
  return null;
}
