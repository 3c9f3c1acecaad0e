// Many calls in one process: takes them while there is room, keeps them apart, and lets them finish
// before the process ends. A fault of one call never reaches another.

import { type BegunCall, beginCall, type LostCall, noteArrival, takeUpCall } from './begun-call.ts';
import { type RunningCall, startCall } from './call.ts';
import type { CallNote } from './call-note.ts';
import type { CallWorld } from './call-world.ts';
import { IvrFault, loggable } from './fault.ts';
import { inCall } from './isolation.ts';
import { recordLostCall, recordTakenCall } from './journal.ts';
import { loadOf } from './load.ts';
import type { CallerLine, DeskHere, OrphanedCall } from './ports.ts';

/** How long it is looked for the desk of a call that another worker has lost. A caller hears nothing meanwhile. */
const LOOKING_MS = 1000;

/** Joins the room of a call that another worker has lost. */
export type Rejoin = (
  note: CallNote,
  lost: Pick<OrphanedCall, 'id' | 'generation'>,
) => Promise<CallerLine>;

/** How LiveKit came to offer a call. */
export interface Offer {
  /** When (`monotonic`). */
  readonly since: number;
  /**
   * Says who is in the room, without joining it. Null where LiveKit cannot have been away just before: then it offers
   * calls again that came back with it.
   */
  readonly look: (() => Promise<Waiting>) | null;
}

/** Who is in the room of a call that is offered. */
export interface Waiting {
  /** LiveKit's id of the caller's SIP call; null: no such caller is there yet. */
  readonly sipCallId: string | null;
  /** Whether an agent is there, ours or another. */
  readonly isServed: boolean;
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
    { since, look }: Offer,
  ): Promise<void> {
    if (look !== null) {
      const waiting = await look().catch(() => null);
      if (waiting !== null && (await isRepeated(begun.id, waiting))) return await leaveAlone(begun);
    }
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
    const { before } = begun;
    if (before !== null && (await isTaken(line, { ...begun, before }))) return;
    const call = startCall(line, world, begun);
    running.set(call.id, call);
    if (isStopping) call.drain();
    if (look !== null) {
      // Its caller may have come only after the look.
      void isRepeated(call.id, { ...line.caller, isServed: false }).then((isSo) => {
        if (!isSo) return;
        call.giveUp();
        return leaveAlone(begun);
      });
    }
    try {
      await call.record;
    } finally {
      running.delete(call.id);
    }
  }

  /** Keeps the record of a call whose desk had come before its worker was lost, and leaves the two alone. */
  async function isTaken(
    line: CallerLine,
    begun: BegunCall & { readonly before: LostCall },
  ): Promise<boolean> {
    let here: DeskHere | null = null;
    // Meanwhile the voice is made ready: the caller hears nothing until then. A desk is not disturbed by it, nor is
    // who still hears it ring.
    const isAnswered = begun.before.note?.resumption != null;
    if (isAnswered) line.answer(AbortSignal.timeout(LOOKING_MS)).catch(() => undefined);
    try {
      here = await line.deskHere(begun.id, AbortSignal.timeout(LOOKING_MS));
    } catch (error) {
      world.log.warn(
        { call: begun.id, fault: loggable(error) },
        'nobody says whether a desk is here',
      );
    }
    if (here === null) return false;
    world.log.info(
      { call: begun.id, desk: here.desk },
      'call of a lost worker is with its desk already',
    );
    try {
      await recordTakenCall(begun, world, here);
    } finally {
      await line.leave();
    }
    return true;
  }

  /**
   * LiveKit that comes back from a restart gives out a job for each room that caller or worker bring back with
   * them (server v1.13.5): the call has its worker, or is with its desk.
   */
  async function isRepeated(call: string, { sipCallId, isServed }: Waiting): Promise<boolean> {
    // Its agent is back before its caller.
    if (sipCallId === null) return isServed;
    try {
      return await world.records.isBegunBefore(call, sipCallId);
    } catch (error) {
      world.log.warn({ fault: loggable(error) }, 'nobody says whether the call had begun before');
      return isServed;
    }
  }

  async function leaveAlone({ id, keeping }: BegunCall): Promise<void> {
    world.log.warn({ call: id }, 'a call that had begun before was offered again: left alone');
    await keeping.forget(id).catch((error: unknown) => {
      world.log.warn(
        { call: id, fault: loggable(error) },
        'not forgotten: it may be taken for lost',
      );
    });
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

  const offeredNow = (): Offer => ({ since: world.monotonic(), look: null });

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
