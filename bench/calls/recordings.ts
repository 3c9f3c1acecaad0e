// What all contenders play: speech of the shipped recordings without its pauses, so that every silence that is
// heard within a recording is a gap.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LEAD_MS, master, TAIL_MS } from '../../src/prompts/master.ts';
import { encodeWav, parseWav, SAMPLE_RATE, samplesOf } from '../../src/prompts/wav.ts';

const SHIPPED = fileURLToPath(new URL('../../audio/en/', import.meta.url));
const SPOKEN = [
  'operator-hint',
  'technical-problem',
  'no-input-again',
  'code-on-its-way',
  'rejected-again',
  'too-short-again',
  'closed-for-now',
  'desk-unavailable',
  'not-clear-again',
  'not-private',
] as const;

const BLOCK_SAMPLES = SAMPLE_RATE / 100;
/** Peak of a block that belongs to a word, and not to a pause. */
const LOUD = 3500;
/** Where two pieces meet, so that they do not click. */
const FADE_SAMPLES = SAMPLE_RATE / 1000;

/** Ids of prompts that a call to the bench's line plays, in order. */
export const PROMPTS = [
  'welcome',
  'enter-account',
  'enter-birth-date-ymd',
  'enter-passcode',
  'connecting',
] as const;
export type BenchPrompt = (typeof PROMPTS)[number];

export type Lengths = Readonly<Record<BenchPrompt, number>>;

/** Writes the recordings as a line's own, each so many milliseconds long. */
export function writeRecordings(folder: string, lengths: Lengths): void {
  const dir = join(folder, 'en');
  mkdirSync(dir, { recursive: true });
  const speech = speechWithoutPauses();
  let from = 0;
  for (const id of PROMPTS) {
    const take = piece(speech, from, samplesFor(lengths[id]));
    from += take.length;
    const mastered = master(take);
    if (mastered === null) throw new Error(`nothing is heard in the recording ${id} of the bench`);
    // What mastering leaves around the words would be a gap where two recordings meet.
    const words = mastered.subarray(samplesFor(LEAD_MS), mastered.length - samplesFor(TAIL_MS));
    writeFileSync(join(dir, `${id}.wav`), encodeWav(words));
  }
  // Without a full stop at its end, no breath is taken after it.
  const entries = PROMPTS.map((id) => [id, { text: id, placeholder: false, by: 'the bench' }]);
  writeFileSync(join(dir, 'recordings.json'), JSON.stringify(Object.fromEntries(entries)));
}

/** Reads one of them as whole clip: samples in a buffer of their own. */
export function readRecording(folder: string, id: BenchPrompt): Int16Array<ArrayBuffer> {
  return samplesIn(join(folder, 'en', `${id}.wav`));
}

function samplesFor(ms: number): number {
  return (ms * SAMPLE_RATE) / 1000;
}

function samplesIn(file: string): Int16Array<ArrayBuffer> {
  const wav = parseWav(readFileSync(file));
  if (typeof wav === 'string') throw new Error(`${file}: ${wav}`);
  return samplesOf(wav.data);
}

function speechWithoutPauses(): Int16Array {
  const blocks: Int16Array[] = [];
  for (const id of SPOKEN) {
    const samples = samplesIn(join(SHIPPED, `${id}.wav`));
    for (let at = 0; at + BLOCK_SAMPLES <= samples.length; at += BLOCK_SAMPLES) {
      const block = samples.subarray(at, at + BLOCK_SAMPLES);
      if (block.some((sample) => Math.abs(sample) >= LOUD)) blocks.push(block);
    }
  }
  const speech = new Int16Array(blocks.length * BLOCK_SAMPLES);
  for (const [i, block] of blocks.entries()) speech.set(block, i * BLOCK_SAMPLES);
  return speech;
}

/** So much of the speech, which begins again where it ends. */
function piece(speech: Int16Array, from: number, length: number): Int16Array {
  const samples = Int16Array.from({ length }, (_, i) => speech[(from + i) % speech.length]!);
  for (let i = 0; i < FADE_SAMPLES; i += 1) {
    const factor = i / FADE_SAMPLES;
    samples[i] = samples[i]! * factor;
    samples[length - 1 - i] = samples[length - 1 - i]! * factor;
  }
  return samples;
}
