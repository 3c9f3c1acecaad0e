// Takes steps through a chart and watches what it does on the way. Nothing is started or executed.

import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyTransitionDefinition,
  createEmptyActor,
  type EventObject,
} from 'xstate';

export type Happened = EventObject & Readonly<Record<string, unknown>>;

/** What a chart does on its way to a state. */
export interface Step {
  /** Null: it was started. */
  readonly from: AnyMachineSnapshot | null;
  readonly event: Happened;
  readonly to: AnyMachineSnapshot;
  /** Ports asked and charts started on the way, with their question. */
  readonly asks: readonly { readonly src: string; readonly input: unknown }[];
  /** What observers are told. */
  readonly tells: readonly object[];
  /** What other charts are told. */
  readonly sends: readonly EventObject[];
  /** Names of the other things done. */
  readonly acts: readonly string[];
}

export interface Edge extends Step {
  readonly from: AnyMachineSnapshot;
}

export type Found = Pick<Edge, 'from' | 'event' | 'to'>;

/** Takes every step once more and watches: what is asked, what is done, which transitions are taken. */
export function walk(machine: AnyStateMachine, inputs: readonly object[], found: readonly Found[]) {
  const taken = new Set<AnyTransitionDefinition>();
  let asks: Step['asks'][number][] = [];
  let tells: object[] = [];
  let sends: EventObject[] = [];
  let acts: string[] = [];
  const self = createEmptyActor();
  self.system.inspect((step) => {
    if (step.type !== '@xstate.microstep') return;
    for (const choice of step._transitions) taken.add(choice);
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
    actionExecutor: ({ type, params }: { type: string; params: unknown }) => {
      if (type === 'xstate.spawnChild') {
        const { src, input } = params as Step['asks'][number];
        asks.push({ src, input });
      } else if (type === 'xstate.emit') tells.push((params as { event: object }).event);
      else if (type === 'xstate.sendTo') sends.push((params as { event: EventObject }).event);
      else acts.push(type);
    },
  };
  function watch<Taken>(step: () => Taken) {
    asks = [];
    tells = [];
    sends = [];
    acts = [];
    return { done: step(), asks, tells, sends, acts };
  }
  const starts = inputs.map((input): Step => {
    const { done, ...seen } = watch(() => machine.getInitialSnapshot(scope, input));
    return { from: null, event: { type: 'xstate.init' }, to: done, ...seen };
  });
  const edges = found.map((step): Edge => {
    const { done: _, ...seen } = watch(() => machine.transition(step.from, step.event, scope));
    return { ...step, ...seen };
  });
  return { starts, edges, taken };
}
