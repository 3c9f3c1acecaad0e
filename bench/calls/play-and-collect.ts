// The least that an IVR does in a room: plays a recording, stops at the first key, collects an entry, plays the
// next one. Whole clips in one frame, which costs least. Used by the floor and by the agent of `@livekit/agents`,
// each with its own media library.

import type { Room } from '@livekit/rtc-node';

type Media = Pick<
  typeof import('@livekit/rtc-node'),
  | 'AudioFrame'
  | 'AudioSource'
  | 'LocalAudioTrack'
  | 'RoomEvent'
  | 'TrackPublishOptions'
  | 'TrackSource'
>;

/** A prompt, and how many keys are collected after it. */
export interface Asking {
  readonly clips: readonly Int16Array[];
  readonly keys: number;
}

const SAMPLE_RATE = 16_000;
/** As long as the longest prompt: no frame waits for room. */
const QUEUE_MS = 30_000;

/** Plays from now on, until the room is left. `onEntry` is told how many keys an entry had. */
export async function playAndCollect(
  room: Room,
  media: Media,
  askings: readonly Asking[],
  onEntry: (keys: number) => void,
): Promise<void> {
  const { AudioFrame, AudioSource, LocalAudioTrack, RoomEvent, TrackPublishOptions, TrackSource } =
    media;
  const source = new AudioSource(SAMPLE_RATE, 1, QUEUE_MS);
  const track = LocalAudioTrack.createAudioTrack('voice', source);
  let turn = 0;
  let asked = 0;
  let collected = 0;

  async function play(): Promise<void> {
    const mine = ++turn;
    source.clearQueue();
    for (const clip of (askings[asked] ?? { clips: [] }).clips) {
      if (mine !== turn) return;
      await source.captureFrame(new AudioFrame(clip, SAMPLE_RATE, 1, clip.length));
    }
  }
  const say = () => void play().catch(() => undefined);

  room.on(RoomEvent.DtmfReceived, (_code, key) => {
    const asking = askings[asked];
    if (asking === undefined) return;
    if (key === '*') {
      collected = 0;
      return say();
    }
    if (collected === 0) {
      turn += 1;
      source.clearQueue();
    }
    collected += 1;
    if (collected < asking.keys) return;
    collected = 0;
    asked += 1;
    say();
    onEntry(asking.keys);
  });
  const options = { source: TrackSource.SOURCE_MICROPHONE, dtx: true, red: false };
  const publication = await room.localParticipant?.publishTrack(
    track,
    new TrackPublishOptions(options),
  );
  await publication?.waitForSubscription();
  await play();
}
