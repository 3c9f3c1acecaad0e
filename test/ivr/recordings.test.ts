import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Texts } from '../../src/ivr/recording-folder.ts';
import { loadRecordings, type Recordings } from '../../src/ivr/recordings.ts';
import { Secret } from '../../src/machines/secret.ts';
import { encodeWav } from '../../src/prompts/wav.ts';
import { silence, tone } from '../prompts/tone.ts';

const TEXTS = {
  hello: { text: { en: 'Hello.' } },
  number: { text: { en: 'Your number ends in' } },
  one: { text: { en: 'one' } },
};
const LOCALES = ['en'] as const;

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tonegate-recordings-'));
  await mkdir(join(dir, 'en'));
  for (const id of Object.keys(TEXTS)) await writeFile(at(id), encodeWav(tone(300)));
  await list({});
});

afterEach(() => rm(dir, { recursive: true }));

function at(id: string): string {
  return join(dir, 'en', `${id}.wav`);
}

/** Writes the manifest of the three recordings, with `changes` to it. */
async function list(changes: Record<string, unknown>): Promise<void> {
  const entries = Object.entries(TEXTS).map(([id, { text }]) => [
    id,
    { text: text.en, placeholder: false, by: 'a voice' },
  ]);
  const manifest = { ...Object.fromEntries(entries), ...changes };
  await writeFile(join(dir, 'en', 'recordings.json'), JSON.stringify(manifest));
}

async function load(texts: Texts<keyof typeof TEXTS, 'en'> = TEXTS) {
  return await loadRecordings(dir, texts, LOCALES);
}

describe('loading recordings', () => {
  test('gives every clip an ArrayBuffer of its own, from its first byte on', async () => {
    const recordings = await load();
    const clips = (['hello', 'number', 'one'] as const).map((id) => recordings.clip(id, 'en'));
    expect(new Set(clips.map(({ samples }) => samples.buffer)).size).toBe(3);
    for (const { samples } of clips) {
      expect(samples).toEqual(tone(300));
      expect(samples.byteOffset).toBe(0);
      expect(samples.buffer.byteLength).toBe(samples.byteLength);
    }
  });

  test('gives the same clip to every call', async () => {
    const recordings = await load();
    expect(recordings.clip('hello', 'en')).toBe(recordings.clip('hello', 'en'));
  });

  test('takes a breath after a whole sentence, and none within one', async () => {
    const recordings = await load();
    const [hello, number, one] = (['hello', 'number', 'one'] as const).map((id) =>
      recordings.clip(id, 'en'),
    );
    const breath = { samples: silence(250) };
    expect(recordings.clips(['hello', 'number', 'one', 'one'], 'en')).toEqual([
      hello,
      breath,
      number,
      one,
      one,
    ]);
    expect(recordings.clips(['one', 'hello'], 'en')).toEqual([one, hello]);
  });

  test('names every faulty file, what is wrong with it, and the mend, all at once', async () => {
    await rm(at('hello'));
    await writeFile(at('number'), encodeWav(tone(300)).subarray(0, 30));
    await writeFile(at('one'), encodeWav(silence(300)));
    const fault = await load().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'IVR_PROMPT_INVALID' });
    expect((fault as Error).message.split('\n')).toEqual([
      `cannot use the recordings in ${dir}:`,
      '  en/hello.wav is missing: put it there, or make a placeholder: tonegate prompts build',
      '  en/number.wav is cut short: copy it again whole',
      '  en/one.wav is empty: nothing is heard: record it again',
    ]);
  });

  test('sends a faulty placeholder to the builder, and a real voice back to whoever spoke', async () => {
    const texts = { ...TEXTS, hello: { text: { en: 'Good day.' } } };
    await expect(load(texts)).rejects.toThrow(
      'en/hello.wav says "Hello." instead of "Good day.": have it recorded again',
    );
    await list({ hello: { text: 'Hello.', placeholder: true, by: 'a program' } });
    await expect(load(texts)).rejects.toThrow(
      'en/hello.wav says "Hello." instead of "Good day.": tonegate prompts build',
    );
  });

  test('refuses a recording that nobody listed', async () => {
    await list({ one: undefined });
    await expect(load()).rejects.toThrow('en/one.wav is not listed in recordings.json');
  });

  test('refuses a list that is not JSON, or not a list of recordings', async () => {
    const message = 'en/recordings.json cannot be read as a list of recordings: restore it';
    await list({ one: { text: 'one', placeholder: 'no' } });
    await expect(load()).rejects.toThrow(message);
    await writeFile(join(dir, 'en', 'recordings.json'), '{');
    await expect(load()).rejects.toThrow(message);
  });

  test('refuses to speak what was not loaded, and does not say which number that was', async () => {
    const recordings = (await load()) as unknown as Recordings;
    expect(() => recordings.clip('welcome', 'en')).toThrow('no recording welcome was loaded in en');
    expect(() => recordings.text(['es/welcome'], 'en')).toThrow(
      'no recording welcome was loaded in es',
    );
    const secret = Secret.of('digit-7');
    expect(() => recordings.clips([secret], 'en')).toThrow(
      /^no recording of a number was loaded in en$/,
    );
  });

  test('refuses a folder in the place of a file', async () => {
    await rm(at('one'));
    await mkdir(at('one'));
    await expect(load()).rejects.toThrow('en/one.wav cannot be read');
  });
});

describe('the version of the recordings', () => {
  test('stays the same while nothing changes', async () => {
    expect((await load()).version).toBe((await load()).version);
    expect((await load()).version).toMatch(/^[0-9a-f]{12}$/);
  });

  test('changes with one sample', async () => {
    const before = (await load()).version;
    const samples = tone(300);
    samples[1000] = (samples[1000] ?? 0) + 1;
    await writeFile(at('one'), encodeWav(samples));
    expect((await load()).version).not.toBe(before);
  });

  test('changes with one word', async () => {
    const before = (await load()).version;
    await list({ hello: { text: 'Hallo.', placeholder: false, by: 'a voice' } });
    const after = (await load({ ...TEXTS, hello: { text: { en: 'Hallo.' } } })).version;
    expect(after).not.toBe(before);
  });
});
