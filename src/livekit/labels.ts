// What is set on a caller's participant, for display and routing, never proof. Promises that of two requests the
// later one is the last to be done, and that what a server has forgotten over a restart is set again.

import type { Room } from '@livekit/rtc-node';
import { RoomEvent } from '@livekit/rtc-node';
import { unlessAborted } from './abort.ts';
import type { CallControl } from './call-control.ts';
import { ACTIVE, isRinging, withoutHeaders } from './caller.ts';

/** Nobody waits for a reminder. */
const REMIND_MS = 5000;

export class CallerLabels {
  readonly #room: Room;
  readonly #identity: string;
  readonly #control: Pick<CallControl, 'setAttributes'>;
  #labels: Readonly<Record<string, string>> = {};
  #isAnswered = false;
  /** What was last asked to be set. Never rejects. */
  #last: Promise<void> = Promise.resolve();

  constructor(room: Room, identity: string, control: Pick<CallControl, 'setAttributes'>) {
    this.#room = room;
    this.#identity = identity;
    this.#control = control;
    room.on(RoomEvent.ParticipantConnected, () => this.#remind());
    room.on(RoomEvent.Reconnected, () => this.#remind());
  }

  /** From now on the caller's side counts as answered, whatever it says when it comes back. */
  answered(): void {
    this.#isAnswered = true;
  }

  /** Takes off, too, what was mapped for us alone. */
  async set(attributes: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    this.#labels = { ...this.#labels, ...attributes };
    await this.#ask(attributes, signal);
  }

  /**
   * After a restart of the server the caller's side brings back the attributes with which it once came in, as if it
   * still rang (livekit-sip v1.8.0): no desk, and no worker that goes on with the call, would believe it answered.
   */
  #remind(): void {
    const there = this.#room.remoteParticipants.get(this.#identity);
    if (!this.#isAnswered || there === undefined || !isRinging(there)) return;
    // A call does not end because that failed.
    const signal = AbortSignal.timeout(REMIND_MS);
    this.#ask({ ...this.#labels, ...ACTIVE }, signal).catch(() => undefined);
  }

  async #ask(attributes: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const labels = { ...withoutHeaders(this.#room, this.#identity), ...attributes };
    // One after the other: of two requests under way at once, either may be the last to be done.
    const labelled = this.#last.then(() => this.#control.setAttributes(labels));
    this.#last = labelled.catch(() => undefined);
    await unlessAborted(labelled, signal);
  }
}
