import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openCallRecording } from '../../src/console/call-recording.ts';
import { parseWav, SAMPLE_RATE, samplesOf } from '../../src/prompts/wav.ts';

/** A recording, on a clock that the test sets. */
function record({ now = () => performance.now() } = {}) {
  vi.useFakeTimers();
  const folder = mkdtempSync(join(tmpdir(), 'tonegate-recording-'));
  onTestFinished(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'call.wav');
  return {
    file,
    recording: openCallRecording(file, now),
    passes: (seconds: number) => void vi.advanceTimersByTime(seconds * 1000),
  };
}

/** A sound that is one value all along. */
const sound = (value: number, seconds: number) =>
  new Int16Array(Math.round(seconds * SAMPLE_RATE)).fill(value);

/** What is heard in the file, as runs of one value: `[seconds, value]`. */
function heardIn(file: string): [number, number][] {
  const wav = parseWav(readFileSync(file));
  if (typeof wav === 'string') throw new Error(`the file is ${wav}`);
  expect(wav).toMatchObject({ encoding: 1, sampleRate: SAMPLE_RATE, channels: 1, bits: 16 });
  const runs: [number, number][] = [];
  for (const value of samplesOf(wav.data)) {
    const last = runs.at(-1);
    if (last?.[1] === value) last[0] += 1 / SAMPLE_RATE;
    else runs.push([1 / SAMPLE_RATE, value]);
  }
  return runs.map(([seconds, value]) => [Math.round(seconds * 100) / 100, value]);
}

test('sounds are in the file as long after each other as they were heard', () => {
  const { file, recording, passes } = record();
  recording.hear('ivr', sound(100, 1));
  passes(1);
  recording.hush();
  passes(2);
  recording.hear('ivr', sound(200, 1));
  recording.hear('ivr', sound(300, 0.5));
  passes(4);
  recording[Symbol.dispose]();
  expect(heardIn(file)).toEqual([
    [1, 100],
    [2, 0],
    [1, 200],
    [0.5, 300],
    [2.5, 0],
  ]);
});

test('a prompt that a key stopped is in the file as far as it was heard', () => {
  const { file, recording, passes } = record();
  recording.hear('ivr', sound(100, 10));
  passes(3.25);
  recording.hush();
  passes(1);
  recording[Symbol.dispose]();
  expect(heardIn(file)).toEqual([
    [3.25, 100],
    [1, 0],
  ]);
});

test('two who speak at once are both heard, never louder than can be', () => {
  const { file, recording, passes } = record();
  recording.hear('ivr', sound(20_000, 2));
  passes(1);
  recording.hear('desk', sound(20_000, 2));
  passes(2);
  recording[Symbol.dispose]();
  expect(heardIn(file)).toEqual([
    [1, 20_000],
    [1, 32_767],
    [1, 20_000],
  ]);
});

test('pieces of one sound follow each other, whenever they come', () => {
  const { file, recording, passes } = record();
  for (const late of [0.01, 0.03, 0, 0.02]) {
    recording.hear('track', sound(100, 0.01));
    passes(late);
  }
  recording.hear('track', sound(100, 0.02));
  recording[Symbol.dispose]();
  expect(heardIn(file)).toEqual([[0.06, 100]]);
});

test('a call that breaks off has left a file that can be played', () => {
  const { file, recording, passes } = record();
  recording.hear('ivr', sound(100, 10));
  passes(5);
  expect(heardIn(file)).toEqual([[4, 100]]);
});

test('nobody else may read it', () => {
  const { file } = record();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a file that cannot be written is told at once', () => {
  expect(() => openCallRecording('/no-such-folder/call.wav', () => 0)).toThrowError(
    expect.objectContaining({
      code: 'IVR_CONFIG_INVALID',
      message: expect.stringMatching(/ENOENT/),
    }),
  );
});

test('the first sound is at the very beginning, though time passes while it is taken in', () => {
  let time = 0;
  const { file, recording } = record({ now: () => (time += 0.1) });
  recording.hear('ivr', sound(100, 1));
  time += 1000;
  recording[Symbol.dispose]();
  expect(heardIn(file)[0]).toEqual([1, 100]);
});
