// Who is in the room of a call before anybody of ours joins it. To join is to be seen: a worker that has the call
// already would take us for a stranger.

import { ParticipantInfo_Kind } from '@livekit/protocol';
import type { Waiting } from '../ivr/switchboard.ts';
import { RoomList } from './room-list.ts';
import { apiFault, type LiveKitApi } from './server-api.ts';

/** A caller waits for the answer. */
const LOOK_MS = 1000;

/** Looks once. Rejects where nobody can say. */
export async function whoWaits(api: LiveKitApi, room: string): Promise<Waiting> {
  try {
    const present = await new RoomList(api, room, LOOK_MS).read();
    const caller = present.find(({ kind }) => kind === ParticipantInfo_Kind.SIP);
    return {
      sipCallId: caller?.attributes['sip.callID'] ?? null,
      isServed: present.some(({ kind }) => kind === ParticipantInfo_Kind.AGENT),
    };
  } catch (error) {
    throw apiFault('looking who waits in a room', error);
  }
}
