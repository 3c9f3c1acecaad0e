// Follows a call's charts as they run: which chart went from which state to which, by which kind of
// event. Reads event types and state names only; payloads, contexts and keys are never looked at.

import type { InspectionEvent, StateValue } from 'xstate';

export interface Transition {
  readonly machine: string;
  readonly from: string;
  readonly event: string;
  readonly to: string;
}

interface ChartSnapshot {
  readonly value?: StateValue;
  readonly machine?: { readonly id: string };
  readonly context?: { readonly tried?: unknown };
}

export interface Follower {
  /** For XState's `inspect`. */
  readonly inspect: (event: InspectionEvent) => void;
  /** Tries the step under way has used. */
  readonly triesUnderWay: () => number;
}

/** Tells `onTransition` of every change of state in any chart of one call. */
export function followCharts(onTransition: (transition: Transition) => void): Follower {
  const states = new Map<string, string>();
  let counting = '';
  let tries = 0;
  return {
    inspect(event) {
      if (event.type !== '@xstate.snapshot') return;
      const snapshot = event.snapshot as ChartSnapshot;
      if (snapshot.value === undefined || snapshot.machine === undefined) return;
      const machine = snapshot.machine.id;
      const id = event.actorRef.sessionId;
      const tried = snapshot.context?.tried;
      // The chart that began last counts: one that has ended is still heard of after its successor.
      if (typeof tried === 'number' && (id === counting || !states.has(id))) {
        counting = id;
        tries = tried;
      }
      const from = states.get(id) ?? '';
      const to = nameOf(snapshot.value);
      if (from === to) return;
      states.set(id, to);
      onTransition({ machine, from, event: event.event.type, to });
    },
    triesUnderWay: () => tries,
  };
}

/** A state's name with its parents': `listening.entering.clear`; parallel parts joined by `+`. */
function nameOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([key, below]) => {
      const rest = below === undefined ? '' : nameOf(below);
      return rest === '' ? key : `${key}.${rest}`;
    })
    .join('+');
}
