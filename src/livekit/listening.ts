// Listens in on the next call by SIP, silent and unseen beside whoever serves it: what the INVITE brought,
// by name, and how many keys come. Promises that no value of a header or an attribute, no key and no name
// of a room is kept or told.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import type { RemoteParticipant } from '@livekit/rtc-node';
import { Room, RoomEvent, RpcError } from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import type { CallFacts, KeyFacts } from '../doctor/facts.ts';
import { unlessAborted } from './abort.ts';
import { callerIn, isConnected } from './caller.ts';
import { watchLeg } from './leg-end.ts';
import { sealOf } from './listener-seal.ts';
import { enterRoom, leaveRoom, whenInRoom } from './media.ts';
import { apiFault, type LiveKitApi } from './server-api.ts';

export { closeMedia } from './media.ts';

/** A call that is refused is over some 100 ms after it came. */
const LOOK_AGAIN_MS = 25;
const JOIN_MS = 5000;
/** No person presses keys closer together. */
const HASTY_MS = 40;

export interface HeardCall {
  readonly facts: CallFacts;
  /** Settles when the call has ended, or the signal has aborted. */
  readonly keys: Promise<KeyFacts>;
}

export interface Listener {
  /**
   * Waits for a call that was not there when listening began. `none`: none came before the signal aborted;
   * `gone`: it was over before it could be joined. Throws `IVR_LIVEKIT_UNREACHABLE`.
   */
  nextCall(signal: AbortSignal): Promise<HeardCall | 'none' | 'gone'>;
}

/** Begins to listen; done when the next call would be noticed. Throws `IVR_LIVEKIT_UNREACHABLE`. */
export async function listenForCalls(api: LiveKitApi): Promise<Listener> {
  const rooms = new RoomServiceClient(api.host, api.key, api.secret, { failover: false });
  const before = new Set((await asked(rooms.listRooms())).map(({ sid }) => sid));

  /** The name of a room that a SIP caller has come into; null: none before the signal aborted. */
  async function nextRoom(signal: AbortSignal): Promise<string | null> {
    while (!signal.aborted) {
      for (const { sid, name } of await asked(rooms.listRooms())) {
        if (before.has(sid)) continue;
        const participants = await asked(rooms.listParticipants(name));
        if (participants.some(({ kind }) => kind === ParticipantInfo_Kind.SIP)) return name;
      }
      await sleep(LOOK_AGAIN_MS);
    }
    return null;
  }

  return {
    async nextCall(signal) {
      const room = await nextRoom(signal);
      return room === null ? 'none' : await listenIn(api, room, signal);
    },
  };
}

async function asked<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw apiFault('waiting for a call', error);
  }
}

async function listenIn(
  api: LiveKitApi,
  name: string,
  signal: AbortSignal,
): Promise<HeardCall | 'none' | 'gone'> {
  const [ear, voice] = [new Room(), new Room()];
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(JOIN_MS)]);
  const enter = async (room: Room, hidden: boolean) =>
    unlessAborted(enterRoom(room, api.host, await tokenFor(api, name, hidden)), deadline);
  try {
    await Promise.all([enter(voice, false), enter(ear, true)]);
    const arrival = [RoomEvent.ParticipantConnected];
    const caller = await whenInRoom(ear, arrival, () => callerIn(ear), deadline);
    const keys = countKeys(ear, caller, signal);
    return { facts: await factsOf(voice, caller), keys };
  } catch {
    await leaveRoom(ear);
    return signal.aborted ? 'none' : 'gone';
  } finally {
    await leaveRoom(voice);
  }
}

/**
 * Of the agent kind, so that the room's limit does not count it. Hidden while it listens, so that no desk
 * waits for it to leave; but a bridge cannot answer somebody whom it does not see. Sealed, so that lines know
 * it for no stranger.
 */
async function tokenFor({ key, secret }: LiveKitApi, room: string, hidden: boolean) {
  const identity = `tonegate-doctor-${randomBytes(6).toString('hex')}`;
  const metadata = sealOf(secret, room, identity);
  const token = new AccessToken(key, secret, { identity, metadata, ttl: '10m' });
  token.kind = 'agent';
  token.addGrant({
    roomJoin: true,
    room,
    agent: true,
    hidden,
    canPublish: false,
    canSubscribe: false,
    canPublishData: !hidden,
  });
  return token.toJwt();
}

async function factsOf(room: Room, caller: RemoteParticipant): Promise<CallFacts> {
  const ask = async (method: string, payload: string) =>
    room.localParticipant?.performRpc({ destinationIdentity: caller.identity, method, payload });
  const [headers, ended] = await Promise.allSettled([
    ask('lk.sip.GetRemoteHeaders', '{}'),
    // What it cannot read ends no call; that it tries to shows that it knows the question.
    ask('lk.sip.EndCall', '{'),
  ]);
  return {
    attributes: Object.keys(caller.attributes),
    headers: headers.status === 'fulfilled' ? namesIn(headers.value ?? '') : null,
    canEndCall: ended.status === 'rejected' ? knowsMethod(ended.reason) : true,
    trunkId: caller.attributes['sip.trunkID'] ?? null,
  };
}

function namesIn(answer: string): string[] | null {
  try {
    const { headers } = JSON.parse(answer) as { headers: object };
    return Object.keys(headers);
  } catch {
    return null;
  }
}

/** Whether a request was understood that was refused; null: nobody can say. */
function knowsMethod(error: unknown): boolean | null {
  const { UNSUPPORTED_METHOD, APPLICATION_ERROR } = RpcError.ErrorCode;
  if (!(error instanceof RpcError)) return null;
  if (error.code === UNSUPPORTED_METHOD) return false;
  return error.code === APPLICATION_ERROR ? true : null;
}

async function countKeys(
  room: Room,
  caller: RemoteParticipant,
  signal: AbortSignal,
): Promise<KeyFacts> {
  let [keys, others, hasty] = [0, 0, 0];
  let last = Number.NEGATIVE_INFINITY;
  let wasAnswered = isConnected(caller);
  room.on(RoomEvent.ParticipantAttributesChanged, (_changed, participant) => {
    wasAnswered ||= participant.identity === caller.identity && isConnected(caller);
  });
  room.on(RoomEvent.DtmfReceived, (_code, key, sender) => {
    if (sender?.identity !== caller.identity) return;
    if (!/^[0-9*#]$/.test(key)) {
      others += 1;
      return;
    }
    const now = performance.now();
    keys += 1;
    if (now - last < HASTY_MS) hasty += 1;
    last = now;
  });
  const ending = await unlessAborted(watchLeg(room, caller.identity).ended, signal).then(
    () => 'hungUp' as const,
    () => 'stopped' as const,
  );
  await leaveRoom(room);
  return { wasAnswered, keys, others, hasty, ending };
}
