// Every path through a chart, found by walking it with all that can happen in each of its states. Nothing
// is started: what a port or a chart below would answer is an event like any other.

import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  createEmptyActor,
  type EventObject,
} from 'xstate';
import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import { Secret } from '../../src/machines/secret.ts';

export interface Edge {
  readonly from: AnyMachineSnapshot;
  readonly event: EventObject & Record<string, unknown>;
  readonly to: AnyMachineSnapshot;
}

export interface Exploration {
  readonly machine: AnyStateMachine;
  /** Every state with its context that can be reached, and every step between two of them. */
  readonly states: readonly AnyMachineSnapshot[];
  readonly edges: readonly Edge[];
  /** A shortest way to each of them. */
  readonly paths: readonly {
    readonly end: AnyMachineSnapshot;
    readonly events: readonly EventObject[];
  }[];
  /** States and transitions of the chart that no path touches. */
  readonly untouched: {
    readonly states: readonly string[];
    readonly transitions: readonly string[];
  };
  readonly size: { readonly states: number; readonly transitions: number };
}

/** What may come with an event; an event that is not named comes bare. */
export type Payloads = Readonly<Record<string, readonly object[]>>;

interface Explore {
  readonly machine: AnyStateMachine;
  /** Each way the chart may be started. */
  readonly inputs: readonly object[];
  readonly payloads: Payloads;
  /** Keeps the context from growing for ever. */
  readonly isBounded?: (state: AnyMachineSnapshot, event: EventObject) => boolean;
}

export function explore({
  machine,
  inputs,
  payloads,
  isBounded = () => true,
}: Explore): Exploration {
  const states = new Map<string, AnyMachineSnapshot>();
  const edges: Edge[] = [];
  const paths: { end: AnyMachineSnapshot; events: EventObject[] }[] = [];

  const eventsOf = (state: AnyMachineSnapshot) => {
    if (state.status !== 'active') return [];
    const types = new Set(state._nodes.flatMap(({ ownEvents }: AnyStateNode) => ownEvents));
    return [...types]
      .flatMap((type) => (payloads[type] ?? [{}]).map((payload) => ({ type, ...payload })))
      .filter((event) => isBounded(state, event));
  };

  for (const input of inputs) {
    const options = { input, events: eventsOf, serializeState: told, serializeEvent: told };
    for (const { state, steps } of getShortestPaths(machine, options)) {
      // XState puts its own first event at the head of every path.
      const events = steps.map(({ event }) => event).filter(({ type }) => type !== 'xstate.init');
      paths.push({ end: state, events });
    }
    for (const { state: from, event, nextState: to } of adjacencyMapToArray<
      AnyMachineSnapshot,
      Edge['event']
    >(getAdjacencyMap(machine, options))) {
      edges.push({ from, event, to });
      states.set(told(from), from).set(told(to), to);
    }
  }

  const touched = taken(machine, inputs, edges);
  const nodes = below(machine.root).filter(({ parent }) => parent !== undefined);
  const transitions = below(machine.root).flatMap(transitionsOf);
  const entered = new Set([...states.values()].flatMap(({ _nodes }) => _nodes));
  for (const { source, target } of touched)
    for (const node of [source, ...(target ?? [])]) entered.add(node);
  return {
    machine,
    states: [...states.values()],
    edges,
    paths,
    untouched: {
      states: nodes.filter((node) => !entered.has(node)).map(({ id }) => id),
      transitions: transitions.filter((choice) => !touched.has(choice)).map(nameOf),
    },
    size: { states: nodes.length, transitions: transitions.length },
  };
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

const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...(node.always ?? []),
  ...[...node.transitions.values()].flat(),
];

/** Every transition that is taken on some edge, the immediate ones on the way included. */
function taken(machine: AnyStateMachine, inputs: readonly object[], edges: readonly Edge[]) {
  const touched = new Set<AnyTransitionDefinition>();
  const self = createEmptyActor();
  self.system.inspect((step) => {
    if (step.type !== '@xstate.microstep') return;
    for (const choice of step._transitions) touched.add(choice);
  });
  const nothing = () => undefined;
  // As XState's own graph walker has it: somebody for whom nothing is executed.
  const scope = {
    self: self as never,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: nothing,
  };
  for (const input of inputs) machine.getInitialSnapshot(scope, input);
  for (const { from, event } of edges) machine.transition(from, event, scope);
  return touched;
}

function nameOf({ source, eventType, guard }: AnyTransitionDefinition): string {
  return `${source.id}: ${eventType || 'always'} ${JSON.stringify(guard ?? '')}`;
}

/** A state or an event as text, secrets revealed: two that differ in a key are two. */
function told(thing: object): string {
  const plain = 'value' in thing && 'context' in thing ? [thing.value, thing.context] : thing;
  return JSON.stringify(plain, function (this: Record<string, unknown>, key, text) {
    const value = this[key];
    return value instanceof Secret ? `secret ${value.reveal()}` : text;
  });
}
