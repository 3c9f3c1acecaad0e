// The caller's keys on their way into a chart: kept while nobody listens, handed over one at a time.
// Promises order and a bound; knows nothing of what an entry is. Never prints a key.

import type { KeyEvent } from '../machines/collect-digits.machine.ts';
import type { Secret } from '../machines/secret.ts';

/** Keys that wait for the next entry; more are dropped. */
const WAITING_KEYS = 30;

export interface Keypad {
  /** Takes a key as it arrives. */
  press(key: Secret): void;
  /** Takes down that the caller is spoken to: what was pressed until that was heard was meant for another worker. */
  ask(): void;
  /** Takes down that keys may have been lost just now. */
  miss(): void;
  /** Hands waiting keys, then new ones, to `listener` until the returned function is called. */
  open(listener: (event: KeyEvent) => void): () => void;
  /** Forgets the keys that nobody has taken yet. */
  dropWaiting(): void;
}

/** Who keys an entry pauses for less between two keys, and nobody answers sooner what is only just said. */
const SAME_ENTRY_MS = 1000;

/** `overflow`: more keys waited than there is room for. `leftOver`: of an entry that a lost worker was keyed. */
export type DroppedKey = 'overflow' | 'leftOver';

export interface KeypadOptions {
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Is told of each key that nobody will be handed. */
  readonly onDropped: (why: DroppedKey) => void;
  /** Whether another worker has lost the call, perhaps in the middle of an entry. */
  readonly isTakenOver?: boolean;
}

/** Where a call was taken over, the rest of an entry is dropped: a lone 0 of it would ask for the operator. */
export function createKeypad({ now, onDropped, isTakenOver = false }: KeypadOptions): Keypad {
  let waiting: KeyEvent[] = [];
  let listener: ((event: KeyEvent) => void) | null = null;
  let lastAt = Number.NEGATIVE_INFINITY;
  /** When it was asked first, or the last key was pressed too soon after that; null: nothing was asked yet. */
  let notMeantAt = isTakenOver ? null : Number.NEGATIVE_INFINITY;

  // A listener may close itself (entry complete) while it takes a key: the rest stays for the next.
  function pump() {
    for (let event = waiting[0]; listener !== null && event !== undefined; event = waiting[0]) {
      waiting.shift();
      listener(event);
    }
  }

  function eventOf(key: Secret): KeyEvent {
    const at = now();
    const sinceLastMs = at - lastAt;
    lastAt = at;
    const pressed = key.reveal();
    if (pressed === '*') return { type: 'star.pressed', sinceLastMs };
    if (pressed === '#') return { type: 'pound.pressed', sinceLastMs };
    return { type: 'digit.pressed', digit: key, sinceLastMs };
  }

  return {
    miss() {
      if (waiting.at(-1)?.type !== 'keys.missed') waiting.push({ type: 'keys.missed' });
      pump();
    },
    press(key) {
      if (notMeantAt === null) return onDropped('leftOver');
      if (now() - notMeantAt < SAME_ENTRY_MS) {
        notMeantAt = now();
        return onDropped('leftOver');
      }
      const event = eventOf(key);
      if (waiting.length >= WAITING_KEYS) {
        // What is dropped leaves a gap: what came before and what comes after do not belong together.
        if (waiting.at(-1)?.type !== 'keys.missed') waiting.push({ type: 'keys.missed' });
        return onDropped('overflow');
      }
      waiting.push(event);
      pump();
    },
    ask() {
      notMeantAt ??= now();
    },
    open(next) {
      listener = next;
      // The chart that listens is still entering its state: keys may reach it only after that.
      queueMicrotask(pump);
      return () => {
        if (listener === next) listener = null;
      };
    },
    dropWaiting() {
      waiting = [];
    },
  };
}
