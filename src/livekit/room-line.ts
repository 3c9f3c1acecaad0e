// A caller's line on a LiveKit room: who called, the keys, our voice, and the end of the call. The IVR
// is one more participant of the caller's room, and publishing audio is what answers the call. What
// only the server can do is call-control's; what to do when is not known here.

import type { RemoteParticipant } from '@livekit/rtc-node';
import { DisconnectReason, ParticipantKind, Room, RoomEvent } from '@livekit/rtc-node';
import { IvrFault } from '../ivr/fault.ts';
import type {
  CallerFacts,
  CallerLine,
  Clip,
  IgnoredKey,
  LineEnd,
  TransferOutcome,
} from '../ivr/ports.ts';
import { Secret } from '../machines/secret.ts';
import { unlessAborted } from './abort.ts';
import { bringAgent, untilAlone } from './agents.ts';
import { CallControl } from './call-control.ts';
import { askToEnd, callerIn, factsOf, hasHungUp, isConnected } from './caller.ts';
import type { Job } from './job.ts';
import { enterRoom, leaveRoom, whenInRoom } from './media.ts';
import { type LiveKitApi, unreachable } from './server-api.ts';
import { Speaker } from './speaker.ts';

/** The caller was there straight after joining in 60 of 60 calls. */
const JOIN_MS = 5000;
/** How long the caller's side may take to come back after LiveKit itself was away. */
const RETURN_MS = 5000;
const KEY = /^[0-9*#]$/;

/** What a line needs of its job. */
export type RoomJob = Pick<Job, 'url' | 'token' | 'finish'>;

export { closeMedia } from './media.ts';

/** A caller's line, as another agent in the room sees it too. */
export interface RoomLine extends CallerLine {
  /** Done when no other agent is in the room. */
  alone(signal: AbortSignal): Promise<void>;
}

/**
 * Joins the room of a job, silent. Rejects with `IVR_LIVEKIT_UNREACHABLE` where that fails, and with
 * `IVR_LINE_LOST` where no SIP caller is there. Leaving the line finishes the job.
 */
export async function joinCallerLine(job: RoomJob, api: LiveKitApi): Promise<RoomLine> {
  const room = new Room();
  const deadline = AbortSignal.timeout(JOIN_MS);
  const entering = enterRoom(room, job.url, job.token);
  let fault = unreachable("joining the caller's room");
  try {
    await unlessAborted(entering, deadline);
    fault = new IvrFault('IVR_LINE_LOST', "joining the caller's room: no SIP caller is there");
    const arrival = [RoomEvent.ParticipantConnected];
    const caller = await whenInRoom(room, arrival, () => callerIn(room), deadline);
    return new LiveKitRoomLine(room, caller, api, job);
  } catch {
    job.finish('failed');
    // Also where joining succeeds after all: we must not stay behind in the room.
    entering.then(() => leaveRoom(room)).catch(() => undefined);
    throw fault;
  }
}

class LiveKitRoomLine implements RoomLine {
  readonly caller: CallerFacts;
  readonly ended: Promise<LineEnd>;
  readonly #room: Room;
  readonly #job: RoomJob;
  readonly #control: CallControl;
  readonly #settleEnd: (end: LineEnd) => void;
  #end: LineEnd | null = null;
  #away = false;
  #speaker: Speaker | null = null;
  #left: Promise<void> | null = null;
  #onKey: (key: Secret) => void = () => undefined;
  #onIgnoredKey: (why: IgnoredKey) => void = () => undefined;

  constructor(room: Room, caller: RemoteParticipant, api: LiveKitApi, job: RoomJob) {
    this.#room = room;
    this.#job = job;
    this.caller = factsOf(room, caller);
    this.#control = new CallControl(api, this.caller.room, this.caller.identity);
    const { promise, resolve } = Promise.withResolvers<LineEnd>();
    this.ended = promise;
    this.#settleEnd = resolve;
    const look = () => this.#lookForCaller('hungUp');
    room.on(RoomEvent.ParticipantDisconnected, look);
    room.on(RoomEvent.ParticipantAttributesChanged, look);
    room.on(RoomEvent.Disconnected, (reason) => this.#endWith(endOf(reason)));
    let returning: NodeJS.Timeout | undefined;
    room.on(RoomEvent.Reconnecting, () => {
      clearTimeout(returning);
      this.#away = true;
    });
    room.on(RoomEvent.Reconnected, () => {
      returning = setTimeout(() => this.#comeBack(), RETURN_MS).unref();
    });
    room.on(RoomEvent.DtmfReceived, (_code, digit, sender) => this.#press(digit, sender));
    look();
  }

  onKey(listener: (key: Secret) => void): void {
    this.#onKey = listener;
  }

  onIgnoredKey(listener: (why: IgnoredKey) => void): void {
    this.#onIgnoredKey = listener;
  }

  async refuse(reason: string, signal: AbortSignal): Promise<void> {
    await this.#endCall({ Reason: reason }, signal);
  }

  async answer(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#speaker ??= await Speaker.publish(this.#room);
    await unlessAborted(this.#speaker.subscribed, signal);
    const connected = () => {
      const there = this.#room.remoteParticipants.get(this.caller.identity);
      return there !== undefined && isConnected(there) ? there : undefined;
    };
    await whenInRoom(this.#room, [RoomEvent.ParticipantAttributesChanged], connected, signal);
  }

  async play(clips: readonly Clip[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#speaker === null) throw new IvrFault('IVR_LINE_LOST', 'playing: not answered');
    await this.#speaker.play(clips, signal);
  }

  async setAttributes(
    attributes: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    await unlessAborted(this.#control.setAttributes(attributes), signal);
  }

  async bringAgent(agent: string, metadata: string, signal: AbortSignal): Promise<void> {
    await bringAgent(this.#room, this.#control, agent, metadata, signal);
  }

  async transfer(
    target: string,
    headers: Readonly<Record<string, string>>,
    ringSeconds: number,
    signal: AbortSignal,
  ): Promise<TransferOutcome> {
    if (this.caller.sipCallId === null) return 'failed';
    signal.throwIfAborted();
    return await unlessAborted(this.#control.transfer(target, headers, ringSeconds), signal);
  }

  async hangUp(signal: AbortSignal): Promise<void> {
    await unlessAborted(this.#lastWordHeard(), signal);
    await this.#endCall({}, signal);
  }

  async alone(signal: AbortSignal): Promise<void> {
    await untilAlone(this.#room, signal);
  }

  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #endCall(headers: Record<string, string>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#end === null) {
      const asked = askToEnd(this.#room, this.caller.identity, headers);
      await unlessAborted(Promise.race([this.ended, asked]), signal);
    }
    if (this.#end !== 'hungUp') await unlessAborted(this.#control.remove(), signal);
  }

  async #lastWordHeard(): Promise<void> {
    if (this.#end === null) await this.#speaker?.heard();
  }

  async #leave(): Promise<void> {
    await this.#lastWordHeard();
    this.#job.finish('success');
    try {
      await leaveRoom(this.#room);
    } finally {
      await this.#speaker?.close();
    }
  }

  #press(digit: string, sender: RemoteParticipant | undefined): void {
    if (sender?.identity !== this.caller.identity) this.#onIgnoredKey('stranger');
    else if (sender.kind !== ParticipantKind.SIP) this.#onIgnoredKey('notSip');
    else if (!KEY.test(digit)) this.#onIgnoredKey('notAKey');
    else this.#onKey(Secret.of(digit));
  }

  #lookForCaller(ifGone: LineEnd): void {
    const caller = this.#room.remoteParticipants.get(this.caller.identity);
    if (caller !== undefined && hasHungUp(caller)) this.#endWith('hungUp');
    // While we reconnect the room is shown empty, and the caller's side may come back after us.
    if (caller === undefined && !this.#away) this.#endWith(ifGone);
  }

  #comeBack(): void {
    this.#away = false;
    this.#lookForCaller('lost');
  }

  #endWith(end: LineEnd): void {
    if (this.#end !== null || this.#left !== null) return;
    this.#end = end;
    this.#settleEnd(end);
  }
}

/** The server ends a room only when it is deleted, or closed for want of callers. */
function endOf(reason: DisconnectReason): LineEnd {
  const closed = [DisconnectReason.ROOM_DELETED, DisconnectReason.ROOM_CLOSED];
  return closed.includes(reason) ? 'hungUp' : 'lost';
}
