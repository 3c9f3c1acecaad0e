// Whose fault it was: tells an error that nobody caught to the call that it happened in. A call is entered
// once, and whatever is set off in it (timers, promises, charts) belongs to it by itself. What calls it from outside,
// such as an event of the media library, has to be bound: Node tells of no context for a throw in such a listener.

import { AsyncLocalStorage } from 'node:async_hooks';

/** The errors of one call that nobody caught. */
export interface CallFaults {
  /** Settles with the first one. Never rejects. */
  readonly first: Promise<unknown>;
  /** The call is over: what happens in it from now on is nobody's any more. */
  close(): void;
}

interface Bounds extends CallFaults {
  readonly isClosed: boolean;
  blame(error: unknown): void;
}

const bounds = new AsyncLocalStorage<Bounds>();

function openBounds(): Bounds {
  const { promise: first, resolve: blame } = Promise.withResolvers<unknown>();
  let isClosed = false;
  return {
    first,
    blame,
    get isClosed() {
      return isClosed;
    },
    close() {
      isClosed = true;
    },
  };
}

/** Does the work as part of a call: of the one that it is asked for in, else of one of its own. */
export function inCall<Result>(work: (faults: CallFaults) => Result): Result {
  const call = bounds.getStore() ?? openBounds();
  return bounds.run(call, work, call);
}

/**
 * The same listener for whoever calls it from outside: what it does belongs to the call that it was bound in,
 * and what it throws is uncaught in that call, and no fault of whoever calls. Bound outside of a call it is left as it is.
 */
export function bindToCall<Args extends readonly unknown[]>(
  listener: (...args: Args) => unknown,
): (...args: Args) => void {
  const call = bounds.getStore();
  if (call === undefined) return listener;
  return (...args) =>
    bounds.run(call, () => {
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    });
}

/** Tells an error to the call that it happened in; false: it belongs to no call that still runs. */
export function blameCall(error: unknown): boolean {
  const call = bounds.getStore();
  if (call === undefined || call.isClosed) return false;
  call.blame(error);
  return true;
}
