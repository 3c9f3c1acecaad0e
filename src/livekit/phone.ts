// A phone on LiveKit without a SIP leg: joins a fresh room the way the SIP bridge does for a caller, with
// the kind, the attributes and the answers an agent expects. For trying, load and tests; plays no sound, but hands it on.

import {
  AudioSource,
  LocalAudioTrack,
  type RemoteTrack,
  Room,
  RoomEvent,
  RpcError,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { SAMPLE_RATE } from '../prompts/wav.ts';
import { leaveRoom, soundOf } from './media.ts';
import { callerToken, type PhoneCall, sendForAgent } from './phone-token.ts';
import { unreachable } from './server-api.ts';

export { closeMedia } from './media.ts';

export interface PhoneOptions extends PhoneCall {
  /** The agent that a dispatch rule would send in. */
  readonly agentName: string;
  /** Told of all that is heard, piece by piece: 16 kHz, mono. `source`: whose sound it is. */
  readonly onSound?: (source: string, samples: Int16Array) => void;
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
  const microphone = LocalAudioTrack.createAudioTrack('phone', new AudioSource(SAMPLE_RATE, 1));
  const ringing = setTimeout(() => void hangUp(), RINGING_MS);

  room.on(RoomEvent.Disconnected, () => void hangUp());
  room.on(RoomEvent.TrackSubscribed, (track) => {
    clearTimeout(ringing);
    if (options.onSound) void listen(track, options.onSound);
    void tellStatus(room, 'active').then(answered.resolve);
  });
  try {
    const token = await callerToken(options);
    await room.connect(options.api.host, token, { autoSubscribe: true, dynacast: false });
    answerRequests(room, options.headers ?? {}, hangUp);
    // A participant that publishes nothing is seen by others up to three seconds late.
    const publishing = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await room.localParticipant?.publishTrack(microphone, publishing);
    await sendForAgent(options.api, options.room, options.agentName);
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

/** Ends with the track. */
async function listen(
  track: RemoteTrack,
  onSound: NonNullable<PhoneOptions['onSound']>,
): Promise<void> {
  for await (const samples of soundOf(track)) onSound(track.sid ?? '', samples);
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
