// The rules G1 to G4 on every generated path: how a call is decided on, and what it is spared.

import type { Explored } from './chart-paths.ts';
import { GATE_JUDGES } from './gate-rules.ts';
import type { Passage } from './passage.ts';
import { at, chartOf, wrong } from './path-evidence.ts';
import { passageOf } from './path-passage.ts';
import { resumptionOf } from './resumed-calls.ts';
import type { Judges } from './rules.ts';

export const GATE_PATH_JUDGES: Judges<Explored> = {
  G1: onEveryPassage(GATE_JUDGES.G1),
  G2: onEveryPassage(GATE_JUDGES.G2),
  G3: onEveryPassage(GATE_JUDGES.G3),
  G4: (explored) => [
    ...onEveryPassage(GATE_JUDGES.G4)(explored),
    ...wrong(
      chartOf(explored, 'call').states.filter((state) => state.matches('screening')),
      ({ _nodes }) => _nodes.some(({ after }) => after.length > 0),
      (state) => `may ring without end: ${at(state)}`,
    ),
  ],
};

function onEveryPassage(judge: (passage: Passage) => readonly string[]) {
  return (explored: Explored) => {
    // A call that goes on was decided on before.
    const begun = chartOf(explored, 'call').simple.filter(({ input }) => !resumptionOf(input));
    const passages = begun.map(passageOf);
    return [...new Set(passages.flatMap(judge))];
  };
}
