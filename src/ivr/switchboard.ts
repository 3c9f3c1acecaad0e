// Many calls in one process: takes them while there is room, keeps them apart, and lets them finish
// before the process ends. A fault of one call never reaches another.

import { type BegunCall, beginCall, noteArrival, takeUpCall } from './begun-call.ts';
import { type RunningCall, startCall } from './call.ts';
import type { CallNote } from './call-note.ts';
import type { CallWorld } from './call-world.ts';
import { IvrFault, loggable } from './fault.ts';
import { inCall } from './isolation.ts';
import { recordLostCall } from './journal.ts';
import { loadOf } from './load.ts';
import type { CallerLine, OrphanedCall } from './ports.ts';

/** Joins the room of a call that another worker has lost. */
export type Rejoin = (
  note: CallNote,
  lost: Pick<OrphanedCall, 'id' | 'generation'>,
) => Promise<CallerLine>;

/** How LiveKit came to offer a call. */
export interface Offer {
  /** When (`monotonic`). */
  readonly since: number;
  /** Whether it may have been away just before: then it offers calls again that came back with it. */
  readonly mayBeRepeated: boolean;
}

export interface Switchboard {
  /** Calls being connected or running. */
  readonly calls: number;
  /** Calls taken so far, those that have ended included. */
  readonly taken: number;
  /** Whether one more call can be taken now, besides `promised` ones that are on their way. */
  hasRoom(promised?: number): boolean;
  /** How full it is, 0 to 1: by its calls, or by how late the event loop is. */
  load(): number;
  /** Connects and runs one call, which waits in this room. Done when its record is kept; never rejects. */
  take(room: string, connect: () => Promise<CallerLine>, offer?: Offer): Promise<void>;
  /** The same for a call that another worker has lost. */
  goOn(lost: OrphanedCall, connect: Rejoin): Promise<void>;
  /** Ids of the calls that run. */
  readonly running: readonly string[];
  /** Leaves a call that another worker has now. */
  giveUp(call: string): void;
  /** Takes no more calls; done when the last one has ended. */
  drain(): Promise<void>;
  /** Ends every call with a word to its caller; done when the last one has ended. */
  stop(): Promise<void>;
}

/** `waitMs`: how long something waits for the event loop now. */
export function createSwitchboard(
  world: CallWorld,
  capacity: number,
  waitMs: () => number = () => 0,
): Switchboard {
  const under = new Set<Promise<void>>();
  const running = new Map<string, RunningCall>();
  let taken = 0;
  let isDraining = false;
  let isStopping = false;

  const loadWith = (calls: number) => loadOf({ calls, capacity, waitMs: waitMs() });

  async function run(
    begun: BegunCall,
    connect: () => Promise<CallerLine>,
    { since, mayBeRepeated }: Offer,
  ): Promise<void> {
    let line: CallerLine;
    try {
      line = await connect();
      world.measure({ type: 'call.joined', seconds: (world.monotonic() - since) / 1000 });
    } catch (error) {
      const isGone = error instanceof IvrFault && error.code === 'IVR_LINE_LOST';
      const whenGone = begun.before === null ? 'hung-up' : 'worker-lost';
      const reason = isGone ? whenGone : 'livekit-lost';
      world.log.warn({ reason }, 'call lost before it could be joined');
      await recordLostCall(begun, world, reason);
      return;
    }
    const call = startCall(line, world, begun);
    running.set(call.id, call);
    if (isStopping) call.drain();
    if (mayBeRepeated) void leaveIfRepeated(call, line.caller.sipCallId, begun);
    try {
      await call.record;
    } finally {
      running.delete(call.id);
    }
  }

  /**
   * LiveKit that comes back from a restart gives out a job for each room that caller or worker bring back with
   * them (server v1.13.5): the call has its worker, or is with its desk.
   */
  async function leaveIfRepeated(
    call: RunningCall,
    sipCallId: string | null,
    { keeping }: BegunCall,
  ): Promise<void> {
    try {
      if (sipCallId === null || !(await world.records.isBegunBefore(call.id, sipCallId))) return;
      world.log.warn(
        { call: call.id },
        'a call that had begun before was offered again: left alone',
      );
      call.giveUp();
      await keeping.forget(call.id);
    } catch (error) {
      world.log.warn({ fault: loggable(error) }, 'nobody says whether the call had begun before');
    }
  }

  /** Counts it as under way until it is done. */
  function keep(work: () => Promise<void>): Promise<void> {
    taken += 1;
    const call = inCall(work).catch((error: unknown) =>
      world.log.error({ fault: loggable(error) }, 'call has ended, its record is not kept yet'),
    );
    under.add(call);
    return call.finally(() => under.delete(call));
  }

  const offeredNow = (): Offer => ({ since: world.monotonic(), mayBeRepeated: false });

  async function finished(): Promise<void> {
    while (under.size > 0) await Promise.all(under);
  }

  return {
    get calls() {
      return under.size;
    },
    get taken() {
      return taken;
    },
    hasRoom: (promised = 0) => !isDraining && loadWith(under.size + promised) < 1,
    load: () => (isDraining ? 1 : Math.min(1, loadWith(under.size))),
    take: (room, connect, offer = offeredNow()) =>
      keep(() => {
        const begun = beginCall(world);
        noteArrival(begun, room, world);
        return run(begun, connect, offer);
      }),
    goOn: (orphan, connect) =>
      keep(async () => {
        const begun = takeUpCall(orphan, world);
        const { note } = begun.before;
        if (note !== null) return await run(begun, () => connect(note, orphan), offeredNow());
        world.log.error({ call: begun.id }, 'call lost: its note is of another pepper or version');
        await recordLostCall(begun, world, 'worker-lost');
      }),
    get running() {
      return [...running.keys()];
    },
    giveUp: (call) => running.get(call)?.giveUp(),
    drain() {
      isDraining = true;
      return finished();
    },
    stop() {
      isDraining = true;
      isStopping = true;
      for (const call of running.values()) call.drain();
      return finished();
    },
  };
}
