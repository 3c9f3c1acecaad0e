import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeWav, parseWav, samplesOf, type Wav } from '../../src/prompts/wav.ts';
import { tone } from './tone.ts';

const wav = encodeWav(tone(100));

/** The same file with another chunk before `data`. */
function withChunk(name: string, body: Uint8Array): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, body.length, true);
  const padding = body.length % 2;
  return Uint8Array.from([
    ...wav.subarray(0, 36),
    ...new TextEncoder().encode(name),
    ...size,
    ...body,
    ...Array(padding).fill(0),
    ...wav.subarray(36),
  ]);
}

describe('the WAV container', () => {
  test('gives back the samples that were written', () => {
    fc.assert(
      fc.property(fc.int16Array(), (samples) => {
        const read = parseWav(encodeWav(samples)) as Wav;
        expect(read).toMatchObject({ encoding: 1, sampleRate: 16_000, channels: 1, bits: 16 });
        expect([...samplesOf(read.data)]).toEqual([...samples]);
      }),
    );
  });

  test('is read whatever chunks stand before the samples, odd ones too', () => {
    const read = parseWav(withChunk('LIST', new Uint8Array(7))) as Wav;
    expect(samplesOf(read.data)).toEqual(tone(100));
  });

  test('tells linear PCM behind an extensible header', () => {
    const header = new Uint8Array(40);
    const view = new DataView(header.buffer);
    header.set(wav.subarray(20, 36));
    view.setUint16(0, 0xfffe, true);
    view.setUint16(24, 1, true);
    const file = withChunk('fmt ', header);
    expect(parseWav(file)).toMatchObject({
      encoding: 1,
      sampleRate: 16_000,
      channels: 1,
      bits: 16,
    });
  });

  test('is called truncated at every byte after its name but the last', () => {
    for (let length = 12; length < wav.length; length += 97) {
      expect(parseWav(wav.subarray(0, length))).toBe('truncated');
    }
    expect(parseWav(wav.subarray(0, wav.length - 1))).toBe('truncated');
  });

  test('is not seen in other files', () => {
    expect(parseWav(new TextEncoder().encode('OggS and the rest'))).toBe('notWave');
    expect(parseWav(new Uint8Array())).toBe('notWave');
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(43), (noise, at) => {
        const bytes = Uint8Array.from(wav.subarray(0, 200));
        bytes.set(noise, at);
        parseWav(bytes);
        parseWav(noise);
      }),
    );
  });

  test('copies samples out of a shared buffer into one of their own', () => {
    const shared = new Uint8Array(wav.length + 3);
    shared.set(wav, 3);
    const samples = samplesOf((parseWav(shared.subarray(3)) as Wav).data);
    expect(samples.byteOffset).toBe(0);
    expect(samples.buffer.byteLength).toBe(samples.byteLength);
    expect(samples).toEqual(tone(100));
  });
});
