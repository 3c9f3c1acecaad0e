// The other agents in a caller's room: bringing one in, and waiting until they are gone. An agent counts
// only by what the server stamps on it: its kind and the name it registered with.

import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { ParticipantKind, RoomEvent, TrackKind } from '@livekit/rtc-node';
import { unlessAborted } from './abort.ts';
import type { CallControl } from './call-control.ts';
import { whenInRoom } from './media.ts';

/** The name an agent registered with (server v1.13.5). */
const AGENT_NAME = 'lk.agent_name';

/**
 * Dispatches the agent into the room. Done when the audio of an agent of this name is there that was not
 * there before; on abort, or when anything fails, the dispatch is withdrawn.
 */
export async function bringAgent(
  room: Room,
  control: CallControl,
  agent: string,
  metadata: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const before = new Set(agentsIn(room).map(({ identity }) => identity));
  // That it is the agent of this very dispatch cannot be asked: the server (v1.13.5) knows up to five
  // seconds later than the agent is there.
  const isIt = (p: RemoteParticipant) =>
    p.attributes[AGENT_NAME] === agent && !before.has(p.identity) && isAudible(p);
  const dispatched = control.dispatch(agent, metadata);
  try {
    await unlessAborted(dispatched, signal);
    const events = [RoomEvent.TrackPublished, RoomEvent.TrackUnmuted];
    await whenInRoom(room, events, () => agentsIn(room).find(isIt), signal);
  } catch (error) {
    // Not waited for: the hand-over goes on to the next desk, whatever becomes of this request.
    dispatched.then((id) => control.withdraw(id)).catch(() => undefined);
    throw error;
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
