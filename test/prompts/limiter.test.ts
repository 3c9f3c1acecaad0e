import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limit } from '../../src/prompts/limiter.ts';
import { tone } from './tone.ts';

describe('the limiter', () => {
  test('lets no sample over the ceiling, whatever comes', () => {
    const samples = fc.float64Array({ min: -60_000, max: 60_000, noNaN: true, maxLength: 400 });
    fc.assert(
      fc.property(samples, (clip) => {
        const limited = limit(clip, 20_000);
        expect(limited.length).toBe(clip.length);
        expect(limited.every((sample) => Math.abs(sample) <= 20_000 + 1e-6)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves a clip alone that stays below it', () => {
    const clip = Float64Array.from(tone(50));
    expect(limit(clip, 20_000)).toBe(clip);
  });

  test('touches a clip only around its peaks', () => {
    const clip = Float64Array.from(tone(100));
    clip[800] = 30_000;
    const limited = limit(clip, 20_000);
    expect(limited[800]).toBeCloseTo(20_000, 6);
    for (const at of [0, 100, 639, 961, 1599]) expect(limited[at]).toBe(clip[at]);
  });

  test('turns the gain without a step that could be heard as a click', () => {
    const clip = new Float64Array(1600).fill(10_000);
    clip[800] = 30_000;
    const gain = limit(clip, 20_000).map((sample, i) => sample / (clip[i] ?? 1));
    const steps = gain.slice(1).map((value, i) => Math.abs(value - (gain[i] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(0.005);
  });
});
