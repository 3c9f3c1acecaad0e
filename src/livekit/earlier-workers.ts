// Workers that had a call before: frozen ones wake up again, and the media library brings them back into the
// room by itself. Promises that none of them stays beside the worker that has the call now.

import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { RoomEvent } from '@livekit/rtc-node';
import type { CallControl } from './call-control.ts';

/** Who has the call now may have nothing to say in it. */
const AT_LATEST_MS = 1000;
/** From the first word of who has it now to the caller's ear: the bridge (v1.8.0) fills two buffers first. */
const TO_THE_EAR_MS = 230;

export interface KeptOut {
  /** Whoever has the call now begins to speak. */
  spoken(): void;
  /** Whoever has the call now leaves it. */
  left(): void;
}

/**
 * Takes participants with these identities out of the room: whoever of them comes back, at once; whoever is there,
 * when the new worker is heard, or after a second. Sooner it would do harm: LiveKit (v1.13.5) is as busy taking
 * somebody out as letting somebody in, while the caller waits in silence for the new voice, and the bridge plays a
 * last scrap of the old one when that goes.
 */
export function keepOut(
  room: Room,
  earlier: readonly string[],
  control: Pick<CallControl, 'expel'>,
): KeptOut {
  const expel = (identity: string) => {
    // Where it fails they are gone with LiveKit, or are seen when they come back.
    control.expel(identity).catch(() => undefined);
  };
  room.on(RoomEvent.ParticipantConnected, ({ identity }: RemoteParticipant) => {
    if (earlier.includes(identity)) expel(identity);
  });

  let dueAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  function expelWithin(ms: number): void {
    const at = performance.now() + ms;
    if (at >= dueAt) return;
    dueAt = at;
    clearTimeout(timer);
    timer = setTimeout(() => {
      dueAt = Number.NEGATIVE_INFINITY;
      for (const identity of earlier) expel(identity);
    }, ms);
  }
  expelWithin(AT_LATEST_MS);
  return { spoken: () => expelWithin(TO_THE_EAR_MS), left: () => expelWithin(0) };
}
