// A chart as plain data, read from the machine itself: every state, every way out of it. Promises that
// nothing is left out (XState's own graph leaves out `always`). Pure; draws nothing.

import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** A chart and all its states in document order, the root first. */
export interface Chart {
  readonly id: string;
  readonly description: string;
  readonly states: readonly ChartState[];
}

export interface ChartState {
  /** Keys from the root down; empty for the root. */
  readonly path: readonly string[];
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  /** Whether its parent begins with it. */
  readonly isInitial: boolean;
  readonly description: string;
  readonly runs: readonly Run[];
  /** What a final state gives back: a word or JSON, `…` where it is made then, null for nothing. */
  readonly output: string | null;
  readonly exits: readonly Exit[];
}

/** What a state asks for while it lasts. */
export interface Run {
  readonly name: string;
  /** Id of the chart that runs below this one; null for a port. */
  readonly chart: string | null;
}

export interface Exit {
  /** What has to happen, in words; empty: nothing. */
  readonly when: string;
  /** What that comes from, where the state asks for or runs it; null for all else. */
  readonly of: string | null;
  /** `else` behind guarded ones, null for none. */
  readonly guard: Guard | null;
  readonly description: string;
  /** Path of the state it leads to; null: the state stays as it is. */
  readonly target: readonly string[] | null;
}

export interface Guard {
  readonly name: string;
  /** What it compares to; empty where it has no parameters. */
  readonly params: string;
}

/** Reads a machine from `machine.root` down. */
export function walk(machine: AnyStateMachine): Chart {
  return {
    id: machine.id,
    description: machine.root.description ?? '',
    states: below(machine.root).map((node) => stateOf(node, machine)),
  };
}

function below(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(below)];
}

function stateOf(node: AnyStateNode, machine: AnyStateMachine): ChartState {
  const { parent } = node;
  return {
    path: node.path,
    kind: node.type === 'history' ? 'atomic' : node.type,
    isInitial: parent?.type === 'compound' && parent.initial.target[0] === node,
    description: node.description ?? '',
    runs: node.invoke.map(({ src }) => runOf(String(src), machine)),
    output: outputOf(node),
    exits: [node.always ?? [], ...node.transitions.values()].flatMap((choices) =>
      choices.map((choice, i) => exitOf(choice, i > 0, machine)),
    ),
  };
}

function runOf(name: string, machine: AnyStateMachine): Run {
  const logic: unknown = machine.implementations.actors[name];
  const isChart = typeof logic === 'object' && logic !== null && 'root' in logic && 'id' in logic;
  return { name, chart: isChart ? String(logic.id) : null };
}

function outputOf({ type, output }: AnyStateNode): string | null {
  if (type !== 'final' || output === undefined) return null;
  if (typeof output === 'function') return '…';
  return typeof output === 'string' ? output : JSON.stringify(output);
}

function exitOf(choice: AnyTransitionDefinition, isLater: boolean, machine: AnyStateMachine): Exit {
  return {
    ...causeOf(choice, machine),
    guard: guardOf(choice.guard) ?? (isLater ? { name: 'else', params: '' } : null),
    description: choice.description ?? '',
    target: choice.target?.[0]?.path ?? null,
  };
}

function causeOf(
  { eventType, source }: AnyTransitionDefinition,
  machine: AnyStateMachine,
): Pick<Exit, 'when' | 'of'> {
  const actor = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType);
  if (actor) return { when: actor[1] === 'done' ? 'done' : 'failed', of: actor[2] ?? null };
  if (eventType.startsWith('xstate.done.state.')) return { when: 'all done', of: null };
  const timer = source.after.find((after) => after.eventType === eventType);
  if (timer) return { when: `after ${delayOf(timer.delay, machine)}`, of: null };
  return { when: eventType, of: null };
}

/** The name of a delay, with its length where that is the same in every call. */
function delayOf(delay: unknown, machine: AnyStateMachine): string {
  const length: unknown = machine.implementations.delays[String(delay)];
  return typeof length === 'number' ? `${delay} ${length / 1000} s` : String(delay);
}

function guardOf(guard: unknown): Guard | null {
  if (guard === undefined) return null;
  if (typeof guard === 'string') return { name: guard, params: '' };
  if (typeof guard === 'object' && guard !== null && 'type' in guard) {
    const params = 'params' in guard && typeof guard.params === 'object' ? guard.params : {};
    return { name: String(guard.type), params: Object.values(params ?? {}).join(' ') };
  }
  throw new Error('a guard has no name: give it one in setup(), the charts are drawn with it');
}
