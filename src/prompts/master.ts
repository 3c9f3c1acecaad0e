// Makes a raw take ready to play: cut to what is heard, faded, at the loudness all recordings share.
// Pure and reproducible: the same take gives the same samples.

import { SILENCE, TARGET_LOUDNESS } from './lint.ts';
import { loudness, peak, soundSpan } from './loudness.ts';
import { SAMPLE_RATE } from './wav.ts';

/** Kept before and after the sound: clips are played one after the other without a gap. */
const LEAD_MS = 20;
const TAIL_MS = 30;
/** Avoids a click where the cut meets noise. */
const FADE_MS = 5;

/** Loudness gives way to this, in dBFS. */
const HIGHEST_PEAK = -2;

/** Masters a 16 kHz take; null where nothing is heard in it. */
export function master(take: Int16Array): Int16Array<ArrayBuffer> | null {
  const span = soundSpan(take, SILENCE + loudness(take) - TARGET_LOUDNESS);
  if (!span) return null;

  const lead = samplesIn(LEAD_MS);
  const cut = new Float64Array(lead + span.end - span.start + samplesIn(TAIL_MS));
  for (let i = 0; i < cut.length; i++) {
    cut[i] = (take[span.start - lead + i] ?? 0) * fade(i, cut.length);
  }
  const gain = Math.min(TARGET_LOUDNESS - loudness(cut), HIGHEST_PEAK - peak(cut));
  return Int16Array.from(cut, (sample) => Math.round(sample * 10 ** (gain / 20)));
}

function fade(at: number, length: number): number {
  const samples = samplesIn(FADE_MS);
  return Math.min(1, at / samples, (length - 1 - at) / samples);
}

function samplesIn(ms: number): number {
  return (SAMPLE_RATE * ms) / 1000;
}
