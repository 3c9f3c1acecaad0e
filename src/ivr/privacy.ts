// Whether a call is private: who is in the room besides the caller and us. Promises that whoever was seen to
// come is remembered to the end of the call, though they may have left again: keys may have been heard. Tells
// kinds of participants, never names.

import { bindToCall } from './isolation.ts';
import type { CallerLine } from './ports.ts';

export interface Privacy {
  /** Asks now: the kind of everybody who has no business in the room. Rejects where nobody can say. */
  strangers(signal: AbortSignal): Promise<readonly string[]>;
  /** Tells `listener` of each stranger that comes, until the returned function is called. */
  watch(listener: () => void): () => void;
}

/** `onStranger` is told once, of the first stranger that matters: while keys are collected or read out. */
export function watchPrivacy(
  line: Pick<CallerLine, 'strangers' | 'onStranger'>,
  onStranger: (kind: string) => void,
): Privacy {
  const came: string[] = [];
  let listener: (() => void) | null = null;
  let isTold = false;

  function tell(kind: string) {
    if (!isTold) onStranger(kind);
    isTold = true;
  }

  line.onStranger(
    bindToCall((kind) => {
      came.push(kind);
      if (listener === null) return;
      tell(kind);
      listener();
    }),
  );

  return {
    async strangers(signal) {
      const found = came.length > 0 ? came : await line.strangers(signal);
      const [first] = found;
      if (first !== undefined) tell(first);
      return [...found];
    },
    watch(next) {
      listener = next;
      return () => {
        if (listener === next) listener = null;
      };
    },
  };
}
