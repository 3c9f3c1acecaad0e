// What a recording must be like to be played to a caller, and the words for what is wrong with it.
// Pure: takes a file's bytes, answers samples and flaws. Does not know where the file lies.

import { loudness, peak, soundSpan } from './loudness.ts';
import { PCM, parseWav, SAMPLE_RATE, samplesOf, type Wav } from './wav.ts';

/** Something wrong with a recording, and how whoever recorded it mends that. */
export interface Flaw {
  readonly problem: string;
  readonly mend: string;
}

/** A recording as read: samples where the format is right, and everything wrong with it. */
export interface Judgement {
  readonly samples: Int16Array<ArrayBuffer> | null;
  readonly flaws: readonly Flaw[];
}

/** Loudness all recordings share, so that no prompt jumps out of a sequence, in LUFS. */
export const TARGET_LOUDNESS = -20;
/** Below this nothing is heard on a telephone beside speech at the target, in dBFS. */
export const SILENCE = -50;

/** Any two recordings are then within 2 dB of each other. */
export const LOUDNESS_TOLERANCE = 1;
/** Leaves the codecs on the way room above the samples, in dBFS. */
export const HIGHEST_PEAK = -1;
/** Silence at either end is heard as a gap, and callers wait through it. */
export const LEADING_SILENCE_MS = 60;
export const TRAILING_SILENCE_MS = 200;
/** Nobody listens that long; it also bounds what one clip may queue. */
export const LONGEST_SECONDS = 30;

const CONVERT = 'export it again as WAV: 16 kHz, mono, 16-bit linear PCM';

/** Judges a recording by all rules at once. Takes any bytes and never throws. */
export function judge(bytes: Uint8Array): Judgement {
  const wav = parseWav(bytes);
  if (wav === 'notWave') {
    return { samples: null, flaws: [{ problem: 'is not a RIFF/WAVE file', mend: CONVERT }] };
  }
  if (wav === 'truncated') {
    return { samples: null, flaws: [{ problem: 'is cut short', mend: 'copy it again whole' }] };
  }
  const flaws = judgeFormat(wav);
  if (flaws.length > 0) return { samples: null, flaws };
  const samples = samplesOf(wav.data);
  return { samples, flaws: judgeSound(samples) };
}

function judgeFormat(wav: Wav): readonly Flaw[] {
  const problems = [];
  if (wav.encoding !== PCM) problems.push(`has encoding ${wav.encoding} instead of linear PCM`);
  if (wav.sampleRate !== SAMPLE_RATE) {
    problems.push(`has ${wav.sampleRate} Hz instead of ${SAMPLE_RATE} Hz`);
  }
  if (wav.channels !== 1) problems.push(`has ${wav.channels} channels instead of one`);
  if (wav.bits !== 16) problems.push(`has ${wav.bits} bits a sample instead of 16`);
  return problems.map((problem) => ({ problem, mend: CONVERT }));
}

function judgeSound(samples: Int16Array): readonly Flaw[] {
  const span = soundSpan(samples, SILENCE);
  if (!span) return [{ problem: 'is empty: nothing is heard', mend: 'record it again' }];

  const flaws: Flaw[] = [];
  const leading = milliseconds(span.start);
  const trailing = milliseconds(samples.length - span.end);
  const seconds = milliseconds(samples.length) / 1000;
  const highest = peak(samples);
  const loud = loudness(samples);
  if (leading > LEADING_SILENCE_MS) {
    flaws.push({
      problem: `starts with ${leading} ms of silence, at most ${LEADING_SILENCE_MS} allowed`,
      mend: 'trim its start',
    });
  }
  if (trailing > TRAILING_SILENCE_MS) {
    flaws.push({
      problem: `ends with ${trailing} ms of silence, at most ${TRAILING_SILENCE_MS} allowed`,
      mend: 'trim its end',
    });
  }
  if (seconds > LONGEST_SECONDS) {
    flaws.push({
      problem: `lasts ${seconds.toFixed(1)} s, at most ${LONGEST_SECONDS} allowed`,
      mend: 'split or shorten it',
    });
  }
  if (highest > HIGHEST_PEAK) {
    flaws.push({
      problem: `peaks at ${highest.toFixed(1)} dBFS, at most ${HIGHEST_PEAK} allowed: it may be clipped`,
      mend: 'record it again with less gain',
    });
  }
  const change = TARGET_LOUDNESS - loud;
  if (Math.abs(change) > LOUDNESS_TOLERANCE) {
    flaws.push({
      problem: `has ${loud.toFixed(1)} LUFS instead of ${TARGET_LOUDNESS} (± ${LOUDNESS_TOLERANCE})`,
      mend: `change its level by ${change > 0 ? '+' : ''}${change.toFixed(1)} dB`,
    });
  }
  return flaws;
}

function milliseconds(samples: number): number {
  return Math.round((1000 * samples) / SAMPLE_RATE);
}
