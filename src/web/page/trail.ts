// Where a call is: from the call's chart down, each chart that runs and the states it is in. What a chart that has
// ended last said does not matter: only what runs below a state that is entered counts.

import type { ShownChart } from '../page-wire.ts';

type Path = readonly string[];

/** One level of a chart that runs, with the boxes that are lit in it. */
export interface Place {
  readonly machine: string;
  /** As the chart has it: `listening.entering.clear`. */
  readonly state: string;
  readonly level: ShownChart['levels'][number];
  readonly lit: readonly Path[];
}

/** `states`: the last state of each chart. The call's own place first. */
export function trailOf(
  charts: readonly ShownChart[],
  states: ReadonlyMap<string, string>,
): readonly Place[] {
  const trail: Place[] = [];
  let machine: string | undefined = charts[0]?.machine;
  while (machine !== undefined) {
    const chart = charts.find((one) => one.machine === machine);
    const state = states.get(machine);
    if (chart === undefined || state === undefined) break;
    const active = pathsOf(chart, state);
    const level = levelFor(chart, active);
    if (level === undefined) break;
    const depth = level.path.length + 1;
    const lit = active.filter((one) => isInside(level.path, one)).map((one) => one.slice(0, depth));
    trail.push({ machine, state, level, lit });
    const below = chart.states.filter(({ path }) => active.some((one) => isWithin(path, one)));
    machine = below
      .flatMap(({ runs }) => runs)
      .find((name) => states.has(name) && name !== 'roomWatch');
  }
  return trail;
}

/** A level of fewer boxes says nothing that its parent's does not. */
const FEWEST_BOXES = 3;

/** The deepest level in which something is lit. */
function levelFor({ levels, states }: ShownChart, active: readonly Path[]) {
  const boxes = (path: Path) =>
    states.filter((one) => one.path.length === path.length + 1 && isInside(path, one.path)).length;
  return levels.findLast(
    ({ path }) => boxes(path) >= FEWEST_BOXES && active.some((one) => isInside(path, one)),
  );
}

/** The call's chart, and the innermost that runs. */
export function innermost(trail: readonly Place[]): readonly Place[] {
  const [first] = trail;
  const last = trail.at(-1);
  return [first, last === first ? undefined : last].filter((place) => place !== undefined);
}

/** The whole path of each part: of parallel ones only the first is told with its parents (`a.b.c+d`). */
function pathsOf({ states }: ShownChart, state: string): readonly Path[] {
  const [first = [], ...others] = state.split('+').map((part) => part.split('.'));
  const isState = (path: Path) => states.some((one) => one.path.join('.') === path.join('.'));
  return [first, ...others.map((part) => wholePath(first, part, isState))];
}

function wholePath(first: Path, part: Path, isState: (path: Path) => boolean): Path {
  for (let i = 0; i < first.length; i += 1) {
    const path = [...first.slice(0, i), ...part];
    if (isState(path)) return path;
  }
  return part;
}

const isWithin = (above: Path, path: Path) => above.every((key, i) => path[i] === key);
const isInside = (above: Path, path: Path) => path.length > above.length && isWithin(above, path);
