// Received sound on a timeline of its own: sample 0 is the first packet's first sample, gaps are silence.
// Knows RTP timestamps, no network.

import { decodeMuLaw } from './mu-law.ts';
import type { RtpPacket } from './rtp.ts';

/** Samples a second of everything heard. */
export const RATE = 8000;

/** A time as a number of samples, and back. */
export const samples = (ms: number) => (ms * RATE) / 1000;
export const ms = (count: number) => Math.round((count * 1000) / RATE);

/** What a phone has received so far, as PCM at 8 kHz in shared memory. Grows; what was received stays where it is. */
export class Timeline {
  #samples = sharedSamples(RATE * 60);
  #length = 0;
  #stream: { readonly ssrc: number; readonly timestamp: number; readonly at: number } | null = null;

  /** Received samples, up to the latest packet. A view: valid until the next packet. */
  get samples(): Int16Array {
    return this.#samples.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** Puts a PCMU packet where its RTP timestamp belongs; a new stream goes on where the old one ended. */
  add(packet: RtpPacket): void {
    if (this.#stream?.ssrc !== packet.ssrc) {
      this.#stream = { ssrc: packet.ssrc, timestamp: packet.timestamp, at: this.#length };
    }
    const at = this.#stream.at + ((packet.timestamp - this.#stream.timestamp) | 0);
    const skip = Math.max(0, -at);
    const samples = decodeMuLaw(packet.payload).subarray(skip);
    this.#reserve(at + skip + samples.length);
    this.#samples.set(samples, at + skip);
    this.#length = Math.max(this.#length, at + skip + samples.length);
  }

  #reserve(length: number): void {
    if (length <= this.#samples.length) return;
    const larger = sharedSamples(Math.max(length, 2 * this.#samples.length));
    larger.set(this.#samples);
    this.#samples = larger;
  }
}

function sharedSamples(length: number): Int16Array {
  return new Int16Array(new SharedArrayBuffer(length * Int16Array.BYTES_PER_ELEMENT));
}
