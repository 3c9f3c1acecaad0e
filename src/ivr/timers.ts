// Follows the timers of a call's charts: which delay began to run, for how long, and which is over. Reads the names
// of delays and their lengths only.

import type { AnyActorRef, InspectionEvent } from 'xstate';

export interface Timer {
  readonly machine: string;
  readonly timer: string;
}

export interface TimerEvents {
  /** Also where one that runs is started anew. */
  readonly onBegan: (timer: Timer & { readonly ms: number }) => void;
  /** It ran out, or nobody waits for it any more. */
  readonly onEnded: (timer: Timer) => void;
}

/** `xstate.after.firstKey.collectDigits.listening.awaitingFirstKey` */
const DELAYED = /^xstate\.after\.([^.]+)\.([^.]+)/;

/** For XState's `inspect`. Charts in `silent` are left out. */
export function followTimers(
  { onBegan, onEnded }: TimerEvents,
  silent: ReadonlySet<string>,
): (event: InspectionEvent) => void {
  let running = new Map<string, object>();
  /** What it changed is seen with the next chart that changes, and not told then either. */
  const isSilent = ({ snapshot }: { readonly snapshot: unknown }) =>
    silent.has((snapshot as { readonly machine?: { readonly id: string } }).machine?.id ?? '');
  return (event) => {
    if (event.type !== '@xstate.snapshot' || isSilent(event)) return;
    const scheduled = new Map<string, object>(
      Object.entries((event.actorRef as AnyActorRef).system.getSnapshot()._scheduledEvents),
    );
    const before = running;
    running = scheduled;
    for (const [id, timer] of before) {
      const named = nameOf(timer);
      if (named && !silent.has(named.machine) && !scheduled.has(id)) onEnded(named);
    }
    for (const [id, timer] of scheduled) {
      const named = nameOf(timer);
      if (named === null || silent.has(named.machine) || before.get(id) === timer) continue;
      onBegan({ ...named, ms: Number(Reflect.get(timer, 'delay')) });
    }
  };
}

function nameOf(scheduled: object): Timer | null {
  const [, timer, machine] = DELAYED.exec(String(Reflect.get(scheduled, 'event')?.type)) ?? [];
  return timer === undefined || machine === undefined ? null : { machine, timer };
}
