// Waiting on a clock that a test may turn by hand, and that can be called off.

/** Any clock with these two: the real one, or a virtual one. Milliseconds. */
export interface Clock {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Done after `ms`, or never; rejects with the signal's reason when that aborts. */
export function wait(clock: Clock, ms: number | 'never', stop: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = ms === 'never' || stop.aborted ? undefined : clock.setTimeout(resolve, ms);
  const halt = () => {
    if (timer !== undefined) clock.clearTimeout(timer);
    reject(stop.reason);
  };
  if (stop.aborted) halt();
  else stop.addEventListener('abort', halt, { once: true });
  return promise;
}
