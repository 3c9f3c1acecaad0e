import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shown } from '../../src/ivr/observation.ts';
import { AUDIO_DIR, loadLineRecordings, loadRecordings } from '../../src/ivr/recordings.ts';
import { catalogue, LOCALES, type Locale, type OwnPrompt } from '../../src/prompts/catalogue.ts';
import { sayDate, sayDigits, unseen } from '../../src/prompts/say.ts';
import { encodeWav } from '../../src/prompts/wav.ts';
import { silence, tone } from '../prompts/tone.ts';

const common = await loadRecordings(AUDIO_DIR, catalogue, LOCALES);
const breath = { samples: silence(250) };

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tonegate-line-'));
});

afterEach(() => rm(dir, { recursive: true }));

/** Puts recordings into a locale's folder: what each says, and how long it lasts. */
async function record(locale: Locale, said: Record<string, string>, ms = 300): Promise<void> {
  await mkdir(join(dir, locale), { recursive: true });
  const entries = Object.entries(said).map(([id, text]) => [
    id,
    { text, placeholder: false, by: 'a voice' },
  ]);
  await writeFile(
    join(dir, locale, 'recordings.json'),
    JSON.stringify(Object.fromEntries(entries)),
  );
  for (const id of Object.keys(said)) {
    await writeFile(join(dir, locale, `${id}.wav`), encodeWav(tone(ms)));
  }
}

async function load(locales: readonly Locale[] = ['en'], named: readonly OwnPrompt[] = []) {
  return await loadLineRecordings(common, { dir, locales, named });
}

async function faults(...asked: Parameters<typeof load>): Promise<readonly string[]> {
  const fault = await load(...asked).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'IVR_PROMPT_INVALID' });
  return (fault as Error).message.split('\n  ').slice(1);
}

describe("a line's own recordings", () => {
  test('are heard instead of the common ones, in their own words', async () => {
    await record('en', { welcome: 'Welcome to First Bank.' });
    const recordings = await load();
    expect(recordings.clip('welcome', 'en')).toEqual({ samples: tone(300) });
    expect(recordings.clips(['welcome', 'goodbye'], 'en')).toEqual([
      { samples: tone(300) },
      breath,
      common.clip('goodbye', 'en'),
    ]);
    expect(recordings.text(['welcome', 'goodbye'], 'en')).toBe('Welcome to First Bank. Goodbye.');
  });

  test('leave the common ones to other lines, and to languages they do not have', async () => {
    await record('en', { welcome: 'Welcome to First Bank.' });
    const recordings = await load(['en', 'es']);
    expect(recordings.clip('welcome', 'es')).toBe(common.clip('welcome', 'es'));
    expect(common.text(['welcome'], 'en')).toMatch(/^Thank you for calling/);
  });

  test('may be more than the catalogue has: its notice, its menu', async () => {
    await record('en', { fees: 'Calls are free.', 'menu-1': 'For loans, press one.' });
    const recordings = await load(['en'], ['own/fees']);
    expect([...recordings.own].sort()).toEqual(['fees', 'menu-1']);
    expect(recordings.text(['own/fees', 'own/menu-1'], 'en')).toBe(
      'Calls are free. For loans, press one.',
    );
    expect(recordings.clip('own/fees', 'en')).toEqual({ samples: tone(300) });
  });

  test('change the version with each word and each sample, as the common ones do', async () => {
    await record('en', { welcome: 'Welcome.' });
    const first = (await load()).version;
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    expect(first).not.toBe(common.version);
    expect((await load()).version).toBe(first);
    await record('en', { welcome: 'Hello.' });
    const words = (await load()).version;
    await record('en', { welcome: 'Hello.' }, 301);
    const samples = (await load()).version;
    const folder = { dir, locales: ['en'], named: [] } as const;
    const below = (await loadLineRecordings({ ...common, version: 'other' }, folder)).version;
    expect(new Set([first, words, samples, below]).size).toBe(4);
  });

  test('must be there in every language of the line', async () => {
    await record('en', { fees: 'Calls are free.' });
    await record('es', { 'menu-2': 'Para préstamos, oprima dos.' });
    expect(await faults(['en', 'es'], ['own/closing'])).toEqual([
      'en/closing.wav is missing: put it there and list its words in recordings.json',
      'en/menu-2.wav is missing: put it there and list its words in recordings.json',
      'es/closing.wav is missing: put it there and list its words in recordings.json',
      'es/fees.wav is missing: put it there and list its words in recordings.json',
    ]);
    expect((await load(['en'])).own).toEqual(new Set(['fees']));
  });

  test('are refused when one is listed and not there, or there and not listed', async () => {
    await record('en', { fees: 'Calls are free.', welcome: 'Welcome.' });
    await rm(join(dir, 'en/fees.wav'));
    await writeFile(join(dir, 'en/goodbye.wav'), encodeWav(tone(300)));
    expect(await faults()).toEqual([
      'en/fees.wav is missing: put it there',
      'en/goodbye.wav is not listed in recordings.json: list it there with its words and "placeholder": false',
    ]);
  });

  test('are judged like all others', async () => {
    await record('en', { welcome: 'Welcome.' });
    await writeFile(join(dir, 'en/welcome.wav'), encodeWav(tone(300, -30)));
    expect(await faults()).toEqual([
      'en/welcome.wav has -33.7 LUFS instead of -20 (± 1): change its level by +13.7 dB',
    ]);
  });

  test('are refused where the list cannot be read, or there is no folder at all', async () => {
    await record('en', { welcome: 'Welcome.' });
    await writeFile(join(dir, 'en/recordings.json'), '{');
    expect(await faults()).toEqual([
      'en/recordings.json cannot be read as a list of recordings: restore it',
    ]);
    await rm(dir, { recursive: true });
    expect(await faults()).toEqual(['. is no folder: make it, or take "prompts" out of the line']);
    await mkdir(dir);
  });
});

describe('an utterance', () => {
  test('takes a breath after a run of numbers, and none within it', () => {
    const clips = common.clips(['code-sent', unseen(['digit-0', 'digit-1']), 'enter-code'], 'en');
    expect(clips).toEqual([
      common.clip('code-sent', 'en'),
      common.clip('digit-0', 'en'),
      common.clip('digit-1', 'en'),
      breath,
      common.clip('enter-code', 'en'),
    ]);
  });

  test('ends without a breath, be it a sentence or a number', () => {
    expect(common.clips(['goodbye'], 'en')).toHaveLength(1);
    expect(common.clips(['month-1', 'day-1'], 'en')).toHaveLength(2);
  });

  test('may have a language of its own in each of its parts', () => {
    const offer = ['en/choose-language', 'en/digit-1', 'es/choose-language', 'es/digit-2'] as const;
    expect(common.text(offer, 'es')).toBe('For English, press one Para español, oprima el dos');
    expect(common.clips(offer, 'es')).toEqual([
      common.clip('choose-language', 'en'),
      common.clip('digit-1', 'en'),
      breath,
      common.clip('choose-language', 'es'),
      common.clip('digit-2', 'es'),
    ]);
  });

  test('shows three dots for what is read out in secret, and no id of it', () => {
    const utterance = ['you-entered', unseen(['digit-3', 'digit-1']), 'confirm-entry'] as const;
    const seen = shown(utterance, 'en', common);
    expect(seen).toEqual({
      prompts: ['you-entered', 'confirm-entry'],
      text: 'You entered ••• If that is right, press one. To enter it again, press two.',
    });
  });

  test.each(LOCALES)('looks the same for every date of birth and every entry in %s', (locale) => {
    const dates = [
      '2000-01-01',
      '2001-02-03',
      '2010-12-31',
      '1900-01-01',
      '1905-06-07',
      '1979-03-14',
    ];
    const readOut = [...dates.map((date) => sayDate(date, locale)), sayDigits('31415926')];
    const lengths = readOut.map((said) => said.length);
    expect(Math.max(...lengths)).toBeGreaterThan(Math.min(...lengths));
    const seen = readOut.map((said) => common.text(['you-entered', unseen(said)], locale));
    expect(new Set(seen)).toEqual(new Set([`${common.text(['you-entered'], locale)} •••`]));
  });

  test('plays and shows nothing for a secret with nothing in it', () => {
    expect(common.clips([unseen([])], 'en')).toEqual([]);
    expect(common.text([unseen([])], 'en')).toBe('');
  });
});
