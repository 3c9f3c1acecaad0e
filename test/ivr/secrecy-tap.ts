// Reads along what XState lets anybody read who inspects a chart: every event, action and snapshot and, at each of
// them, what would be persisted of its actor; as JSON and as a debugger prints it. For tests that replace
// `createActor` by `tapped`.

import { inspect } from 'node:util';
import type { AnyActorLogic, AnyActorRef, createActor, InspectionEvent } from 'xstate';

const read = new Set<string>();
/** Every event of every actor as JSON, in their order, repeats included. */
const inTurn: string[] = [];

/** All that was read since the last time it was asked for. */
export function takeRead(): { readonly texts: readonly string[]; readonly events: string[] } {
  const taken = { texts: [...read], events: [...inTurn] };
  read.clear();
  inTurn.length = 0;
  return taken;
}

/** Makes actors that are read along, they and all that they start. */
export function tapped(create: typeof createActor): typeof createActor {
  return ((logic: AnyActorLogic, options?: { inspect?: (event: InspectionEvent) => void }) =>
    create(logic, {
      ...options,
      inspect(event) {
        note(event);
        options?.inspect?.(event);
      },
    })) as typeof createActor;
}

function note(inspected: InspectionEvent): void {
  const { type, actorRef, event, action, snapshot } = inspected as unknown as Inspected;
  const now = unlessTooEarly(() => ofCall(actorRef.getSnapshot()));
  const kept = unlessTooEarly(() => actorRef.getPersistedSnapshot());
  const texts = [event, withoutActors(action?.params), ofCall(snapshot), now, kept];
  if (event !== undefined) inTurn.push(JSON.stringify({ call: actorRef.sessionId, event }));
  for (const one of texts) {
    const json = JSON.stringify(one);
    if (json === undefined || read.has(json)) continue;
    read.add(json);
    read.add(`${type} ${inspect(one, EVERYTHING)}`);
    read.add(inspect(one, { ...EVERYTHING, customInspect: false }));
  }
}

/** Every event of an inspection has some of these. */
interface Inspected {
  readonly type: string;
  readonly actorRef: AnyActorRef;
  readonly event?: unknown;
  readonly action?: { readonly params?: unknown };
  readonly snapshot?: unknown;
}

/** Of a snapshot what belongs to the call; the chart it is of is the same for all calls. */
function ofCall(snapshot: unknown): object {
  const { machine, _nodes, children, ...others } = { ...Object(snapshot) };
  return others;
}

/** What is in the actors that an action is about is read of these. */
function withoutActors(params: unknown): object {
  if (isActor(params)) return {};
  return Object.fromEntries(Object.entries(Object(params)).filter(([, value]) => !isActor(value)));
}

function isActor(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sessionId' in value;
}

const EVERYTHING = {
  depth: Number.POSITIVE_INFINITY,
  showHidden: true,
  maxArrayLength: null,
  maxStringLength: null,
} as const;

/** An actor that is being made has nothing to show yet. */
function unlessTooEarly<Shown>(show: () => Shown): Shown | undefined {
  try {
    return show();
  } catch {
    return undefined;
  }
}
