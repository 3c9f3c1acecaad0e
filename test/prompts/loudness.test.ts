import { describe, expect, test } from 'vitest';
import { kWeighting, loudness, peak, soundSpan } from '../../src/prompts/loudness.ts';
import { join, silence, tone } from './tone.ts';

describe('loudness', () => {
  test('has the K-weighting of BS.1770 tables 1 and 2 at 48 kHz', () => {
    const [shelf, highPass] = kWeighting(48_000);
    const near = (actual: readonly number[], expected: readonly number[]) =>
      actual.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 7);
      });
    near(shelf.b, [1.53512485958697, -2.69169618940638, 1.19839281085285]);
    near(shelf.a, [-1.69065929318241, 0.73248077421585]);
    near(highPass.b, [1, -2, 1]);
    near(highPass.a, [-1.99004745483398, 0.99007225036621]);
  });

  test('of a full-scale sine of 997 Hz is -3.01 LUFS at our rate too', () => {
    expect(loudness(tone(3000, 0, 997))).toBeCloseTo(-3.01, 1);
  });

  test('follows the level decibel by decibel', () => {
    expect(loudness(tone(500, -30)) - loudness(tone(500, -20))).toBeCloseTo(-10, 1);
  });

  test('weighs a rumble less and a hiss more than a voice', () => {
    const voice = loudness(tone(500, -20, 500));
    expect(loudness(tone(500, -20, 30))).toBeLessThan(voice - 5);
    expect(loudness(tone(500, -20, 4000))).toBeGreaterThan(voice + 3);
  });

  test('and peak of silence, or of nothing, are minus infinity', () => {
    for (const nothing of [silence(100), silence(0)]) {
      expect(loudness(nothing)).toBe(Number.NEGATIVE_INFINITY);
      expect(peak(nothing)).toBe(Number.NEGATIVE_INFINITY);
    }
  });
});

describe('the sound in a clip', () => {
  test('is found between the silences, to 5 ms', () => {
    const clip = join(silence(40), tone(200), silence(75));
    expect(soundSpan(clip, -50)).toEqual({ start: 16 * 40, end: 16 * 240 });
  });

  test('is nowhere in hiss below the floor', () => {
    expect(soundSpan(tone(200, -60), -50)).toBeNull();
  });
});
