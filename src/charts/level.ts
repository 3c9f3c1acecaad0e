// One level of a chart as boxes and arrows: the states inside a state, and what lies beside them and is
// led to or from. Says what boxes and arrows carry, not how many diagrams they fill. Pure.

import { wrap } from './text.ts';
import type { Chart, ChartState, Exit } from './walk.ts';

export interface Box {
  readonly id: string;
  readonly name: readonly string[];
  /** What stands below the name. */
  readonly lines: readonly string[];
  readonly isFinal: boolean;
  /** Whether it is at home in another diagram. */
  readonly isElsewhere: boolean;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly lines: readonly string[];
}

export interface Level {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  /** Id of the box it begins with. */
  readonly start: string | null;
}

type Path = readonly string[];

/** Stands on an arrow that starts deeper inside its box: there it says what has to happen. */
export const FROM_INSIDE = 'from inside';

/** Widest text in a box, and on an arrow: Mermaid would break what is longer than 200 px itself. */
const BOX_TEXT = 200;
const ARROW_TEXT = 185;

/** The states right inside `inside`, with every arrow between them, into them and out of them. */
export function levelOf(chart: Chart, inside: Path): Level {
  const children = chart.states.filter(({ path }) => isParent(inside, path));
  const outside = new Map<string, Box>();
  const arrows = new Map<string, Omit<Arrow, 'lines'>>();
  const causesOf = new Map<string, string[][]>();

  const idAt = (path: Path): string => {
    if (isWithin(inside, path)) return idOf(path.slice(0, inside.length + 1));
    const state = chart.states.find((other) => isSame(other.path, path));
    if (state) outside.set(idOf(path), outsideBox(state, isSame(path, inside)));
    return idOf(path);
  };

  for (const state of chart.states) {
    for (const exit of state.exits) {
      if (exit.target === null || !isShown(state.path, exit.target, inside)) continue;
      const source = seenFrom(inside, state.path);
      const from = idAt(source);
      const to = idAt(exit.target);
      const key = `${from} ${to}`;
      const causes = causesOf.get(key) ?? [];
      const cause = isSame(source, state.path) ? causeOf(exit, state) : [FROM_INSIDE];
      const isKnown = causes.some((other) => other.join(' ') === cause.join(' '));
      causesOf.set(key, isKnown ? causes : [...causes, cause]);
      arrows.set(key, { from, to });
    }
  }
  const initial = children.find(({ isInitial }) => isInitial);
  return {
    boxes: [...children.map((state) => boxOf(state, chart)), ...outside.values()],
    arrows: [...arrows].map(([key, ends]) => ({ ...ends, lines: joined(causesOf.get(key) ?? []) })),
    start: initial ? idOf(initial.path) : null,
  };
}

function boxOf(state: ChartState, chart: Chart): Box {
  const inner = chart.states.filter(({ path }) => isParent(state.path, path)).length;
  const lines = [
    state.description,
    ...state.runs.map(({ name, chart: below }) => `${below === null ? 'asks' : 'runs'} ${name}`),
    insideOf(state, inner),
    endOf(state),
  ];
  return {
    id: idOf(state.path),
    name: wrap(state.path.at(-1) ?? '', BOX_TEXT),
    lines: lines.flatMap((line) => wrap(line, BOX_TEXT)),
    isFinal: state.kind === 'final',
    isElsewhere: false,
  };
}

function insideOf({ kind }: ChartState, count: number): string {
  if (count === 0) return '';
  if (kind === 'parallel') return `${count} parts side by side`;
  return count === 1 ? '1 state inside' : `${count} states inside`;
}

function outsideBox(state: ChartState, isInside: boolean): Box {
  return {
    id: idOf(state.path),
    name: isInside ? ['in any state'] : wrap(state.path.join('.'), BOX_TEXT),
    lines: isInside
      ? []
      : [state.description, endOf(state)].flatMap((line) => wrap(line, BOX_TEXT)),
    isFinal: state.kind === 'final',
    isElsewhere: true,
  };
}

/** What an end gives back is in the table, unless it is short and not its name once more. */
function endOf({ kind, output, path }: ChartState): string {
  if (kind !== 'final') return '';
  const isSaid = output === null || output === '…' || output.includes(path.at(-1) ?? '');
  return isSaid ? 'the end' : `the end: ${output}`;
}

/** Whether a way out belongs into the diagram of `inside`. */
function isShown(from: Path, to: Path, inside: Path): boolean {
  if (!isWithin(inside, from)) return isWithin(inside, to);
  // What stays within one box is drawn in that box's own diagram.
  const box = (path: Path) => path.slice(0, inside.length + 1);
  return !isSame(box(from), box(to)) || (isSame(from, to) && isSame(from, box(from)));
}

/** The box in which `path` is seen from inside `inside`: a child, or whoever stands beside it outside. */
function seenFrom(inside: Path, path: Path): Path {
  let common = 0;
  while (common < inside.length && path[common] === inside[common]) common += 1;
  return path.slice(0, common + 1);
}

/** As short as it stays clear: whose answer it is goes without saying where only one is asked. */
function causeOf({ when, of, guard, description }: Exit, { runs }: ChartState): string[] {
  const cause = of !== null && runs.length > 1 ? `${of} ${when}` : when;
  const condition = guard === null ? '' : `[${guard.params || guard.name}]`;
  const why = description === '' ? '' : `(${description})`;
  return [`${cause} ${condition}`.trim(), why].filter((text) => text !== '');
}

/** The lines on an arrow with several causes; from the second on each begins with `or`. */
function joined(causes: readonly (readonly string[])[]): string[] {
  return causes
    .filter((cause) => cause.length > 0)
    .flatMap(([first = '', ...rest], i) => [i === 0 ? first : `or ${first}`, ...rest])
    .flatMap((text) => wrap(text, ARROW_TEXT));
}

const isSame = (a: Path, b: Path) => a.join('.') === b.join('.');

/** Whether `path` lies below `above`. */
function isWithin(above: Path, path: Path): boolean {
  return path.length > above.length && above.every((key, i) => path[i] === key);
}

const isParent = (above: Path, path: Path) =>
  path.length === above.length + 1 && isWithin(above, path);

/** No state's name can be taken for a word of Mermaid's. */
const idOf = (path: Path) => ['s', ...path].join('_');
