// Makes a mutant of a shipped chart: a deep copy of its own config, and of what its names stand for, with
// one edit. An edit that finds nothing to change is an error: such a mutant would prove nothing.

import { isDeepStrictEqual } from 'node:util';
import { type AnyStateMachine, createMachine } from 'xstate';
import { type Charts, chart } from './charts.ts';
import type { Rule } from './rules.ts';

type Guard = string | { readonly type: string; readonly params?: object };
type Action = string | { readonly type: string };

export interface Transition {
  guard?: Guard;
  actions?: Action | Action[];
  target?: string;
}

/** A state as its chart writes it, down to what the mutants change. */
export interface State {
  type?: 'final' | 'parallel';
  states?: Record<string, State>;
  entry?: Action | Action[];
  exit?: Action | Action[];
  on?: Record<string, Transition | Transition[] | string>;
  after?: Record<string, Transition | string>;
  always?: Transition[];
  /** Some start more than one thing: `invoked` is the first. */
  invoke?: {
    onDone?: Transition[] | string;
    input?: (args: { context: never }) => object;
  };
}

/** What a chart is made of: the states, and what the names in them stand for. */
export interface Blueprint {
  readonly config: State;
  readonly guards: Record<string, unknown>;
  readonly actions: Record<string, unknown>;
  readonly actors: Record<string, unknown>;
}

/** A chart with one edit. */
export interface Mutant {
  /** The rule it breaks. */
  readonly rule: Rule;
  readonly chart: string;
  /** What goes wrong in it. */
  readonly name: string;
  readonly edit: Edit;
}

type Edit = (blueprint: Blueprint) => void;

/** The charts with one of them rebuilt as `edit` leaves it. */
export function mutate(charts: Charts, id: string, edit: Edit): Charts {
  const blueprint = blueprintOf(charts, id);
  edit(blueprint);
  if (isDeepStrictEqual(blueprint, blueprintOf(charts, id)))
    throw new Error(`the edit of ${id} changes nothing`);
  return build(charts, id, blueprint);
}

/** The charts with one of them built anew as it was. */
export function rebuild(charts: Charts, id: string): Charts {
  return build(charts, id, blueprintOf(charts, id));
}

function blueprintOf(charts: Charts, id: string): Blueprint {
  const { config, implementations } = chart(charts, id);
  const { guards, actions, actors } = implementations;
  return {
    config: copy(config) as State,
    guards: { ...guards },
    actions: { ...actions },
    actors: { ...actors },
  };
}

function build(charts: Charts, id: string, { config, ...names }: Blueprint): Charts {
  const { delays } = chart(charts, id).implementations;
  const mutant = createMachine(config as never, { ...names, delays } as never);
  return { ...charts, [id]: mutant as AnyStateMachine };
}

/** A state by its path: `underway.steps`. */
export function stateOf({ config }: Blueprint, path: string): State {
  return path
    .split('.')
    .reduce((state, key) => found(state.states?.[key], `state ${path}`), config);
}

/** What is found is returned; nothing to find is an error. */
export function found<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Error(`the chart has no ${what}: nothing to mutate`);
  return thing;
}

/** The transitions a state has for the end of what it invokes. */
export function onDone(state: State): Transition[] {
  const list = found(state.invoke?.onDone, 'onDone');
  if (typeof list === 'string') throw new Error('onDone is no list');
  return list;
}

/** The one transition of a list that is guarded so. */
export function guarded(list: readonly Transition[] | undefined, name: string, word?: string) {
  const is = ({ guard }: Transition) =>
    (typeof guard === 'string' ? guard : guard?.type) === name &&
    (word === undefined || Object.values((guard as { params: object }).params).includes(word));
  return only(found(list, `transition guarded by ${name}`).filter(is), `${name} ${word ?? ''}`);
}

/** A list of transitions without the one that is guarded so. */
export function without(list: readonly Transition[] | undefined, name: string, word?: string) {
  const row = guarded(list, name, word);
  return found(list, 'transitions').filter((other) => other !== row);
}

/** The transitions a state has for an event. */
export function rows({ on }: State, type: string): Transition[] {
  const list = found(on?.[type], `transition for ${type}`);
  if (!Array.isArray(list)) throw new Error(`${type} has no list of transitions`);
  return list;
}

/** The transition that a state has for when a time is over. */
export function after(state: State, delay: string): Transition {
  const row = found(state.after?.[delay], `delay ${delay}`);
  if (typeof row === 'string') throw new Error(`${delay} is no transition of its own`);
  return row;
}

/** Takes a part out of a state. */
export function remove<Part extends object>(whole: Part | undefined, key: keyof Part): void {
  const part = found(whole, String(key));
  found(part[key], String(key));
  delete part[key];
}

/** Takes an action out of a transition or of a state's entry. */
export function withoutAction(actions: Action | Action[] | undefined, name: string): Action[] {
  const list = [found(actions, `action ${name}`)].flat();
  const is = (action: Action) => (typeof action === 'string' ? action : action.type) === name;
  const action = only(list.filter(is), name);
  return list.filter((other) => other !== action);
}

/** Lets a chart below, or a port, be asked something else. */
export function asking(state: State, other: (question: object) => object): void {
  const invoke = invoked(state);
  const input = found(invoke.input, 'input');
  invoke.input = (args) => other(input(args));
}

/** What a state starts, the first of it where it is more. */
export function invoked({ invoke }: State): NonNullable<State['invoke']> {
  const [first] = [found(invoke, 'invoke')].flat();
  return found(first, 'invoke');
}

function only<Thing>(things: readonly Thing[], what: string): Thing {
  const [thing] = things;
  if (thing === undefined || things.length > 1)
    throw new Error(`${what} is there ${things.length} times, not once: nothing to mutate`);
  return thing;
}

/** Plain objects and lists all the way down; functions and secrets are shared. */
function copy(thing: unknown): unknown {
  if (Array.isArray(thing)) return thing.map(copy);
  if (typeof thing !== 'object' || thing === null) return thing;
  if (Object.getPrototypeOf(thing) !== Object.prototype) return thing;
  return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, copy(value)]));
}
