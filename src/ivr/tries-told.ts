// When whoever watches a call is told that a try is gone. The charts count a try from when its entry is checked; shown
// then, a right entry would seem to have cost one. Promises that a used try is told once an entry is asked for again,
// and never of a step that has ended. Pure.

import type { Observation } from './observation.ts';
import type { Tries } from './transitions.ts';

/** States of `collectDigits` in which an entry is asked for. */
const ASKED = /^(announcing|listening\.(prompting|awaitingFirstKey))/;

/** Takes what is seen of one call, in order; answers the tries that are to be told now, null where there is no news. */
export function followTries(): (observation: Observation) => Tries | null {
  let untold: Tries | null = null;
  let isAsked = false;

  return (observation) => {
    if (observation.type === 'step.tried') untold = observation;
    else if (observation.type === 'step.ended') untold = null;
    else if (observation.type === 'state.entered' && observation.machine === 'collectDigits') {
      isAsked = ASKED.test(observation.state);
    }
    if (untold === null || (untold.tried > 0 && !isAsked)) return null;
    const { tried, left } = untold;
    untold = null;
    return { tried, left };
  };
}
