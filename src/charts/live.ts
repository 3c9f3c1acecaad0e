// Charts to be looked at while they run: every level of a chart as one small diagram, names only, in which the
// states a call is in can be lit, and which chart runs below which state. Pure.

import { compact } from './drawing.ts';
import { levelOf } from './level.ts';
import { sourceOf } from './mermaid.ts';
import type { Chart } from './walk.ts';

export interface LiveChart {
  readonly machine: string;
  /** The whole chart first; `path`: the state whose inside is drawn. */
  readonly levels: readonly { readonly path: readonly string[]; readonly source: string }[];
  /** `runs`: the charts below a state while it lasts. */
  readonly states: readonly {
    readonly path: readonly string[];
    readonly runs: readonly string[];
  }[];
}

/** In each level's Mermaid source the box of a state has the id `s_` and its path, joined by `_`. */
export function liveChart(chart: Chart): LiveChart {
  return {
    machine: chart.id,
    levels: chart.states
      .filter(({ kind }) => kind === 'compound' || kind === 'parallel')
      .map(({ path }) => ({ path, source: sourceOf(compact(levelOf(chart, path))) })),
    states: chart.states.map(({ path, runs }) => ({
      path,
      runs: runs.flatMap((run) => (run.chart === null ? [] : [run.chart])),
    })),
  };
}
