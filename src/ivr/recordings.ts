// Recordings, ready to play: read before the first call, all good or all refused, then shared by every
// call. A line's own are laid over the common ones. Plays nothing.

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Secret } from '../machines/secret.ts';
import {
  isPromptId,
  LOCALES,
  type Locale,
  type OwnPrompt,
  type PromptId,
} from '../prompts/catalogue.ts';
import { isNumber } from '../prompts/say.ts';
import { SAMPLE_RATE } from '../prompts/wav.ts';
import { IvrFault } from './fault.ts';
import type { Clip } from './ports.ts';
import {
  fileName,
  type Inspection,
  inspectLineFolder,
  inspectRecordings,
  type LineFolder,
  type Texts,
} from './recording-folder.ts';

/** The recordings that come with the program; the same folder seen from `src` and from `dist`. */
export const AUDIO_DIR = fileURLToPath(new URL('../../audio', import.meta.url));

/** Something to say with the prompts `Id`: see `Word`. */
type Spoken<Id extends string> = Id | `${Locale}/${Id}` | Secret;

/** Prompts ready to play. Asked for one it does not have, every method throws `IVR_PROMPT_INVALID`. */
export interface Recordings<Id extends string = PromptId | OwnPrompt> {
  /** Twelve hex digits that change with any word or sample. */
  readonly version: string;
  clip(id: Id, locale: Locale): Clip;
  /** The clips of an utterance in order, with a breath after a whole sentence and after a run of numbers. */
  clips(utterance: readonly Spoken<Id>[], locale: Locale): readonly Clip[];
  /** The words of an utterance as spoken; of a secret, one mark, whatever is in it. */
  text(utterance: readonly Spoken<Id>[], locale: Locale): string;
}

/** Recordings of a line: the common ones, where it has none of its own. */
export interface LineRecordings extends Recordings {
  /** Ids of those beside the catalogue's (`own/<id>`), each recorded in every language of the line. */
  readonly own: ReadonlySet<string>;
}

const BREATH: Clip = { samples: new Int16Array(SAMPLE_RATE / 4) };

/**
 * Loads all recordings of a set of prompts, each in an ArrayBuffer of its own from its first byte on
 * (rtc-node 1.1.0 plays a frame's whole buffer). Throws `IVR_PROMPT_INVALID` naming every faulty file
 * and its mend.
 */
export async function loadRecordings<Id extends string, L extends Locale>(
  dir: string,
  texts: Texts<Id, L>,
  locales: readonly L[],
): Promise<Recordings<Id>> {
  const { shelf, version } = shelve(dir, await inspectRecordings(dir, texts, locales), '');
  return speaking(version, (key) => shelf.get(key));
}

/**
 * Lays a line's own recordings over the common ones: those named like a prompt of the catalogue replace
 * it for this line, all others are its own (`own/<id>`). Throws like `loadRecordings`.
 */
export async function loadLineRecordings(
  common: Recordings<PromptId>,
  folder: LineFolder,
): Promise<LineRecordings> {
  const inspection = await inspectLineFolder(folder);
  const { shelf, version } = shelve(folder.dir, inspection, common.version);
  const own = inspection.findings.map(({ id }) => id).filter((id) => !isPromptId(id));
  const recordings = speaking<PromptId | OwnPrompt>(version, (key, id, locale) => {
    const recording = shelf.get(key);
    if (recording || !isPromptId(id)) return recording;
    return { clip: common.clip(id, locale), text: common.text([id], locale) };
  });
  return { ...recordings, own: new Set(own) };
}

interface Recording {
  readonly clip: Clip;
  readonly text: string;
}

/** Good recordings by `<locale>/<id>`, and a version of them and what lies below them. */
function shelve(dir: string, { findings, faults }: Inspection, below: string) {
  if (faults.length > 0) {
    const lines = faults.map(({ file, problem, mend }) => `\n  ${file} ${problem}: ${mend}`);
    throw new IvrFault(
      'IVR_PROMPT_INVALID',
      `cannot use the recordings in ${dir}:${lines.join('')}`,
    );
  }
  const shelf = new Map<string, Recording>();
  const hash = createHash('sha256').update(below);
  for (const { id, locale, text, samples } of findings) {
    if (!samples || text === null) continue;
    shelf.set(`${locale}/${id}`, { clip: { samples }, text });
    hash.update(JSON.stringify([locale, id, text])).update(samples);
  }
  return { shelf, version: hash.digest('hex').slice(0, 12) };
}

function speaking<Id extends string>(
  version: string,
  find: (key: string, id: string, locale: Locale) => Recording | undefined,
): Recordings<Id> {
  const recording = (id: string, locale: Locale): Recording => {
    const name = fileName(id);
    const found = find(`${locale}/${name}`, name, locale);
    if (found) return found;
    // A number may be one that the caller keyed.
    const asked = isNumber(name) ? 'of a number' : name;
    throw new IvrFault('IVR_PROMPT_INVALID', `no recording ${asked} was loaded in ${locale}`);
  };
  const spoken = (word: string, locale: Locale) => {
    const other = LOCALES.find((name) => word.startsWith(`${name}/`));
    const id = other ? word.slice(other.length + 1) : word;
    return { id, ...recording(id, other ?? locale) };
  };
  return {
    version,
    clip: (id, locale) => recording(id, locale).clip,
    clips(utterance, locale) {
      const sequence = utterance.flatMap(wordsOf).map((word) => spoken(word, locale));
      return sequence.flatMap(({ id, text, clip }, i) => {
        const next = sequence[i + 1];
        const ends = /[.?!]$/.test(text) || (isNumber(id) && next && !isNumber(next.id));
        return next && ends ? [clip, BREATH] : [clip];
      });
    },
    text: (utterance, locale) =>
      utterance
        .map((word) => (word instanceof Secret ? markOf(word) : spoken(word, locale).text))
        .join(' '),
  };
}

/** Stands for what is read out. Nothing of it tells how much that is: some dates are shorter than others. */
function markOf(secret: Secret): string {
  return wordsOf(secret).length > 0 ? '•••' : '';
}

/** Opens a secret: nobody but the caller learns what is played. */
function wordsOf(word: string | Secret): readonly string[] {
  return word instanceof Secret ? word.reveal().split(' ').filter(Boolean) : [word];
}
