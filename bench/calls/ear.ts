// What a caller hears, as sound and silence by the clock. Pure. Does not know what should be heard.

import { SAMPLE_RATE } from '../../src/prompts/wav.ts';

const BLOCK_MS = 10;
const BLOCK_SAMPLES = (SAMPLE_RATE * BLOCK_MS) / 1000;
/** Peak above which a block is sound: far below any block of the bench's recordings, far above a codec's noise. */
const SOUND = 800;
/** Quiet blocks in a row that are a silence, and not a pitch period's dip. */
const QUIET_BLOCKS = 3;

export interface Listener {
  onSound(at: number): void;
  /** Told some blocks later, with the moment at which it began. */
  onSilence(at: number): void;
}

/** An ear for one track: takes pieces of any length as they arrive. */
export function createEar({
  onSound,
  onSilence,
}: Listener): (samples: Int16Array, arrivedAt: number) => void {
  let isSounding = false;
  let quiet = 0;
  let quietSince = 0;

  function hear(peak: number, at: number): void {
    if (peak >= SOUND) {
      quiet = 0;
      if (!isSounding) onSound(at);
      isSounding = true;
      return;
    }
    if (quiet === 0) quietSince = at;
    quiet += 1;
    if (isSounding && quiet === QUIET_BLOCKS) {
      isSounding = false;
      onSilence(quietSince);
    }
  }

  return (samples, arrivedAt) => {
    const blocks = Math.floor(samples.length / BLOCK_SAMPLES);
    for (let block = 0; block < blocks; block += 1) {
      const from = block * BLOCK_SAMPLES;
      // A longer piece came late by the blocks that follow in it.
      const at = arrivedAt - (blocks - 1 - block) * BLOCK_MS;
      hear(peakOf(samples, from), at);
    }
  };
}

function peakOf(samples: Int16Array, from: number): number {
  let peak = 0;
  for (let i = from; i < from + BLOCK_SAMPLES; i += 1) peak = Math.max(peak, Math.abs(samples[i]!));
  return peak;
}
