// Draws a chart as Mermaid diagrams, one per level, so that each can be read without scrolling: a state
// with states inside is one box here and a diagram of its own. Pure text in, pure text out.

import type { Chart, ChartState, Exit } from './walk.ts';

export interface Diagram {
  /** Path of the state whose inside is drawn; empty for the whole chart. */
  readonly path: readonly string[];
  readonly source: string;
}

type Path = readonly string[];

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string | null;
}

const STYLES = [
  'classDef final stroke-width:3px',
  'classDef inner font-weight:bold',
  'classDef outside stroke-dasharray:4 4',
];

/** One diagram per state that has alternatives inside, the whole chart first. */
export function diagrams(chart: Chart): Diagram[] {
  return chart.states
    .filter(({ kind }) => kind === 'compound')
    .map(({ path }) => ({ path, source: draw(chart, path) }));
}

function draw(chart: Chart, inside: Path): string {
  const children = chart.states.filter(({ path }) => isParent(inside, path));
  const outside = new Map<string, string>();
  const edges: Edge[] = [];

  const nodeOf = (path: Path): string => {
    if (isWithin(inside, path)) return idOf(path.slice(0, inside.length + 1));
    outside.set(idOf(path), isSame(path, inside) ? 'in any state' : path.join('.'));
    return idOf(path);
  };

  for (const state of chart.states) {
    for (const exit of state.exits) {
      const { target } = exit;
      if (target === null || !isShown(state.path, target, inside)) continue;
      const source = seenFrom(inside, state.path);
      const label = isSame(source, state.path) ? labelOf(exit, state) : null;
      edges.push({ from: nodeOf(source), to: nodeOf(target), label });
    }
  }

  const initial = children.find(({ isInitial }) => isInitial);
  const lines = [
    'direction TB',
    ...children.flatMap(boxOf),
    ...[...outside].map(([id, text]) => `state "${escapeLabel(text)}" as ${id}`),
    ...(initial ? [`[*] --> ${idOf(initial.path)}`] : []),
    ...merged(edges),
    ...STYLES,
    ...classesOf(
      'final',
      children.filter(({ kind }) => kind === 'final').map(({ path }) => idOf(path)),
    ),
    ...classesOf(
      'inner',
      children.filter(hasInside).map(({ path }) => idOf(path)),
    ),
    ...classesOf('outside', [...outside.keys()]),
  ];
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** What a box says: its name, and what it asks for or runs. */
function boxOf(state: ChartState): string[] {
  const id = idOf(state.path);
  const runs = state.runs.map(({ name, chart }) => `${chart === null ? 'asks' : 'runs'} ${name}`);
  return [
    `state "${escapeLabel(state.path.at(-1) ?? '')}" as ${id}`,
    ...runs.map((text) => `${id}: ${escapeLabel(text)}`),
  ];
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
function labelOf({ when, of, guard }: Exit, { runs }: ChartState): string {
  const cause = of !== null && runs.length > 1 ? `${of} ${when}` : when;
  const condition = guard === null ? '' : `[${guard.params || guard.name}]`;
  return `${cause} ${condition}`.trim();
}

/** Arrows between the same two boxes become one. */
function merged(edges: readonly Edge[]): string[] {
  const arrows = new Map<string, Set<string>>();
  for (const { from, to, label } of edges) {
    const arrow = `${from} --> ${to}`;
    const labels = arrows.get(arrow) ?? new Set();
    if (label) labels.add(escapeLabel(label));
    arrows.set(arrow, labels);
  }
  return [...arrows].map(([arrow, labels]) =>
    labels.size === 0 ? arrow : `${arrow}: ${[...labels].join('<br/>')}`,
  );
}

function classesOf(name: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`class ${ids.join(',')} ${name}`];
}

const hasInside = ({ kind }: ChartState) => kind === 'compound' || kind === 'parallel';

const isSame = (a: Path, b: Path) => a.join('.') === b.join('.');

/** Whether `path` lies below `above`. */
function isWithin(above: Path, path: Path): boolean {
  return path.length > above.length && above.every((key, i) => path[i] === key);
}

const isParent = (above: Path, path: Path) =>
  path.length === above.length + 1 && isWithin(above, path);

/** No state's name can be taken for a word of Mermaid's. */
const idOf = (path: Path) => ['s', ...path].join('_');

function escapeLabel(text: string): string {
  return text.replace(/[#;:"<>]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
