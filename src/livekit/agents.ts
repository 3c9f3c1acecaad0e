// The others in a caller's room: bringing an agent in, waiting for whoever comes, and until they are gone. An
// agent counts only by what the server stamps on it: its kind, the name it registered with, and the dispatch
// that it was sent by.

import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { ParticipantKind, RoomEvent, TrackKind } from '@livekit/rtc-node';
import type { DeskHere } from '../ivr/ports.ts';
import { unlessAborted } from './abort.ts';
import { type CallControl, type Dispatch, purposeOf } from './call-control.ts';
import { whenInRoom } from './media.ts';

/** The name an agent registered with (server v1.13.5). */
const AGENT_NAME = 'lk.agent_name';
const HEARD = [RoomEvent.TrackPublished, RoomEvent.TrackUnmuted];
/** The server (v1.13.5) knows whom a dispatch has sent, up to five seconds after the agent is there. */
const LOOK_AGAIN_MS = 200;

/** Who takes a caller over in this room. */
export class Desks {
  readonly #room: Room;
  readonly #control: CallControl;
  readonly #known: ReadonlySet<string>;
  /** Agents that were sent for before, each with those of its name who were there before that. */
  readonly #sentFor = new Map<string, ReadonlySet<string>>();
  #heard: string | null = null;
  #isOurs: () => Promise<boolean> = async () => true;

  /** `known`: the caller, and all identities of ours, who are no desks. */
  constructor(room: Room, control: CallControl, known: ReadonlySet<string>) {
    this.#room = room;
    this.#control = control;
    this.#known = known;
  }

  /** Asked before anybody is withdrawn or shown out: whether the call is this worker's. */
  onlyWhile(isOurs: () => Promise<boolean>): void {
    this.#isOurs = isOurs;
  }

  /** The desk of an agent that was sent for in this call, by whatever worker, and is heard; null: none. */
  async here(call: string): Promise<DeskHere | null> {
    for (const { id, agent, ticket } of await this.#control.dispatchesOf(call)) {
      const heard = this.#called(agent).filter(isAudible);
      if (heard.length === 0) continue;
      const sent = await this.#control.sentBy(id);
      // Where the server does not know yet whom it has sent, the name must do.
      if (sent.size === 0 || heard.some(({ identity }) => sent.has(identity))) return ticket;
    }
    return null;
  }

  /** Withdraws every agent that was sent for in this call. */
  async recall(call: string): Promise<void> {
    const made = await this.#control.dispatchesOf(call);
    await Promise.all(made.map(({ id }) => this.#withdraw(id)));
  }

  /**
   * Dispatches the agent into the room, unless it was for this very call and desk before, by a worker that is no
   * more; what that one had dispatched for other desks is withdrawn. Done when the audio of the agent of this
   * dispatch is there; on abort, or when anything fails, it is withdrawn.
   */
  async bring(agent: string, metadata: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const before = new Set(this.#called(agent).map(({ identity }) => identity));
    const isFirst = !this.#sentFor.has(agent);
    const sending = this.#send(agent, metadata, isFirst);
    try {
      const { dispatch, isNew } = await unlessAborted(sending, signal);
      if (isFirst) this.#sentFor.set(agent, isNew ? before : new Set());
      // Who comes after a first dispatch is of it: there is no other.
      this.#heard = await (isFirst && isNew
        ? this.#newcomer(agent, before, signal)
        : this.#sentBy(dispatch, agent, signal));
    } catch (error) {
      // It may have been dispatched all the same: who comes now is of no first dispatch.
      if (isFirst && signal.aborted) this.#sentFor.set(agent, before);
      // Not waited for: the hand-over goes on to the next desk, whatever becomes of this request.
      sending.then(({ dispatch }) => this.#withdraw(dispatch)).catch(() => undefined);
      throw error;
    }
  }

  /** Done when the audio of anybody is there but the caller's, and that of workers like us. */
  async awaitWatcher(signal: AbortSignal): Promise<void> {
    const ours = this.#room.localParticipant?.attributes[AGENT_NAME];
    const isWatcher = (p: RemoteParticipant) =>
      !this.#known.has(p.identity) &&
      p.kind !== ParticipantKind.EGRESS &&
      (ours === undefined || p.attributes[AGENT_NAME] !== ours) &&
      isAudible(p);
    const look = () => [...this.#room.remoteParticipants.values()].find(isWatcher)?.identity;
    this.#heard = await whenInRoom(this.#room, HEARD, look, signal);
  }

  /** Whether who was heard last is still there to be heard. */
  get isThere(): boolean {
    const who = this.#room.remoteParticipants.get(this.#heard ?? '');
    return who !== undefined && isAudible(who);
  }

  async #send(
    agent: string,
    metadata: string,
    isFirst: boolean,
  ): Promise<{ dispatch: string; isNew: boolean }> {
    const before = isFirst ? await this.#takenOver(agent, metadata) : null;
    if (before !== null) return { dispatch: before.id, isNew: false };
    return { dispatch: await this.#control.dispatch(agent, metadata), isNew: true };
  }

  /** Of what was dispatched in this call before, that which is for the same desk; the rest is withdrawn. */
  async #takenOver(agent: string, metadata: string): Promise<Dispatch | null> {
    const { call, ticket } = purposeOf(metadata);
    if (call === null) return null;
    const made = await this.#control.dispatchesOf(call);
    const same =
      made.find((one) => one.agent === agent && one.ticket?.desk === ticket?.desk) ?? null;
    for (const { id } of made) if (id !== same?.id) this.#withdraw(id).catch(() => undefined);
    return same;
  }

  /** Another worker may have the call by now: what it has sent for is not ours to withdraw. */
  async #withdraw(dispatch: string): Promise<void> {
    if (await this.#isOurs()) await this.#control.withdraw(dispatch);
  }

  async #showOut(identity: string): Promise<void> {
    if (await this.#isOurs()) await this.#control.showOut(identity);
  }

  /** The first agent of this name to be heard that was not there before. */
  #newcomer(agent: string, before: ReadonlySet<string>, signal: AbortSignal): Promise<string> {
    const look = () =>
      this.#called(agent).find((p) => !before.has(p.identity) && isAudible(p))?.identity;
    return whenInRoom(this.#room, HEARD, look, signal);
  }

  /**
   * The agent that this dispatch has sent. One of a dispatch that was withdrawn may come as late as it likes: it
   * is shown out, or two desks would talk to the caller.
   */
  async #sentBy(dispatch: string, agent: string, signal: AbortSignal): Promise<string> {
    const strangers = this.#sentFor.get(agent);
    for (;;) {
      await whenInRoom(
        this.#room,
        HEARD,
        () => this.#called(agent).find((p) => isAudible(p) && !strangers?.has(p.identity)),
        signal,
      );
      const sent = await unlessAborted(this.#control.sentBy(dispatch), signal);
      for (const p of this.#called(agent)) {
        if (sent.has(p.identity) && isAudible(p)) return p.identity;
        if (sent.size === 0 || sent.has(p.identity) || strangers?.has(p.identity)) continue;
        this.#showOut(p.identity).catch(() => undefined);
      }
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
  }

  #called(agent: string): readonly RemoteParticipant[] {
    return agentsIn(this.#room).filter(({ attributes }) => attributes[AGENT_NAME] === agent);
  }
}

/** Waits until no other agent is in the room. */
export async function untilAlone(room: Room, signal: AbortSignal): Promise<void> {
  const nobody = () => agentsIn(room).length === 0 || undefined;
  await whenInRoom(room, [RoomEvent.ParticipantDisconnected], nobody, signal);
}

function agentsIn(room: Room): readonly RemoteParticipant[] {
  return [...room.remoteParticipants.values()].filter(({ kind }) => kind === ParticipantKind.AGENT);
}

function isAudible({ trackPublications }: RemoteParticipant): boolean {
  return [...trackPublications.values()].some(
    ({ kind, muted }) => kind === TrackKind.KIND_AUDIO && muted !== true,
  );
}
