// Waiting that can be called off. Knows promises and signals, nothing of LiveKit.

/**
 * Settles as `work` does, or rejects with the signal's reason as soon as it aborts. The work itself
 * goes on: whoever started it must make sure that its late end does no harm.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
