// Going on with a call that another worker has lost: joining its room without a job, as the server's own jobs would.

import { AccessToken } from 'livekit-server-sdk';
import type { CallNote } from '../ivr/call-note.ts';
import { IvrFault } from '../ivr/fault.ts';
import { joinCallerLine, type RoomLine } from './room-line.ts';
import type { LiveKitApi } from './server-api.ts';

/**
 * Joins the room of a call that another worker has lost, beside its caller and instead of that worker. Rejects as
 * `joinCallerLine` does; also with `IVR_LINE_LOST` where another caller is there.
 */
export async function rejoinCallerLine(
  { room, caller, own }: CallNote,
  lost: { readonly id: string; readonly generation: number },
  api: LiveKitApi,
): Promise<RoomLine> {
  const line = await joinCallerLine(
    {
      url: api.host,
      token: await tokenFor(api, room, `agent-${lost.id}-${lost.generation}`),
      finish: () => undefined,
      earlier: own,
    },
    api,
  );
  if (caller === null || line.caller.identity === caller) return line;
  await line.leave();
  throw new IvrFault('IVR_LINE_LOST', 'going on with a call: somebody else is in its room');
}

/** As the server makes one for a job. An identity of its own: with that of the other it would be the other's end. */
async function tokenFor({ key, secret }: LiveKitApi, room: string, identity: string) {
  const token = new AccessToken(key, secret, { identity, ttl: '1h' });
  token.kind = 'agent';
  token.addGrant({
    roomJoin: true,
    room,
    agent: true,
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
  });
  return await token.toJwt();
}
