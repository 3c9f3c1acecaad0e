import { describe, expect, test } from 'vitest';
import { judge } from '../../src/prompts/lint.ts';
import { loudness, peak, soundSpan } from '../../src/prompts/loudness.ts';
import { master } from '../../src/prompts/master.ts';
import { encodeWav } from '../../src/prompts/wav.ts';
import { join, silence, tone } from './tone.ts';

describe('mastering a take', () => {
  test('cuts the silence around the words and brings them to the common loudness', () => {
    for (const level of [-40, -16, -3]) {
      const mastered = master(join(silence(700), tone(300, level), silence(900)))!;
      expect(mastered.length).toBe(16 * (20 + 300 + 30));
      expect(loudness(mastered)).toBeCloseTo(-20, 1);
      expect(judge(encodeWav(mastered)).flaws).toEqual([]);
    }
  });

  test('adds the lead and the tail that a take does not have', () => {
    const span = soundSpan(master(tone(300))!, -50)!;
    expect(span).toEqual({ start: 16 * 20, end: 16 * 320 });
  });

  test('fades at both ends, so that neither clicks', () => {
    const mastered = master(join(tone(100, -70), tone(300), tone(100, -70)))!;
    expect(mastered[0]).toBe(0);
    expect(mastered.at(-1)).toBe(0);
  });

  test('keeps 2 dB below full scale, even where that costs loudness', () => {
    const clicks = Int16Array.from({ length: 16_000 }, (_, i) => (i % 1600 === 0 ? 20_000 : 0));
    expect(peak(master(clicks)!)).toBeCloseTo(-2, 1);
  });

  test('makes nothing of silence', () => {
    expect(master(silence(500))).toBeNull();
    expect(master(silence(0))).toBeNull();
  });
});
