// One WebSocket to LiveKit's agent endpoint, from signing in to its end. Promises: a peer that has
// died without a word is noticed within two pings, and the end is told exactly once, as a fault that
// says why. Must not know what the messages mean, and never connects twice.

import { ServerMessage, WorkerMessage } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { WebSocket } from 'ws';
import { IvrFault } from '../ivr/fault.ts';
import type { LiveKitApi } from './server-api.ts';
import { keyRefused, unreachable } from './server-api.ts';

const PING_MS = 5000;
const OPEN_MS = 5000;
const CLOSE_MS = 1000;
/** An assignment holds a room's and a dispatch's metadata: 512 KB each at most (server v1.13.5). */
const LONGEST_MESSAGE_BYTES = 2 ** 22;

export type FromServer = ServerMessage['message'];
export type ToServer = NonNullable<
  NonNullable<ConstructorParameters<typeof WorkerMessage>[0]>['message']
>;

export interface AgentSocketEvents {
  onOpen(): void;
  onMessage(message: FromServer): void;
  onClose(fault: IvrFault): void;
}

export interface AgentSocket {
  /** Sends at once, or drops the message where the socket is not open. */
  send(message: ToServer): void;
  /** Done when the socket is closed, by force if LiveKit does not answer within a second. */
  close(): Promise<void>;
}

/** The agent endpoint of a LiveKit address. Throws `IVR_CONFIG_INVALID` where it is not one. */
export function agentEndpoint(host: string): URL {
  const endpoint = URL.parse(host.replace(/^http/, 'ws'));
  if (endpoint === null || !/^wss?:$/.test(endpoint.protocol)) {
    throw new IvrFault('IVR_CONFIG_INVALID', 'LIVEKIT_URL: use a ws, wss, http or https URL');
  }
  endpoint.pathname = `${endpoint.pathname.replace(/\/$/, '')}/agent`;
  return endpoint;
}

/** Signs in as `identity` with a token that may do nothing but serve as an agent. */
export async function openAgentSocket(
  api: LiveKitApi,
  identity: string,
  events: AgentSocketEvents,
): Promise<AgentSocket> {
  const token = new AccessToken(api.key, api.secret, { identity, ttl: '10m' });
  token.addGrant({ agent: true });
  const socket = new WebSocket(agentEndpoint(api.host), {
    headers: { authorization: `Bearer ${await token.toJwt()}` },
    handshakeTimeout: OPEN_MS,
    perMessageDeflate: false,
    maxPayload: LONGEST_MESSAGE_BYTES,
  });
  const closed = Promise.withResolvers<void>();
  let fault = unreachable('the connection to LiveKit was lost');
  let silent = false;
  const send = (message: ToServer): void => {
    if (socket.readyState === WebSocket.OPEN)
      socket.send(new WorkerMessage({ message }).toBinary());
  };
  const ping = setInterval(() => {
    if (silent) return socket.terminate();
    silent = true;
    send({ case: 'ping', value: { timestamp: BigInt(Date.now()) } });
  }, PING_MS);

  socket.on('open', () => events.onOpen());
  socket.on('message', (data: Buffer) => {
    silent = false;
    const message = parse(data);
    if (message === null) return socket.terminate();
    events.onMessage(message);
  });
  socket.on('unexpected-response', (_request, response) => {
    fault = refusedWith(response.statusCode ?? 0);
    socket.terminate();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== undefined) fault = unreachable(`connecting to LiveKit: ${error.code}`);
  });
  socket.on('close', () => {
    clearInterval(ping);
    closed.resolve();
    events.onClose(fault);
  });

  return {
    send,
    close: async () => {
      const impatience = setTimeout(() => socket.terminate(), CLOSE_MS);
      socket.close();
      await closed.promise;
      clearTimeout(impatience);
    },
  };
}

function parse(data: Buffer): FromServer | null {
  try {
    return ServerMessage.fromBinary(data).message;
  } catch {
    return null;
  }
}

function refusedWith(status: number): IvrFault {
  if (status === 401 || status === 403) return keyRefused('signing in as agent server');
  return unreachable(`signing in as agent server: LiveKit answered HTTP ${status}`);
}
