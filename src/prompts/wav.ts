// The WAV container, as bytes: what a file says about itself, and its samples. Pure. Does not know
// what a recording must be like; `lint.ts` does.

/** The one rate and width in which recordings are kept and played. */
export const SAMPLE_RATE = 16_000;

/** A WAV file's format as its header has it, and the bytes of its `data` chunk. */
export interface Wav {
  /** Format tag: 1 is linear PCM, 6 and 7 are A-law and µ-law. */
  readonly encoding: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly bits: number;
  readonly data: Uint8Array;
}

export const PCM = 1;

/** The real format tag stands in the sub-format, as programs write it for anything out of the ordinary. */
const EXTENSIBLE = 0xfffe;

/** Reads a WAV file. Takes any bytes and never throws; chunks it does not need are skipped. */
export function parseWav(bytes: Uint8Array): Wav | 'notWave' | 'truncated' {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (tag(0) !== 'RIFF' || tag(8) !== 'WAVE') return 'notWave';

  let format: Omit<Wav, 'data'> | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (body + size > bytes.length) return 'truncated';
    if (tag(at) === 'fmt ' && size >= 16) {
      const encoding = view.getUint16(body, true);
      format = {
        encoding:
          encoding === EXTENSIBLE && size >= 26 ? view.getUint16(body + 24, true) : encoding,
        channels: view.getUint16(body + 2, true),
        sampleRate: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
    }
    if (tag(at) === 'data' && format) return { ...format, data: bytes.subarray(body, body + size) };
    at = body + size + (size % 2);
  }
  return 'truncated';
}

/** Samples of 16-bit PCM in an ArrayBuffer of their own, from its first byte on. */
export function samplesOf(data: Uint8Array): Int16Array<ArrayBuffer> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const samples = new Int16Array(data.length >> 1);
  for (let i = 0; i < samples.length; i += 1) samples[i] = view.getInt16(2 * i, true);
  return samples;
}

/** Writes samples as a WAV file: 16 kHz, mono, 16-bit PCM. */
export function encodeWav(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  tag(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, 2 * SAMPLE_RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  for (const [i, sample] of samples.entries()) view.setInt16(44 + 2 * i, sample, true);
  return bytes;
}
