// Who was sent for in a room, and with what: the dispatches as LiveKit has them, which is also how a desk gets its
// ticket.

import { AgentDispatchClient } from 'livekit-server-sdk';
import { apiFault, type LiveKitApi, refusalOf } from './server-api.ts';

export interface Dispatched {
  readonly agent: string;
  readonly metadata: string;
}

/** All dispatches of a room; none where there is no such room. Throws `IVR_LIVEKIT_UNREACHABLE`. */
export async function dispatchedTo(api: LiveKitApi, room: string): Promise<readonly Dispatched[]> {
  try {
    const dispatches = await new AgentDispatchClient(api.host, api.key, api.secret).listDispatch(
      room,
    );
    return dispatches.map(({ agentName, metadata }) => ({ agent: agentName, metadata }));
  } catch (error) {
    if (refusalOf(error) === 'not_found') return [];
    throw apiFault('looking who was sent for', error);
  }
}
