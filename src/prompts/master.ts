// Makes a raw take ready to play: cut to what is heard, faded, at the loudness all recordings share.
// Pure and reproducible: the same take gives the same samples.

import { limit } from './limiter.ts';
import { SILENCE, TARGET_LOUDNESS } from './lint.ts';
import { loudness, soundSpan } from './loudness.ts';
import { SAMPLE_RATE } from './wav.ts';

/** Kept before and after the sound: clips are played one after the other without a gap. */
export const LEAD_MS = 20;
export const TAIL_MS = 30;
/** Avoids a click where the cut meets noise. */
const FADE_MS = 5;

/** -2 dBFS: leaves the codecs on the way room. */
const CEILING = 32_768 * 10 ** (-2 / 20);

/** What the limiter takes away is given back; short words such as "seis" have high peaks. */
const ROUNDS = 8;
/** In decibels. */
const CLOSE_ENOUGH = 0.05;

/** Masters a 16 kHz take; null where nothing is heard in it. */
export function master(take: Int16Array): Int16Array<ArrayBuffer> | null {
  const rough = soundSpan(take, heard(take));
  // The silence around a take makes it read fainter than its words are.
  const span = rough && soundSpan(take, heard(take.subarray(rough.start, rough.end)));
  if (!span) return null;

  const lead = samplesIn(LEAD_MS);
  const cut = new Float64Array(lead + span.end - span.start + samplesIn(TAIL_MS));
  for (let i = 0; i < cut.length; i++) {
    cut[i] = (take[span.start - lead + i] ?? 0) * fade(i, cut.length);
  }
  let gain = TARGET_LOUDNESS - loudness(cut);
  let loud = amplified(cut, gain);
  for (let round = 0; round < ROUNDS; round++) {
    const lost = TARGET_LOUDNESS - loudness(loud);
    if (lost < CLOSE_ENOUGH) break;
    gain += lost;
    loud = amplified(cut, gain);
  }
  return Int16Array.from(loud, Math.round);
}

/** What will be at the level of silence once the take is mastered, in dBFS. */
function heard(take: Int16Array): number {
  return SILENCE + loudness(take) - TARGET_LOUDNESS;
}

function amplified(samples: Float64Array, gain: number): Float64Array {
  const factor = 10 ** (gain / 20);
  return limit(
    samples.map((sample) => sample * factor),
    CEILING,
  );
}

function fade(at: number, length: number): number {
  const samples = samplesIn(FADE_MS);
  return Math.min(1, at / samples, (length - 1 - at) / samples);
}

function samplesIn(ms: number): number {
  return (SAMPLE_RATE * ms) / 1000;
}
