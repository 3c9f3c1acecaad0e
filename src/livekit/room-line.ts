// A caller's line on a LiveKit room: who called, the keys, our voice, and how the call ends. The IVR
// is one more participant of the caller's room, and publishing audio is what answers the call. What
// only the server can do is call-control's; what to do when is not known here.

import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { RoomEvent } from '@livekit/rtc-node';
import { IvrFault } from '../ivr/fault.ts';
import type {
  CallerFacts,
  CallerLine,
  Clip,
  DeskHere,
  LineEnd,
  TransferOutcome,
} from '../ivr/ports.ts';
import type { InviteHeaders } from '../screening/headers.ts';
import { unlessAborted } from './abort.ts';
import { Desks, untilAlone } from './agents.ts';
import { CallControl } from './call-control.ts';
import { askToEnd, callerIn, factsOf, headersOf, isConnected } from './caller.ts';
import { type KeptOut, keepOut } from './earlier-workers.ts';
import type { Job } from './job.ts';
import { CallerLabels } from './labels.ts';
import { type LegEnd, watchLeg } from './leg-end.ts';
import { enterRoom, leaveRoom, openRoom, whenInRoom } from './media.ts';
import { Referral } from './referral.ts';
import { listenForKeys, type RoomKeys } from './room-keys.ts';
import { type LiveKitApi, unreachable } from './server-api.ts';
import { Speaker } from './speaker.ts';
import { watchStrangers } from './strangers.ts';

/** The caller was there straight after joining in 60 of 60 calls. */
const JOIN_MS = 5000;

/** What a line needs of its job. */
export type RoomJob = Pick<Job, 'url' | 'token' | 'finish'> & {
  /** Identities of earlier workers in this call, the oldest first: none of them may stay in the room. */
  readonly earlier?: readonly string[];
};

export { beginMedia, closeMedia, findNoPrograms } from './media.ts';

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
  const room = openRoom();
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
  readonly own: readonly string[];
  readonly ended: Promise<LineEnd>;
  readonly onKey: CallerLine['onKey'];
  readonly onIgnoredKey: CallerLine['onIgnoredKey'];
  readonly onKeysMissed: CallerLine['onKeysMissed'];
  readonly strangers: CallerLine['strangers'];
  readonly onStranger: CallerLine['onStranger'];
  readonly #room: Room;
  readonly #job: RoomJob;
  readonly #control: CallControl;
  readonly #desks: Desks;
  readonly #keys: RoomKeys;
  readonly #leg: LegEnd;
  readonly #referral: Referral;
  readonly #labels: CallerLabels;
  readonly #earlier: KeptOut | null;
  /** Our voice, once it is asked for; null: nobody has answered yet. */
  #voice: Promise<Speaker> | null = null;
  #speaker: Speaker | null = null;
  #left: Promise<void> | null = null;
  #onHushed: (seconds: number) => void = () => undefined;
  #onUnderrun: () => void = () => undefined;

  constructor(room: Room, caller: RemoteParticipant, api: LiveKitApi, job: RoomJob) {
    this.#room = room;
    this.#job = job;
    this.caller = factsOf(room, caller);
    this.#control = new CallControl(api, this.caller.room, this.caller.identity);
    const { earlier = [] } = job;
    this.own = [...earlier, room.localParticipant?.identity ?? ''];
    this.#earlier = earlier.length > 0 ? keepOut(room, earlier, this.#control) : null;
    const identities = new Set([this.caller.identity, ...this.own]);
    this.#desks = new Desks(room, this.#control, identities);
    this.#keys = listenForKeys(room, this.caller.identity);
    ({
      onKey: this.onKey,
      onIgnoredKey: this.onIgnoredKey,
      onKeysMissed: this.onKeysMissed,
    } = this.#keys);
    ({ strangers: this.strangers, onStranger: this.onStranger } = watchStrangers(
      room,
      this.#control,
      { identities, secret: api.secret },
    ));
    this.#leg = watchLeg(room, this.caller.identity);
    this.#labels = new CallerLabels(room, this.caller.identity, this.#control);
    this.ended = this.#leg.ended;
    this.#referral = new Referral(this.#control, this.#leg);
  }

  onHushed(listener: (seconds: number) => void): void {
    this.#onHushed = listener;
  }

  onUnderrun(listener: () => void): void {
    this.#onUnderrun = listener;
  }

  async headers(names: readonly string[], signal: AbortSignal): Promise<InviteHeaders> {
    signal.throwIfAborted();
    return await headersOf(this.#room, this.caller.identity, names, signal);
  }

  async refuse(reason: string, signal: AbortSignal): Promise<void> {
    await this.#endCall({ Reason: reason }, signal);
  }

  async answer(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#voice ??= this.#publish();
    const { subscribed } = await unlessAborted(this.#voice, signal);
    await unlessAborted(subscribed, signal);
    const connected = () => {
      const there = this.#room.remoteParticipants.get(this.caller.identity);
      return there !== undefined && isConnected(there) ? there : undefined;
    };
    await whenInRoom(this.#room, [RoomEvent.ParticipantAttributesChanged], connected, signal);
    this.#labels.answered();
  }

  async play(clips: readonly Clip[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#speaker === null) throw new IvrFault('IVR_LINE_LOST', 'playing: not answered');
    let stoppedAt: number | null = null;
    const note = () => {
      stoppedAt = this.#keys.arrivedAt;
    };
    signal.addEventListener('abort', note, { once: true });
    this.#earlier?.spoken();
    try {
      await this.#speaker.play(clips, signal, () => {
        if (stoppedAt !== null) this.#onHushed((performance.now() - stoppedAt) / 1000);
      });
    } finally {
      signal.removeEventListener('abort', note);
    }
  }

  async setAttributes(
    attributes: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    await this.#labels.set(attributes, signal);
  }

  async bringAgent(agent: string, metadata: string, signal: AbortSignal): Promise<void> {
    await this.#desks.bring(agent, metadata, signal);
  }

  onlyWhile(isOurs: () => Promise<boolean>): void {
    this.#desks.onlyWhile(isOurs);
  }

  async deskHere(call: string, signal: AbortSignal): Promise<DeskHere | null> {
    return await unlessAborted(this.#desks.here(call), signal);
  }

  async recallAgents(call: string, signal: AbortSignal): Promise<void> {
    await unlessAborted(this.#desks.recall(call), signal);
  }

  async awaitWatcher(signal: AbortSignal): Promise<void> {
    await this.#desks.awaitWatcher(signal);
  }

  async hasDesk(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    return this.#desks.isThere;
  }

  async transfer(
    target: string,
    headers: Readonly<Record<string, string>>,
    ringSeconds: number,
    signal: AbortSignal,
  ): Promise<TransferOutcome> {
    if (this.caller.sipCallId === null) return 'failed';
    return await this.#referral.refer(target, headers, ringSeconds, signal);
  }

  async hasCaller(signal: AbortSignal): Promise<boolean> {
    return await this.#referral.hasCaller(signal);
  }

  async hangUp(signal: AbortSignal): Promise<void> {
    await unlessAborted(this.#lastWordHeard(), signal);
    await this.#endCall({}, signal);
  }

  async alone(signal: AbortSignal): Promise<void> {
    await untilAlone(this.#room, signal);
  }

  leave(): Promise<void> {
    this.#leg.disregard();
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #publish(): Promise<Speaker> {
    const speaker = await Speaker.publish(this.#room, () => this.#onUnderrun());
    this.#speaker = speaker;
    // Whoever left meanwhile could not close it.
    if (this.#left !== null) await speaker.close();
    return speaker;
  }

  async #endCall(headers: Record<string, string>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#leg.end === null) {
      const asked = askToEnd(this.#room, this.caller.identity, headers);
      await unlessAborted(Promise.race([this.ended, asked]), signal);
    }
    if (this.#leg.end !== 'hungUp') await unlessAborted(this.#control.remove(), signal);
  }

  async #lastWordHeard(): Promise<void> {
    if (this.#leg.end === null) await this.#speaker?.heard();
  }

  async #leave(): Promise<void> {
    this.#earlier?.left();
    await this.#lastWordHeard();
    this.#job.finish('success');
    try {
      await leaveRoom(this.#room);
    } finally {
      await this.#speaker?.close();
    }
  }
}
