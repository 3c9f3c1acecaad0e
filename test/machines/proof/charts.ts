// The charts that answer calls, found by walking down from the call chart; and the same charts with one
// of them put in another's place. Knows no chart by name.

import type { AnyActorLogic, AnyStateMachine } from 'xstate';
import { callMachine } from '../../../src/machines/call.machine.ts';

/** Charts by their id; who invokes whom is said by the charts themselves. */
export type Charts = Readonly<Record<string, AnyStateMachine>>;

export const SHIPPED: Charts = Object.fromEntries(
  [...below(callMachine)].map((machine) => [machine.id, machine]),
);

export function chart(charts: Charts, id: string): AnyStateMachine {
  const found = charts[id];
  if (found === undefined) throw new Error(`no chart has the id ${id}`);
  return found;
}

/** The actors a chart invokes by name, charts among them. */
export function actorsOf({ implementations }: AnyStateMachine): [string, AnyActorLogic][] {
  return Object.entries(implementations.actors as Record<string, AnyActorLogic>);
}

export function isChart(logic: AnyActorLogic): logic is AnyStateMachine {
  return 'root' in logic;
}

function below(machine: AnyStateMachine, found = new Set<AnyStateMachine>()) {
  if (found.has(machine)) return found;
  found.add(machine);
  for (const [, logic] of actorsOf(machine)) if (isChart(logic)) below(logic, found);
  return found;
}
