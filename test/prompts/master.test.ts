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

  test('limits high peaks rather than stay too faint: short words have them', () => {
    const word = tone(300);
    for (let i = 200; i < word.length; i += 400) word[i] = 32_000;
    const mastered = master(word)!;
    expect(loudness(mastered)).toBeCloseTo(-20, 1);
    expect(peak(mastered)).toBeCloseTo(-2, 1);
    expect(judge(encodeWav(mastered)).flaws).toEqual([]);
  });

  test('limits the peaks of a take that has the right loudness already', () => {
    const take = master(tone(1000))!;
    take[8000] = 32_000;
    expect(peak(master(take)!)).toBeLessThan(-1.9);
  });

  test('keeps 2 dB below full scale, even where that costs loudness', () => {
    const clicks = Int16Array.from({ length: 16_000 }, (_, i) => (i % 1600 === 0 ? 20_000 : 0));
    const mastered = master(clicks)!;
    expect(peak(mastered)).toBeCloseTo(-2, 1);
    expect(loudness(mastered)).toBeLessThan(-20);
  });

  test('judges silence by the words, however long the take is silent around them', () => {
    const word = join(tone(300), tone(300, -52));
    const alone = master(word)!;
    const surrounded = master(join(silence(3000), word, silence(3000)))!;
    expect(surrounded.length).toBe(alone.length);
  });

  test('makes nothing of silence', () => {
    expect(master(silence(500))).toBeNull();
    expect(master(silence(0))).toBeNull();
  });
});
