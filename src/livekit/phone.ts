// A phone on LiveKit without a SIP leg: joins a fresh room the way the SIP bridge does for a caller, with
// the kind, the attributes and the answers an agent expects. For trying, load and tests; plays no sound.

import { randomBytes } from 'node:crypto';
import { RoomAgentDispatch, RoomConfiguration } from '@livekit/protocol';
import {
  AudioSource,
  LocalAudioTrack,
  Room,
  RoomEvent,
  RpcError,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { leaveRoom } from './media.ts';
import { type LiveKitApi, unreachable } from './server-api.ts';

export { closeMedia } from './media.ts';

export interface PhoneOptions {
  readonly api: LiveKitApi;
  /** A room that is not there yet. */
  readonly room: string;
  /** The agent that a dispatch rule would send in. */
  readonly agentName: string;
  /** The number that is called, and the one that is shown to the callee (E.164). */
  readonly dialled: string;
  readonly calling: string;
  /** What the INVITE's headers would be. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The trunk it seems to come over, by LiveKit's id; null: none. */
  readonly trunkId?: string | null;
}

export interface Phone {
  /** Settles when the callee has answered. Never rejects. */
  readonly answered: Promise<void>;
  /** Settles when the call is over, whoever ended it. Never rejects. */
  readonly ended: Promise<void>;
  /** Sends one of `0-9 * #`. After the end keys are lost. */
  press(key: string): Promise<void>;
  /** Done when the room is left. May be called at any time, twice too. */
  hangUp(): Promise<void>;
}

const KEYS = '0123456789*#';
/** As long as a provisioned trunk lets a caller wait. */
const RINGING_MS = 25_000;

/** The name of a new room, as a dispatch rule by callee would make it. */
export function roomFor(dialled: string): string {
  return `call_${dialled}_${randomBytes(6).toString('hex')}`;
}

/** Calls. Rejects with `IVR_LIVEKIT_UNREACHABLE` where the room cannot be joined. */
export async function joinAsCaller(options: PhoneOptions): Promise<Phone> {
  const room = new Room();
  const answered = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let leaving: Promise<void> | null = null;

  async function leave(): Promise<void> {
    clearTimeout(ringing);
    if (room.isConnected) await tellStatus(room, 'hangup');
    await leaveRoom(room);
    await microphone.close();
    ended.resolve();
  }
  const hangUp = () => {
    leaving ??= leave();
    return leaving;
  };
  const microphone = LocalAudioTrack.createAudioTrack('phone', new AudioSource(16_000, 1));
  const ringing = setTimeout(() => void hangUp(), RINGING_MS);

  room.on(RoomEvent.Disconnected, () => void hangUp());
  room.on(RoomEvent.TrackSubscribed, () => {
    clearTimeout(ringing);
    void tellStatus(room, 'active').then(answered.resolve);
  });
  try {
    const token = await tokenFor(options);
    await room.connect(options.api.host, token, { autoSubscribe: true, dynacast: false });
    answerRequests(room, options.headers ?? {}, hangUp);
    // A participant that publishes nothing is seen by others up to three seconds late.
    const publishing = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await room.localParticipant?.publishTrack(microphone, publishing);
  } catch {
    await hangUp();
    throw unreachable('placing a call: the room could not be joined');
  }

  return {
    answered: answered.promise,
    ended: ended.promise,
    async press(key) {
      const code = KEYS.indexOf(key);
      if (leaving === null && code >= 0) await room.localParticipant?.publishDtmf(code, key);
    },
    hangUp,
  };
}

async function tokenFor({ api, ...call }: PhoneOptions): Promise<string> {
  const token = new AccessToken(api.key, api.secret, {
    identity: `sip_${call.calling}`,
    ttl: '10m',
    // No `sip.callID`: no bridge knows this call, so nobody can transfer it.
    attributes: {
      'sip.callStatus': 'ringing',
      'sip.callIDFull': `${randomBytes(12).toString('hex')}@127.0.0.1`,
      'sip.trunkPhoneNumber': call.dialled,
      'sip.phoneNumber': call.calling,
      ...(call.trunkId ? { 'sip.trunkID': call.trunkId } : {}),
    },
  });
  token.kind = 'sip';
  token.addGrant({
    roomJoin: true,
    room: call.room,
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateOwnMetadata: true,
  });
  token.roomConfig = new RoomConfiguration({
    maxParticipants: 1,
    agents: [new RoomAgentDispatch({ agentName: call.agentName })],
  });
  return token.toJwt();
}

/** What an agent may ask of a bridge. */
function answerRequests(
  room: Room,
  headers: Readonly<Record<string, string>>,
  hangUp: () => Promise<void>,
): void {
  room.localParticipant?.registerRpcMethod('lk.sip.GetRemoteHeaders', async () =>
    JSON.stringify({ headers }),
  );
  room.localParticipant?.registerRpcMethod('lk.sip.EndCall', async ({ payload }) => {
    // As the bridge does: what cannot be read ends nothing.
    if (!payload.startsWith('{"')) throw new RpcError(1500, 'not readable');
    void hangUp();
    return '';
  });
}

/** As the bridge does. Where the room is gone nobody needs to know. */
async function tellStatus(room: Room, status: 'active' | 'hangup'): Promise<void> {
  await room.localParticipant?.setAttributes({ 'sip.callStatus': status }).catch(() => undefined);
}
