// Lets any number of onlookers follow the calls of a worker. Promises that a bad onlooker disturbs
// neither a call nor another onlooker.

import type { CallObservation } from './observation.ts';

export type Listener = (observation: CallObservation) => void;

export interface Observers {
  readonly tell: Listener;
  /** Follows from now on, until the returned function is called. */
  readonly watch: (listener: Listener) => () => void;
}

export function createObservers(onFault: (error: unknown) => void): Observers {
  const listeners = new Set<Listener>();
  return {
    tell(observation) {
      for (const listener of listeners) {
        try {
          listener(observation);
        } catch (error) {
          onFault(error);
        }
      }
    },
    watch(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
