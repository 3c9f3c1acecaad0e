// The recordings callers may hear, prepared for recognition: read from `audio/`, brought to 8 kHz and to
// the telephone band. Knows files, no calls.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { halveRate, telephoneBand } from './band.ts';

const FOLDERS = ['audio/en', 'audio/demo/en'].map(
  (f) => new URL(`../../../${f}/`, import.meta.url),
);

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

/** The recording `id` of the product or of its demo. Read once. */
export function recording(id: string): Recording {
  const known = loaded.get(id);
  if (known) return known;
  const file = FOLDERS.map((folder) => new URL(`${id}.wav`, folder)).find((url) => existsSync(url));
  if (!file) throw new Error(`there is no recording "${id}" in audio/en or audio/demo/en`);
  const made = recordingOf(id, readWav(readFileSync(file)));
  loaded.set(id, made);
  return made;
}

/** Every recording there is. */
export function allRecordings(): readonly Recording[] {
  return FOLDERS.flatMap((folder) => readdirSync(folder))
    .filter((file) => file.endsWith('.wav'))
    .map((file) => recording(basename(file, '.wav')));
}
