// Follows a call's charts as they run: which chart went from which state to which, by which kind of
// event. Reads event types and state names only; payloads, contexts and keys are never looked at.

import type { AnyActorRef, InspectionEvent, StateValue } from 'xstate';

export interface Transition {
  readonly machine: string;
  readonly from: string;
  readonly event: string;
  readonly to: string;
}

interface ChartSnapshot {
  readonly value?: StateValue;
  readonly machine?: { readonly id: string };
  readonly context?: { readonly tried?: unknown; readonly plan?: { readonly tries?: unknown } };
}

/** The tries of the step under way. */
export interface Tries {
  readonly tried: number;
  readonly left: number;
}

export interface Follower {
  /** For XState's `inspect`. */
  readonly inspect: (event: InspectionEvent) => void;
  /** Tries the step under way has used. */
  readonly triesUnderWay: () => number;
}

/** Tells of every change of state in any chart of one call, and of the tries of each of its steps. */
export function followCharts(
  onTransition: (transition: Transition) => void,
  onTries: (tries: Tries) => void,
): Follower {
  const states = new Map<string, string>();
  /** Of each chart that counts tries, the step it belongs to: the outermost chart around it that counts. */
  const steps = new Map<string, string>();
  let step = '';
  let tries = 0;
  let allowed = 0;
  const tellTries = () => onTries({ tried: tries, left: Math.max(0, allowed - tries) });
  return {
    inspect(event) {
      if (event.type !== '@xstate.snapshot') return;
      const snapshot = event.snapshot as ChartSnapshot;
      if (snapshot.value === undefined || snapshot.machine === undefined) return;
      const machine = snapshot.machine.id;
      const { sessionId: id, _parent: parent } = event.actorRef as AnyActorRef;
      const tried = snapshot.context?.tried;
      if (typeof tried === 'number') {
        if (!steps.has(id)) {
          steps.set(id, steps.get(parent?.sessionId ?? '') ?? id);
          if (steps.get(id) === id) {
            [step, tries, allowed] = [id, tried, Number(snapshot.context?.plan?.tries)];
            tellTries();
          }
        }
        // Charts count on from what the one around them has counted; ended ones are still heard of.
        if (steps.get(id) === step && tried > tries) {
          tries = tried;
          tellTries();
        }
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
