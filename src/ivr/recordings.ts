// The recordings of a catalogue: read from `<dir>/<locale>/<id>.wav` before the first call, all good or
// all refused, then shared by every call. Generic over the catalogue; plays nothing.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locale, PromptId } from '../prompts/catalogue.ts';
import { type Flaw, judge } from '../prompts/lint.ts';
import { SAMPLE_RATE } from '../prompts/wav.ts';
import { IvrFault } from './fault.ts';
import type { Clip } from './ports.ts';
import { MANIFEST_FILE, type Manifest, readManifest } from './recording-manifest.ts';

/** The recordings that come with the program; the same folder seen from `src` and from `dist`. */
export const AUDIO_DIR = fileURLToPath(new URL('../../audio', import.meta.url));

/** The words of every prompt. */
export type Texts<Id extends string> = Readonly<
  Record<Id, { readonly text: Readonly<Record<Locale, string>> }>
>;

/** Every prompt of a catalogue, ready to play. */
export interface Recordings<Id extends string = PromptId> {
  /** Twelve hex digits that change with any word or sample. */
  readonly version: string;
  clip(id: Id, locale: Locale): Clip;
  /** The clips of an utterance in order, with a breath between two of them after a whole sentence. */
  clips(utterance: readonly Id[], locale: Locale): readonly Clip[];
}

/** What was found in the place of one recording; it is good when it has no flaws. */
export interface Finding {
  readonly id: string;
  readonly locale: Locale;
  /** The words the catalogue asks for. */
  readonly text: string;
  readonly samples: Int16Array<ArrayBuffer> | null;
  readonly flaws: readonly Flaw[];
  /** Whether `prompts build` may make it: never over somebody's recording. */
  readonly replaceable: boolean;
}

/** A fault in a folder of recordings, ready to print. `file` is relative to the folder. */
interface RecordingFault extends Flaw {
  readonly file: string;
}

export interface Inspection {
  readonly findings: readonly Finding[];
  readonly faults: readonly RecordingFault[];
}

const BUILD = 'tonegate prompts build';

const BREATH: Clip = { samples: new Int16Array(SAMPLE_RATE / 4) };

/**
 * Loads all recordings of a catalogue, each in an ArrayBuffer of its own from its first byte on
 * (rtc-node 1.1.0 plays a frame's whole buffer). Throws `IVR_PROMPT_INVALID` naming every faulty file
 * and its mend.
 */
export async function loadRecordings<Id extends string>(
  dir: string,
  texts: Texts<Id>,
  locales: readonly Locale[],
): Promise<Recordings<Id>> {
  const { findings, faults } = await inspectRecordings(dir, texts, locales);
  if (faults.length > 0) {
    const lines = faults.map(({ file, problem, mend }) => `\n  ${file} ${problem}: ${mend}`);
    throw new IvrFault(
      'IVR_PROMPT_INVALID',
      `cannot use the recordings in ${dir}:${lines.join('')}`,
    );
  }

  const clips = new Map<string, Clip>();
  const hash = createHash('sha256');
  for (const { id, locale, text, samples } of findings) {
    if (!samples) continue;
    clips.set(`${locale}/${id}`, { samples });
    hash.update(JSON.stringify([locale, id, text])).update(samples);
  }

  const clip = (id: Id, locale: Locale): Clip => {
    const found = clips.get(`${locale}/${id}`);
    if (!found) throw new IvrFault('IVR_PROMPT_INVALID', `no recording ${locale}/${id} was loaded`);
    return found;
  };
  return {
    version: hash.digest('hex').slice(0, 12),
    clip,
    clips: (utterance, locale) =>
      utterance.flatMap((id, i) => {
        const breathes = i < utterance.length - 1 && /[.?!]$/.test(texts[id].text[locale]);
        return breathes ? [clip(id, locale), BREATH] : [clip(id, locale)];
      }),
  };
}

/** Looks at every recording of a catalogue, by locale and id, and finds all its faults; throws none of them. */
export async function inspectRecordings<Id extends string>(
  dir: string,
  texts: Texts<Id>,
  locales: readonly Locale[],
): Promise<Inspection> {
  const ids = (Object.keys(texts) as Id[]).sort();
  const findings: Finding[] = [];
  const faults: RecordingFault[] = [];
  for (const locale of locales) {
    const folder = join(dir, locale);
    const manifest = await readManifest(folder);
    if (manifest === 'unreadable') {
      const problem = 'cannot be read as a list of recordings';
      faults.push({ file: `${locale}/${MANIFEST_FILE}`, problem, mend: 'restore it' });
    }
    const found = await Promise.all(
      ids.map((id) => inspect(folder, id, locale, texts[id].text[locale], manifest)),
    );
    findings.push(...found);
    for (const { id, flaws } of found) {
      faults.push(...flaws.map((flaw) => ({ file: `${locale}/${id}.wav`, ...flaw })));
    }
  }
  return { findings, faults };
}

async function inspect(
  folder: string,
  id: string,
  locale: Locale,
  text: string,
  manifest: Manifest | 'unreadable',
): Promise<Finding> {
  const about = { id, locale, text };
  const known = manifest !== 'unreadable';
  const bytes = await readIfThere(join(folder, `${id}.wav`));
  if (bytes === 'missing') {
    const mend = `put it there, or make a placeholder: ${BUILD}`;
    return {
      ...about,
      samples: null,
      flaws: [{ problem: 'is missing', mend }],
      replaceable: known,
    };
  }
  const entry = known ? manifest[id] : undefined;
  const replaceable = entry?.placeholder === true;
  const { samples, flaws } = bytes === 'unreadable' ? UNREADABLE : judge(bytes);
  const all = known ? [...flaws, ...judgeWords(entry?.text, text)] : flaws;
  return {
    ...about,
    samples,
    flaws: replaceable ? all.map(({ problem }) => ({ problem, mend: BUILD })) : all,
    replaceable,
  };
}

const UNREADABLE = {
  samples: null,
  flaws: [{ problem: 'cannot be read', mend: 'make it a file this user may read' }],
};

function judgeWords(recorded: string | undefined, text: string): readonly Flaw[] {
  if (recorded === undefined) {
    const mend = 'list it there with its words and "placeholder": false';
    return [{ problem: `is not listed in ${MANIFEST_FILE}`, mend }];
  }
  if (recorded !== text) {
    const mend = `have it recorded again and correct ${MANIFEST_FILE}`;
    return [{ problem: `says "${recorded}" instead of "${text}"`, mend }];
  }
  return [];
}

async function readIfThere(file: string): Promise<Uint8Array | 'missing' | 'unreadable'> {
  try {
    return await readFile(file);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing ? 'missing' : 'unreadable';
  }
}
