// What may befall a caller's room from outside, brought about on purpose: somebody else comes in, or the agent is
// thrown out. For trying a system; whoever may do this has the server's key.

import { randomUUID } from 'node:crypto';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import { Room } from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { leaveRoom } from './media.ts';
import { apiFault, type LiveKitApi } from './server-api.ts';

/** An agent that nobody sent for comes into the room, silent. Answers how it leaves again. */
export async function intrude(api: LiveKitApi, room: string): Promise<() => Promise<void>> {
  const token = new AccessToken(api.key, api.secret, { identity: `stranger_${randomUUID()}` });
  token.kind = 'agent';
  token.addGrant({ roomJoin: true, room, agent: true, canPublish: false });
  const intruder = new Room();
  const jwt = await token.toJwt();
  await intruder.connect(api.host, jwt, { autoSubscribe: false, dynacast: false });
  return () => leaveRoom(intruder);
}

/** All agents lose the room; the caller stays. */
export async function throwOutAgents(api: LiveKitApi, room: string): Promise<void> {
  const rooms = new RoomServiceClient(api.host, api.key, api.secret, { failover: false });
  try {
    const agents = (await rooms.listParticipants(room)).filter(
      ({ kind }) => kind === ParticipantInfo_Kind.AGENT,
    );
    await Promise.all(agents.map(({ identity }) => rooms.removeParticipant(room, identity)));
  } catch (error) {
    throw apiFault('taking the room from its agent', error);
  }
}
