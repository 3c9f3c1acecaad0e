// Many calls in one process: takes them while there is room, keeps them apart, and lets them finish
// before the process ends. A fault of one call never reaches another.

import { type RunningCall, startCall } from './call.ts';
import type { CallWorld } from './call-world.ts';
import { IvrFault, loggable } from './fault.ts';
import { recordLostCall } from './journal.ts';
import type { CallerLine } from './ports.ts';

export interface Switchboard {
  /** Calls being connected or running. */
  readonly calls: number;
  /** Whether one more call can be taken now, besides `promised` ones that are on their way. */
  hasRoom(promised?: number): boolean;
  /** Share of the capacity in use, 0 to 1. */
  load(): number;
  /** Connects and runs one call. Done when its record is kept; never rejects. */
  take(connect: () => Promise<CallerLine>): Promise<void>;
  /** Takes no more calls; done when the last one has ended. */
  drain(): Promise<void>;
  /** Ends every call with a word to its caller; done when the last one has ended. */
  stop(): Promise<void>;
}

export function createSwitchboard(world: CallWorld, capacity: number): Switchboard {
  const under = new Set<Promise<void>>();
  const running = new Set<RunningCall>();
  let isDraining = false;
  let isStopping = false;

  async function run(connect: () => Promise<CallerLine>): Promise<void> {
    let line: CallerLine;
    try {
      line = await connect();
    } catch (error) {
      const reason =
        error instanceof IvrFault && error.code === 'IVR_LINE_LOST' ? 'hung-up' : 'livekit-lost';
      world.log.warn({ reason }, 'call lost before it could be answered');
      await recordLostCall(world, reason);
      return;
    }
    const call = startCall(line, world);
    running.add(call);
    if (isStopping) call.drain();
    try {
      await call.record;
    } finally {
      running.delete(call);
    }
  }

  async function finished(): Promise<void> {
    while (under.size > 0) await Promise.all(under);
  }

  return {
    get calls() {
      return under.size;
    },
    hasRoom: (promised = 0) => !isDraining && under.size + promised < capacity,
    load: () => (isDraining ? 1 : Math.min(1, under.size / capacity)),
    take(connect) {
      const call = run(connect).catch((error: unknown) =>
        world.log.error({ fault: loggable(error) }, 'call has ended, its record is not kept yet'),
      );
      under.add(call);
      return call.finally(() => under.delete(call));
    },
    drain() {
      isDraining = true;
      return finished();
    },
    stop() {
      isDraining = true;
      isStopping = true;
      for (const call of running) call.drain();
      return finished();
    },
  };
}
