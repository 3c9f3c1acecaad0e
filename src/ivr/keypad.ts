// The caller's keys on their way into a chart: kept while nobody listens, handed over one at a time.
// Promises order and a bound; knows nothing of what an entry is. Never prints a key.

import type { KeyEvent } from '../machines/collect-digits.machine.ts';
import type { Secret } from '../machines/secret.ts';

/** Keys that wait for the next entry; more are dropped. */
const WAITING_KEYS = 30;

export interface Keypad {
  /** Takes a key as it arrives. */
  press(key: Secret): void;
  /** Takes down that keys may have been lost just now. */
  miss(): void;
  /** Hands waiting keys, then new ones, to `listener` until the returned function is called. */
  open(listener: (event: KeyEvent) => void): () => void;
  /** Forgets the keys that nobody has taken yet. */
  dropWaiting(): void;
}

/** `now`: a monotonic clock in milliseconds. `onOverflow` is told of each key that found no place. */
export function createKeypad(now: () => number, onOverflow: () => void): Keypad {
  let waiting: KeyEvent[] = [];
  let listener: ((event: KeyEvent) => void) | null = null;
  let lastAt = Number.NEGATIVE_INFINITY;

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
      const event = eventOf(key);
      if (waiting.length >= WAITING_KEYS) {
        // What is dropped leaves a gap: what came before and what comes after do not belong together.
        if (waiting.at(-1)?.type !== 'keys.missed') waiting.push({ type: 'keys.missed' });
        return onOverflow();
      }
      waiting.push(event);
      pump();
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
