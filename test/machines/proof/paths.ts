// Every path through a chart, found by walking it with all that can happen in each of its states. Nothing
// is started: what a port or a chart below would answer is an event like any other.

import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventObject,
} from 'xstate';
import { adjacencyMapToArray, getAdjacencyMap } from 'xstate/graph';
import { told } from './snapshot-text.ts';
import { type Edge, type Found, type Happened, type Step, walk } from './walk.ts';

/** More steps than any of our charts has: one that grows for ever is an error. */
const LIMIT = 50_000;

/** One way from the start to an ending that comes to no state twice. */
export interface Path {
  readonly input: object;
  readonly steps: readonly Step[];
  readonly end: AnyMachineSnapshot;
}

export interface Exploration {
  readonly machine: AnyStateMachine;
  readonly starts: readonly Step[];
  /** Every state with its context that can be reached, and every step between two of them. */
  readonly states: readonly AnyMachineSnapshot[];
  readonly edges: readonly Edge[];
  /** How many shortest paths there are: one to each state. */
  readonly shortest: number;
  readonly simple: readonly Path[];
  /** States and transitions of the chart that no path touches. */
  readonly untouched: {
    readonly states: readonly string[];
    readonly transitions: readonly string[];
  };
  readonly size: { readonly states: number; readonly transitions: number };
}

/** What may come with an event, in any state or in one; an event that is not named comes bare. */
export type Payloads = Readonly<
  Record<string, readonly object[] | ((state: AnyMachineSnapshot) => readonly object[])>
>;

export interface Alphabet {
  /** Each way the chart may be started. */
  readonly inputs: readonly object[];
  readonly payloads: Payloads;
  /** Keeps the context from growing for ever. */
  readonly isBounded?: (state: AnyMachineSnapshot, event: EventObject) => boolean;
}

/**
 * What is tried on a chart. Simple paths explode, so that they have a smaller alphabet: one of their own, or
 * the same within bounds, for which nothing is walked again.
 */
export interface Trial extends Alphabet {
  readonly simple: Alphabet | Required<Pick<Alphabet, 'isBounded'>>;
}

export function explore(machine: AnyStateMachine, { simple, ...all }: Trial): Exploration {
  const graphs = all.inputs.map((input) => graphOf(machine, all, input));
  const ways = () =>
    'inputs' in simple
      ? simple.inputs.map((input) => graphOf(machine, simple, input))
      : graphs.map(({ edges, ...graph }) => ({
          ...graph,
          edges: edges.filter(({ from, event }) => simple.isBounded(from, event)),
        }));
  let paths: Path[] | null = null;
  const states = new Map(graphs.flatMap((graph) => [...graph.states]));
  const taken = new Set(graphs.flatMap((graph) => [...graph.taken]));
  const nodes = below(machine.root).filter(({ parent }) => parent !== undefined);
  const transitions = below(machine.root).flatMap(transitionsOf);
  const entered = new Set([...states.values()].flatMap(({ _nodes }) => _nodes));
  for (const { source, target } of taken)
    for (const node of [source, ...(target ?? [])]) entered.add(node);
  return {
    machine,
    starts: graphs.flatMap(({ starts }) => starts),
    states: [...states.values()],
    edges: graphs.flatMap(({ edges }) => edges),
    shortest: graphs.reduce((sum, graph) => sum + graph.states.size, 0),
    // Not every rule wants them.
    get simple() {
      paths ??= ways().flatMap(simplePaths);
      return paths;
    },
    untouched: {
      states: nodes.filter((node) => !entered.has(node)).map(({ id }) => id),
      transitions: transitions.filter((choice) => !taken.has(choice)).map(nameOf),
    },
    size: { states: nodes.length, transitions: transitions.length },
  };
}

/** All that can be reached from one start. */
function graphOf(machine: AnyStateMachine, alphabet: Alphabet, input: object) {
  const map = getAdjacencyMap(machine, optionsOf(alphabet, input));
  const found = adjacencyMapToArray(map).map(toEdge);
  const states = new Map<string, AnyMachineSnapshot>();
  for (const { from, to } of found) {
    states.set(told(from), from);
    if (!states.has(told(to))) states.set(told(to), to);
  }
  const walked = walk(machine, [input], found);
  for (const { to } of walked.starts) if (!states.has(told(to))) states.set(told(to), to);
  return { input, states, ...walked };
}

/**
 * XState's own `getSimplePaths` walks the whole chart anew for each of its states; this goes through a graph
 * once, and on to where a path ends.
 */
function simplePaths({ input, starts, edges }: Omit<ReturnType<typeof graphOf>, 'states'>): Path[] {
  const paths: Path[] = [];
  const leaving = Map.groupBy(edges, ({ from }) => told(from));
  const steps = [...starts];
  const visited = new Set<string>();
  const goOn = (from: AnyMachineSnapshot) => {
    const here = told(from);
    if (visited.has(here)) return;
    if (from.status !== 'active') paths.push({ input, steps: [...steps], end: from });
    visited.add(here);
    for (const edge of leaving.get(here) ?? []) {
      steps.push(edge);
      goOn(edge.to);
      steps.pop();
    }
    visited.delete(here);
  };
  for (const { to } of starts) goOn(to);
  return paths;
}

const toEdge = ({
  state: from,
  event,
  nextState: to,
}: {
  state: AnyMachineSnapshot;
  event: EventObject;
  nextState: AnyMachineSnapshot;
}): Found => ({ from, event: event as Happened, to });

function optionsOf({ payloads, isBounded = () => true }: Alphabet, input: object) {
  const events = (state: AnyMachineSnapshot): Happened[] => {
    if (state.status !== 'active') return [];
    const types = new Set(state._nodes.flatMap(({ ownEvents }: AnyStateNode) => ownEvents));
    // That all parts of a state are done, a chart tells itself.
    for (const type of types) if (type.startsWith('xstate.done.state.')) types.delete(type);
    const payloadsOf = (type: string) => {
      const given = payloads[type] ?? [{}];
      return typeof given === 'function' ? given(state) : given;
    };
    return [...types]
      .flatMap((type) => payloadsOf(type).map((payload) => ({ type, ...payload })))
      .filter((event) => isBounded(state, event));
  };
  return { input, events, serializeState: told, serializeEvent: told, limit: LIMIT };
}

/** States from which no path leads to an ending. */
export function stuck({ states, edges }: Exploration): AnyMachineSnapshot[] {
  const arrivals = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const key = told(to);
    arrivals.set(key, [...(arrivals.get(key) ?? []), told(from)]);
  }
  const saved = new Set<string>();
  const queue = states.filter(({ status }) => status === 'done').map(told);
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (saved.has(key)) continue;
    saved.add(key);
    queue.push(...(arrivals.get(key) ?? []));
  }
  return states.filter((state) => !saved.has(told(state)));
}

export function below(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(below)];
}

/** The transitions that leave a state. */
export const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...(node.always ?? []),
  ...[...node.transitions.values()].flat(),
];

function nameOf({ source, eventType, guard }: AnyTransitionDefinition): string {
  return `${source.id}: ${eventType || 'always'} ${JSON.stringify(guard ?? '')}`;
}
