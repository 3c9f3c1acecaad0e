import { describe, expect, test } from 'vitest';
import { judge } from '../../src/prompts/lint.ts';
import { encodeWav } from '../../src/prompts/wav.ts';
import { join, silence, tone } from './tone.ts';

const good = tone(500);

/** The problems found in a file, after `patch` has changed its header. */
function problems(samples: Int16Array, patch?: (header: DataView) => void): string[] {
  const bytes = encodeWav(samples);
  patch?.(new DataView(bytes.buffer));
  return judge(bytes).flaws.map(({ problem }) => problem);
}

describe('a recording', () => {
  test('that is as it must be has no flaws', () => {
    expect(judge(encodeWav(good))).toEqual({ samples: good, flaws: [] });
  });

  test('at another rate is refused', () => {
    expect(problems(good, (header) => header.setUint32(24, 8000, true))).toEqual([
      'has 8000 Hz instead of 16000 Hz',
    ]);
  });

  test('in stereo is refused', () => {
    expect(problems(good, (header) => header.setUint16(22, 2, true))).toEqual([
      'has 2 channels instead of one',
    ]);
  });

  test('of 8 bits is refused', () => {
    expect(problems(good, (header) => header.setUint16(34, 8, true))).toEqual([
      'has 8 bits a sample instead of 16',
    ]);
  });

  test('in µ-law is refused', () => {
    expect(problems(good, (header) => header.setUint16(20, 7, true))).toEqual([
      'has encoding 7 instead of linear PCM',
    ]);
  });

  test('with several faults hears of all of them', () => {
    const patch = (header: DataView) => {
      header.setUint16(22, 2, true);
      header.setUint32(24, 44_100, true);
    };
    expect(problems(good, patch)).toHaveLength(2);
    expect(problems(join(silence(80), tone(500, 0), silence(300)))).toEqual([
      'starts with 80 ms of silence, at most 60 allowed',
      'ends with 300 ms of silence, at most 200 allowed',
      expect.stringMatching(/^peaks at -0\.0 dBFS/),
      expect.stringMatching(/LUFS instead of -20/),
    ]);
  });

  test('that is clipped is refused, however short', () => {
    const spike = Int16Array.from(good);
    spike[4000] = -32_768;
    expect(problems(spike)).toEqual([expect.stringMatching(/^peaks at 0\.0 dBFS.*clipped/)]);
  });

  test('may be silent for 60 ms before and 200 ms after the words, and no longer', () => {
    const words = tone(3000);
    expect(problems(join(silence(60), words, silence(200)))).toEqual([]);
    expect(problems(join(silence(65), words))).toEqual([
      expect.stringMatching(/^starts with 65 ms/),
    ]);
    expect(problems(join(words, silence(205)))).toEqual([
      expect.stringMatching(/^ends with 205 ms/),
    ]);
  });

  test('that is too faint or too loud beside the others is refused', () => {
    const flaws = (level: number) => judge(encodeWav(tone(500, level))).flaws;
    expect(flaws(-18.3)).toEqual([
      { problem: 'has -22.0 LUFS instead of -20 (± 1)', mend: 'change its level by +2.0 dB' },
    ]);
    expect(flaws(-10)).toEqual([
      { problem: 'has -13.7 LUFS instead of -20 (± 1)', mend: 'change its level by -6.3 dB' },
    ]);
  });

  test('may differ by 1 dB from the common loudness, so any two by 2 dB', () => {
    for (const level of [-17.2, -15.5]) expect(problems(tone(500, level))).toEqual([]);
    for (const level of [-17.5, -15.1]) expect(problems(tone(500, level))).toHaveLength(1);
  });

  test('in which nothing is heard is refused', () => {
    const empty = ['is empty: nothing is heard'];
    expect(problems(silence(500))).toEqual(empty);
    expect(problems(silence(0))).toEqual(empty);
    expect(problems(tone(500, -60))).toEqual(empty);
  });

  test('of more than 30 s is refused', () => {
    expect(problems(tone(30_000))).toEqual([]);
    expect(problems(tone(30_100))).toEqual(['lasts 30.1 s, at most 30 allowed']);
  });

  test('that is cut short, in its header or its samples, is refused', () => {
    const bytes = encodeWav(good);
    for (const length of [20, 40, 44, bytes.length - 2]) {
      expect(judge(bytes.subarray(0, length))).toMatchObject({
        samples: null,
        flaws: [{ problem: 'is cut short' }],
      });
    }
  });

  test('that is no WAV file is refused', () => {
    expect(judge(new TextEncoder().encode('ID3'))).toMatchObject({
      samples: null,
      flaws: [{ problem: 'is not a RIFF/WAVE file' }],
    });
  });
});
