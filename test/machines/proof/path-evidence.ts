// What the walked charts show, read as evidence: asks, results and endings of steps and paths.

import type { AnyMachineSnapshot } from 'xstate';
import type { LinePlan, Route } from '../../../src/machines/line-plan.ts';
import {
  AMR_OF_PROVEN_STEP,
  AMR_OF_STEP,
  type Amr,
  FACTORS,
  type StepName,
} from '../../../src/machines/outcome.ts';
import type { AccountHandle } from '../../../src/machines/verify-entry.machine.ts';
import type { Explored } from './chart-paths.ts';
import { isDropped, rejectDeskOf } from './passage.ts';
import type { Exploration } from './paths.ts';
import { dueTo } from './policy-table.ts';
import type { Happened, Step } from './walk.ts';

export function chartOf(explored: Explored, id: string): Exploration {
  const found = explored[id];
  if (found === undefined) throw new Error(`the chart ${id} was not explored`);
  return found;
}

/** The result that an event brings; null: none. */
export const resultOf = (event: Happened): Result | null =>
  (event.output as Result | undefined) ?? null;

interface Result {
  readonly kind?: string;
  readonly choice?: string | null;
  readonly tried?: number;
  readonly outcome?: string;
  readonly account?: AccountHandle | null;
}

/** What a chart may end as when something but the caller failed. */
export const FAULTY: ReadonlySet<string> = new Set(['unavailable', 'storeLost', 'faulted']);

export const kindOf = (event: Happened) => resultOf(event)?.kind ?? null;

/** How a chart ended; null: not yet. */
export const endOf = ({ status, output }: AnyMachineSnapshot): Result | null =>
  status === 'done' ? (output as Result) : null;

/** What a step asked of one port or started of one chart. */
export const asksOf = ({ asks }: Pick<Step, 'asks'>, src: string) =>
  asks.filter((ask) => ask.src === src).map(({ input }) => input);

export const allSteps = ({ starts, edges }: Exploration): readonly Step[] => [...starts, ...edges];

/** A place as a failing test shows it. */
export function at({ value }: AnyMachineSnapshot, event?: Happened): string {
  const result = event && (kindOf(event) ?? resultOf(event)?.outcome ?? '');
  return `${JSON.stringify(value)}${event ? ` on ${event.type} ${result}` : ''}`.trim();
}

/** What is not as it should be, each thing said once. */
export function wrong<Thing>(
  things: readonly Thing[],
  isRight: (thing: Thing) => boolean,
  say: (thing: Thing) => string,
): string[] {
  return [...new Set(things.filter((thing) => !isRight(thing)).map(say))];
}

export function isVerified({ context }: AnyMachineSnapshot): boolean {
  const accepted = context.accepted as readonly StepName[];
  return (
    isWhole(context) &&
    accepted.some((name) => FACTORS.has(name)) &&
    accepted.includes('account') &&
    context.account.ref !== null
  );
}

/** Whether every step was accepted but for those that the verdict makes up for. */
export function isWhole(context: AnyMachineSnapshot['context']): boolean {
  const accepted = context.accepted as readonly StepName[];
  const route = context.route as Route | null;
  const due = route?.steps.filter(
    (plan) => accepted.includes(plan.step) || !isDropped(context, plan),
  );
  return due?.map(({ step }) => step).join() === accepted.join();
}

/** Whether it is the policy that sends the call to the desk it goes to. */
export const isSentAway = ({ plan, evidence, desk }: AnyMachineSnapshot['context']) =>
  dueTo(plan.screening, evidence).action === 'route' && desk === rejectDeskOf(plan);

/** A backend or a chart below that broke, gave no answer, or none in time. */
export const isFault = (event: Happened) =>
  /^xstate\.(error\.actor\.(?!playPrompt)|after\.verdict\.)/.test(event.type) ||
  FAULTY.has(kindOf(event) ?? '');

export function isOpen({ context }: AnyMachineSnapshot, desk: string): boolean {
  const { requires } = (context.desks as LinePlan['desks'])[desk] ?? {};
  return requires?.every((word) => context.proof.amr.includes(word)) ?? false;
}

export function isProof(input: unknown, { context }: AnyMachineSnapshot): boolean {
  const { proof } = input as { proof: { amr: readonly Amr[] } };
  const { upstream, upstreamAccount, account } = context;
  const isProven = (step: StepName) =>
    upstream?.steps.includes(step) && upstreamAccount?.ref === account.ref;
  const words = (context.accepted as readonly StepName[]).flatMap((step): readonly Amr[] =>
    isProven(step) ? AMR_OF_PROVEN_STEP[step] : AMR_OF_STEP[step],
  );
  const due = /^(locked-out|stranger)$/.test(context.reason) ? [] : words;
  return proof.amr.join() === [...new Set(due)].join();
}
