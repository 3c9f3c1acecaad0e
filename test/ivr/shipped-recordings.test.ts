import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DESK_LOCALES, deskPrompts } from '../../src/demo/desk-prompts.ts';
import { findStrays } from '../../src/ivr/recording-folder.ts';
import { AUDIO_DIR, loadRecordings, type Recordings } from '../../src/ivr/recordings.ts';
import { catalogue, LOCALES, type Locale, PROMPT_IDS } from '../../src/prompts/catalogue.ts';
import { loudness } from '../../src/prompts/loudness.ts';

const DESKS = join(AUDIO_DIR, 'demo');

interface Shipped {
  readonly name: string;
  readonly folder: string;
  readonly ids: readonly string[];
  readonly locales: readonly Locale[];
  readonly recordings: Recordings<string>;
}

const SHIPPED: readonly Shipped[] = [
  {
    name: 'the IVR',
    folder: AUDIO_DIR,
    ids: PROMPT_IDS,
    locales: LOCALES,
    recordings: await loadRecordings(AUDIO_DIR, catalogue, LOCALES),
  },
  {
    name: 'the desks',
    folder: DESKS,
    ids: Object.keys(deskPrompts),
    locales: DESK_LOCALES,
    recordings: await loadRecordings(DESKS, deskPrompts, DESK_LOCALES),
  },
];

describe.each(SHIPPED)('the recordings of $name', ({ folder, ids, locales, recordings }) => {
  test('lie where nothing lies that nobody plays', async () => {
    expect(await findStrays(folder, locales, ids)).toEqual([]);
  });

  describe.each(locales)('in %s', (locale) => {
    test('are within 2 dB of each other in loudness', () => {
      const levels = ids.map((id) => loudness(recordings.clip(id, locale).samples));
      expect(Math.max(...levels) - Math.min(...levels)).toBeLessThan(2);
    });

    test('last as long as their words take to say', () => {
      for (const id of ids) {
        const ms = recordings.clip(id, locale).samples.length / 16;
        const letters = recordings.text([id], locale).length;
        expect.soft(ms / letters, `${locale}/${id}`).toBeGreaterThan(40);
        expect.soft(ms / letters, `${locale}/${id}`).toBeLessThan(200);
      }
    });

    test('start and end with speech that a telephone carries', () => {
      for (const id of ids) {
        const { samples } = recordings.clip(id, locale);
        // An s or th may end a word with 200 ms of which a telephone's 3400 Hz carry next to nothing.
        for (const part of [samples.subarray(0, 3200), samples.subarray(-4800)]) {
          expect.soft(telephoneLevel(part), `${locale}/${id}`).toBeGreaterThan(-40);
        }
      }
    });
  });
});

/** Level of what lies between 300 and 3400 Hz, in dBFS: by frames of 10 ms and bins of 100 Hz, after Goertzel. */
function telephoneLevel(samples: Int16Array): number {
  const frame = 160;
  let power = 0;
  for (let start = 0; start + frame <= samples.length; start += frame) {
    for (let k = 3; k <= 34; k++) {
      const turn = 2 * Math.cos((2 * Math.PI * k) / frame);
      let [before, last] = [0, 0];
      for (let i = 0; i < frame; i++) {
        [before, last] = [last, (samples[start + i] ?? 0) + turn * last - before];
      }
      power += 2 * (last * last + before * before - turn * last * before);
    }
  }
  const frames = Math.floor(samples.length / frame);
  return 10 * Math.log10(power / frames / frame ** 2 / 32_768 ** 2);
}
