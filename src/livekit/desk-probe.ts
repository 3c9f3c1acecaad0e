// Tries whether an agent comes when it is called: dispatches it into a room of its own, looks whether it
// is there, and takes the room away again. The agent finds no caller in it.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { apiFault, type LiveKitApi, refusalOf } from './server-api.ts';

/** The name an agent registered with (server v1.13.5). */
const AGENT_NAME = 'lk.agent_name';
/** By this an agent can tell that nobody calls. */
const METADATA = JSON.stringify({ probe: 'tonegate-doctor' });
const LOOK_AGAIN_MS = 100;
/** Should the room be left behind, LiveKit takes it away. */
const EMPTY_SECONDS = 60;

/**
 * How many milliseconds the agent of this name takes to come; null: it did not within `withinMs`. Throws
 * `IVR_LIVEKIT_UNREACHABLE` where LiveKit does not let us try.
 */
export async function probeAgent(
  { host, key, secret }: LiveKitApi,
  agent: string,
  withinMs: number,
): Promise<number | null> {
  const rooms = new RoomServiceClient(host, key, secret, { failover: false });
  const dispatches = new AgentDispatchClient(host, key, secret, { failover: false });
  const name = `tonegate-doctor_${randomBytes(6).toString('hex')}`;
  try {
    await rooms.createRoom({ name, emptyTimeout: EMPTY_SECONDS, departureTimeout: 1 });
    try {
      const begun = performance.now();
      await dispatches.createDispatch(name, agent, { metadata: METADATA });
      while (performance.now() - begun < withinMs) {
        const there = await rooms.listParticipants(name);
        const came = there.some(
          ({ kind, attributes }) =>
            kind === ParticipantInfo_Kind.AGENT && attributes[AGENT_NAME] === agent,
        );
        if (came) return performance.now() - begun;
        await sleep(LOOK_AGAIN_MS);
      }
      return null;
    } finally {
      await rooms.deleteRoom(name).catch((error: unknown) => {
        if (refusalOf(error) !== 'not_found') throw error;
      });
    }
  } catch (error) {
    throw apiFault('trying whether an agent comes', error);
  }
}
