// Our voice in a room: one audio track that plays recordings. Promises: utterances follow each other
// and never mix, an abort is silence at once, and nothing of an aborted one is heard later. Must not
// know whom it speaks to.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Room } from '@livekit/rtc-node';
import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { IvrFault } from '../ivr/fault.ts';
import type { Clip } from '../ivr/ports.ts';
import { unlessAborted } from './abort.ts';
import { followUtterance } from './gaps.ts';

const SAMPLE_RATE = 16_000;
const SAMPLES_PER_MS = SAMPLE_RATE / 1000;
/** Longest clip there may be. The queue is only touched as far as it is filled. */
const LONGEST_CLIP_MS = 30_000;
/** From here on Opus codes without its speech model, which would cost a third more; silence is sent as seldom. */
const BITRATE = 64_000n;
/** The source plays 10 ms at a time; a shorter rest would stay there and open the next utterance. */
const FLUSH: Clip = { samples: new Int16Array(SAMPLE_RATE / 100) };
/**
 * From the last sample here to the caller having heard it. Over the bridge (v1.8.0) it reached the
 * phone's socket after 87 to 120 ms; the rest is for the phone's own jitter buffer and for a busy machine.
 */
const EAR_DELAY_MS = 400;

export class Speaker {
  /** Settles when the first participant has subscribed to the track. */
  readonly subscribed: Promise<void>;
  readonly #source: AudioSource;
  readonly #track: LocalAudioTrack;
  readonly #closing = new AbortController();
  /** The utterance under way, or the last one. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #onUnderrun: () => void;
  #heardAt = 0;

  private constructor(
    source: AudioSource,
    track: LocalAudioTrack,
    subscribed: Promise<void>,
    onUnderrun: () => void,
  ) {
    this.#source = source;
    this.#track = track;
    this.subscribed = subscribed;
    this.#onUnderrun = onUnderrun;
  }

  /**
   * Publishes the track; for a ringing SIP caller this answers the call. `onUnderrun` is told of each gap in an
   * utterance.
   */
  static async publish(room: Room, onUnderrun: () => void): Promise<Speaker> {
    const source = new AudioSource(SAMPLE_RATE, 1, LONGEST_CLIP_MS);
    const track = LocalAudioTrack.createAudioTrack('voice', source);
    try {
      const options = {
        source: TrackSource.SOURCE_MICROPHONE,
        dtx: true,
        red: false,
        audioEncoding: { maxBitrate: BITRATE },
      };
      const publication = await room.localParticipant?.publishTrack(
        track,
        new TrackPublishOptions(options),
      );
      if (publication === undefined) throw new IvrFault('IVR_LINE_LOST', 'not in the room');
      return new Speaker(source, track, publication.waitForSubscription(), onUnderrun);
    } catch {
      await track.close();
      throw new IvrFault('IVR_LINE_LOST', 'publishing our audio: the room was lost');
    }
  }

  /**
   * Plays the clips in one go, after whatever plays now. Done when the last sample is played out.
   * `onSilence` is told when an abort has stopped it and nothing of it is left in the queue.
   */
  play(clips: readonly Clip[], signal: AbortSignal, onSilence: () => void): Promise<void> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const turn = this.#turn.then(() => this.#speak(clips, stop, onSilence));
    this.#turn = turn.catch(() => undefined);
    return unlessAborted(turn, stop);
  }

  /** Done when the caller has heard whatever was played to its end. */
  async heard(): Promise<void> {
    const rest = this.#heardAt - performance.now();
    if (rest > 0) await sleep(rest);
  }

  /** Silence for good. Leave the room first. */
  async close(): Promise<void> {
    this.#closing.abort(new IvrFault('IVR_LINE_LOST', 'playing: we have left the room'));
    await this.#turn;
    await this.#track.close();
  }

  async #speak(clips: readonly Clip[], stop: AbortSignal, onSilence: () => void): Promise<void> {
    if (stop.aborted) return;
    let isCapturing = false;
    const hush = () => {
      this.#source.clearQueue();
      if (!isCapturing) onSilence();
    };
    stop.addEventListener('abort', hush, { once: true });
    const utterance = followUtterance();
    try {
      for (const clip of [...clips, FLUSH]) {
        const { samples } = clip;
        isCapturing = true;
        const askedAt = performance.now();
        await this.#source.captureFrame(new AudioFrame(samples, SAMPLE_RATE, 1, samples.length));
        if (stop.aborted) return;
        isCapturing = false;
        const ms = samples.length / SAMPLES_PER_MS;
        // Before the last one, silence is as it should be.
        const hasGap = utterance.hasGap(ms, askedAt, performance.now());
        if (hasGap && clip !== FLUSH) this.#onUnderrun();
      }
      await this.#source.waitForPlayout();
      this.#heardAt = performance.now() + EAR_DELAY_MS;
    } catch {
      throw new IvrFault('IVR_LINE_LOST', 'playing a recording: the audio source failed');
    } finally {
      stop.removeEventListener('abort', hush);
      // What was being captured when the queue was cleared has landed after that.
      if (stop.aborted && isCapturing) {
        isCapturing = false;
        hush();
      }
    }
  }
}
