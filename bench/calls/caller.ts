// A caller without a SIP leg: joins a room as the bridge does for one, answers what an agent may ask of a bridge,
// and tells when it hears sound and silence. Sends for an agent only when told to.

import {
  AudioSource,
  LocalAudioTrack,
  type RemoteTrack,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { openRoom, soundOf } from '../../src/livekit/media.ts';
import { callerToken, type PhoneCall } from '../../src/livekit/phone-token.ts';
import { SAMPLE_RATE } from '../../src/prompts/wav.ts';
import { now } from './clock.ts';
import { createEar, type Listener } from './ear.ts';

const KEYS = '0123456789*#';
const HEADERS = { headers: { 'X-Twilio-VerStat': 'TN-Validation-Passed-A' } };

/** A source with a queue hands silence to its encoder, which costs as much as the voice that is measured. */
const NO_QUEUE_MS = 0;

export interface Caller {
  /** Presses keys so far apart; answers when each was sent. */
  press(keys: string, gapMs: number): Promise<readonly number[]>;
  leave(): Promise<void>;
}

/** Done when the caller waits in its room. `frameMs`: how much sound comes at once. */
export async function enterAsCaller(
  call: PhoneCall,
  listener: Listener,
  frameMs: number,
): Promise<Caller> {
  const room = openRoom();
  const source = new AudioSource(SAMPLE_RATE, 1, NO_QUEUE_MS);
  const microphone = LocalAudioTrack.createAudioTrack('phone', source);
  room.on(RoomEvent.TrackSubscribed, (track) => {
    void room.localParticipant?.setAttributes({ 'sip.callStatus': 'active' });
    void listen(track, listener, frameMs);
  });
  const token = await callerToken(call);
  await room.connect(call.api.host, token, { autoSubscribe: true, dynacast: false });
  room.localParticipant?.registerRpcMethod('lk.sip.GetRemoteHeaders', async () =>
    JSON.stringify(HEADERS),
  );
  // Who publishes nothing is seen by others up to three seconds late.
  const publishing = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
  await room.localParticipant?.publishTrack(microphone, publishing);
  return {
    async press(keys, gapMs) {
      const sent: number[] = [];
      for (const key of keys) {
        if (sent.length > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
        sent.push(now());
        await room.localParticipant?.publishDtmf(KEYS.indexOf(key), key);
      }
      return sent;
    },
    async leave() {
      await room.disconnect();
      await microphone.close();
    },
  };
}

async function listen(track: RemoteTrack, listener: Listener, frameMs: number): Promise<void> {
  const hear = createEar(listener);
  for await (const samples of soundOf(track, frameMs)) hear(samples, now());
}
