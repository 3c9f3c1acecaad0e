import { describe, expect, test } from 'vitest';
import { resample } from '../../src/prompts/resample.ts';
import { tone } from './tone.ts';

/** A sine as a program makes it that speaks at another rate. */
function toneAt(rate: number, hz: number, amplitude: number): Int16Array {
  return Int16Array.from({ length: rate / 2 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rate)),
  );
}

/** Highest difference between a resampled sine and the same one at 16 kHz, the ends left out. */
function error(rate: number, hz: number): number {
  const amplitude = 10_000;
  const heard = resample(toneAt(rate, hz, amplitude), rate);
  const wanted = tone(500, 20 * Math.log10(amplitude / 32_767), hz);
  expect(heard.length).toBe(wanted.length);
  return Math.max(
    ...wanted.subarray(100, -100).map((sample, i) => Math.abs(sample - (heard[i + 100] ?? 0))),
  );
}

describe('bringing a take to 16 kHz', () => {
  test.each([22_050, 44_100, 48_000, 8000])(
    'keeps what a telephone carries, from %i Hz',
    (rate) => {
      for (const hz of [300, 1000, 3400]) expect(error(rate, hz)).toBeLessThan(10);
    },
  );

  test('takes away what 16 kHz cannot hold, instead of folding it down', () => {
    const heard = resample(toneAt(22_050, 9500, 10_000), 22_050);
    expect(Math.max(...heard.subarray(100, -100))).toBeLessThan(10);
  });

  test('leaves a take alone that has the rate already', () => {
    const take = tone(100);
    expect(resample(take, 16_000)).toBe(take);
  });

  test('does not turn over at full scale', () => {
    const square = Int16Array.from({ length: 2205 }, (_, i) => (i % 100 < 50 ? 32_767 : -32_768));
    const heard = resample(square, 22_050);
    for (let i = 100; i < heard.length - 100; i++) {
      const sample = heard[i];
      const at = Math.floor((i * 22_050) / 16_000);
      const around = square.subarray(at - 1, at + 3);
      if (around.every((one) => one > 0)) expect(sample).toBeGreaterThan(0);
      if (around.every((one) => one < 0)) expect(sample).toBeLessThan(0);
    }
    expect(Math.max(...heard)).toBe(32_767);
  });

  test('makes nothing of nothing', () => {
    expect(resample(new Int16Array(0), 22_050)).toHaveLength(0);
  });
});
