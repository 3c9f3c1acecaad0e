// The recordings callers may hear, prepared for recognition: read from `audio/`, brought to 8 kHz and to
// the telephone band. Knows files, no calls.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { halveRate, telephoneBand } from './band.ts';

/** Where recordings lie, by what stands before their names. */
const FOLDERS = [
  { prefix: '', folder: 'audio/en' },
  { prefix: '', folder: 'audio/demo/en' },
  { prefix: 'es/', folder: 'audio/es' },
].map(({ prefix, folder }) => ({ prefix, url: new URL(`../../../${folder}/`, import.meta.url) }));

/** A recording as it should arrive at a phone. */
export interface Recording {
  readonly id: string;
  /** Telephone band, 8 kHz. */
  readonly samples: Float32Array;
}

/** Samples of a 16 kHz mono 16-bit WAV file. */
export function readWav(bytes: Buffer): Int16Array {
  const format = chunk(bytes, 'fmt ');
  const isOurs =
    format.readUInt16LE(0) === 1 &&
    format.readUInt16LE(2) === 1 &&
    format.readUInt32LE(4) === 16000 &&
    format.readUInt16LE(14) === 16;
  if (!isOurs) throw new Error('not a 16 kHz mono 16-bit PCM WAV file');
  const data = chunk(bytes, 'data');
  return Int16Array.from({ length: data.length >> 1 }, (_, n) => data.readInt16LE(2 * n));
}

function chunk(bytes: Buffer, name: string): Buffer {
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === name)
      return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  throw new Error(`not a WAV file: no "${name}" chunk`);
}

/** A recording made from samples at 16 kHz. */
function recordingOf(id: string, samples: Int16Array): Recording {
  return { id, samples: telephoneBand(halveRate(samples)) };
}

const loaded = new Map<string, Recording>();

/**
 * The recording `id` of the product or of its demo; Spanish ones as `es/<id>`. Several ids with spaces
 * between are their recordings one after the other, without a gap. Read once.
 */
export function recording(id: string): Recording {
  const known = loaded.get(id);
  if (known) return known;
  const made = recordingOf(id, joined(id.split(' ').map(samplesOf)));
  loaded.set(id, made);
  return made;
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function samplesOf(id: string): Int16Array {
  const file = FOLDERS.filter(({ prefix }) => id.startsWith(prefix))
    .map(({ prefix, url }) => new URL(`${id.slice(prefix.length)}.wav`, url))
    .find((url) => existsSync(url));
  if (!file)
    throw new Error(`there is no recording "${id}" in audio/en, audio/es or audio/demo/en`);
  return readWav(readFileSync(file));
}

/** Every recording there is, but for the many that stand for a number in a date. */
export function allRecordings(): readonly Recording[] {
  return FOLDERS.flatMap(({ prefix, url }) =>
    readdirSync(url)
      .filter((file) => file.endsWith('.wav') && !/^(number|day|month)-/.test(file))
      .map((file) => recording(`${prefix}${basename(file, '.wav')}`)),
  );
}
