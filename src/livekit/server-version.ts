// The version of a LiveKit server, which it tells agent servers that sign in. Signs in under a name that
// nothing dispatches, so that no job is offered, and leaves at once.

import { JobType } from '@livekit/protocol';
import { type AgentSocket, openAgentSocket } from './agent-socket.ts';
import { type LiveKitApi, unreachable } from './server-api.ts';

const NAME = 'tonegate-doctor';
const ANSWER_MS = 5000;

/** The version, such as `1.13.5`; empty where the server tells none. Rejects with why it did not let us in. */
export async function serverVersion(api: LiveKitApi): Promise<string> {
  const { promise: version, resolve, reject } = Promise.withResolvers<string>();
  const impatience = setTimeout(
    () => reject(unreachable('signing in as agent server: LiveKit gave no answer')),
    ANSWER_MS,
  );
  let socket: AgentSocket | null = null;
  try {
    socket = await openAgentSocket(api, NAME, {
      onOpen: () =>
        socket?.send({
          case: 'register',
          value: { type: JobType.JT_ROOM, agentName: NAME, version: '0' },
        }),
      onMessage: (message) => {
        if (message.case === 'register') resolve(message.value.serverInfo?.version ?? '');
      },
      onClose: reject,
    });
    return await version;
  } finally {
    clearTimeout(impatience);
    await socket?.close();
  }
}
