// Workers that had a call before: frozen ones wake up again, and the media library brings them back into the
// room by itself. Promises that none of them stays beside the worker that has the call now.

import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { RoomEvent } from '@livekit/rtc-node';
import type { CallControl } from './call-control.ts';

/** Takes participants with these identities out of the room, now and whenever they come back. */
export function keepOut(room: Room, earlier: ReadonlySet<string>, control: CallControl): void {
  const expel = (identity: string) => {
    // Where it fails they are gone with LiveKit, or are seen when they come back.
    control.expel(identity).catch(() => undefined);
  };
  room.on(RoomEvent.ParticipantConnected, ({ identity }: RemoteParticipant) => {
    if (earlier.has(identity)) expel(identity);
  });
  for (const identity of earlier) expel(identity);
}
