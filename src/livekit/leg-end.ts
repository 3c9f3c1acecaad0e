// How a caller's leg comes to its end, as the room shows it: hung up, or lost to us. Promises one end; a
// connection that is made again within seconds is none.

import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import type { LineEnd } from '../ivr/ports.ts';
import { hasHungUp } from './caller.ts';

/** How long the caller's side may take to come back after LiveKit itself was away. */
const RETURN_MS = 5000;

export interface LegEnd {
  /** Settles when the leg has ended. Never rejects. */
  readonly ended: Promise<LineEnd>;
  /** Null while it has not. */
  readonly end: LineEnd | null;
  /** What happens from now on is no end any more: we are leaving. */
  disregard(): void;
}

/** Watches the leg of the participant with this identity. */
export function watchLeg(room: Room, caller: string): LegEnd {
  const { promise: ended, resolve } = Promise.withResolvers<LineEnd>();
  let end: LineEnd | null = null;
  let isDisregarded = false;
  let isAway = false;
  let returning: NodeJS.Timeout | undefined;

  function endWith(how: LineEnd): void {
    if (end !== null || isDisregarded) return;
    end = how;
    resolve(how);
  }

  function look(ifGone: LineEnd): void {
    const there = room.remoteParticipants.get(caller);
    if (there !== undefined && hasHungUp(there)) endWith('hungUp');
    // While we reconnect the room is shown empty, and the caller's side may come back after us.
    if (there === undefined && !isAway) endWith(ifGone);
  }

  room.on(RoomEvent.ParticipantDisconnected, (gone) => {
    if (gone.identity === caller && leftItself(gone)) endWith('hungUp');
    else look('hungUp');
  });
  room.on(RoomEvent.ParticipantAttributesChanged, () => look('hungUp'));
  room.on(RoomEvent.Disconnected, (reason) => endWith(endOf(reason)));
  room.on(RoomEvent.Reconnecting, () => {
    clearTimeout(returning);
    isAway = true;
  });
  room.on(RoomEvent.Reconnected, () => {
    returning = setTimeout(() => {
      isAway = false;
      look('lost');
    }, RETURN_MS).unref();
  });
  look('hungUp');

  return {
    ended,
    get end() {
      return end;
    },
    disregard() {
      isDisregarded = true;
    },
  };
}

/** Whether the server says so; of who is only not shown while we reconnect it says nothing. */
function leftItself({ disconnectReason }: RemoteParticipant): boolean {
  return disconnectReason === DisconnectReason.CLIENT_INITIATED;
}

/** The server ends a room only when it is deleted, or closed for want of callers. */
function endOf(reason: DisconnectReason): LineEnd {
  const closed = [DisconnectReason.ROOM_DELETED, DisconnectReason.ROOM_CLOSED];
  return closed.includes(reason) ? 'hungUp' : 'lost';
}
