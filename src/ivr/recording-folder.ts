// What lies in a folder of recordings, `<dir>/<locale>/<id>.wav`, and everything that is wrong there, with
// its mend. Finds faults and throws none of them. Does not know what is said when.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isPromptId, type Locale, type OwnPrompt } from '../prompts/catalogue.ts';
import type { Flaw } from '../prompts/lint.ts';
import { type Finding, inspectRecording, type Wanted } from './recording-file.ts';
import { MANIFEST_FILE, type Manifest, readManifest } from './recording-manifest.ts';

/** The words of every prompt, in each language it is recorded in. */
export type Texts<Id extends string, Spoken extends Locale = Locale> = Readonly<
  Record<Id, { readonly text: Readonly<Record<Spoken, string>> }>
>;

/** A line's own recordings: `recordings.json` there is the truth for what they say. */
export interface LineFolder {
  readonly dir: string;
  readonly locales: readonly Locale[];
  /** Prompts of its own that the line cannot do without. */
  readonly named: readonly OwnPrompt[];
}

/** The name of a prompt's file, without `.wav`. */
export function fileName(prompt: string): string {
  return prompt.startsWith('own/') ? prompt.slice('own/'.length) : prompt;
}

/** A fault in a folder of recordings, ready to print. `file` is relative to the folder. */
export interface RecordingFault extends Flaw {
  readonly file: string;
}

export interface Inspection {
  readonly findings: readonly Finding[];
  readonly faults: readonly RecordingFault[];
}

/** Looks at every recording of a set of prompts, by locale and id. */
export async function inspectRecordings<Id extends string, Spoken extends Locale>(
  dir: string,
  texts: Texts<Id, Spoken>,
  locales: readonly Spoken[],
): Promise<Inspection> {
  const ids = (Object.keys(texts) as Id[]).sort();
  const inspections = locales.map((locale) =>
    inspectLocale(dir, locale, (manifest) =>
      ids.map((id) => {
        const text = texts[id].text[locale];
        return { id, text, entry: manifest[id], makeable: true };
      }),
    ),
  );
  return together(await Promise.all(inspections));
}

/**
 * Looks at a line's own recordings: whatever is there or listed, and what must be. A prompt that is none
 * of the catalogue's must be there in every language of the line.
 */
export async function inspectLineFolder({ dir, locales, named }: LineFolder): Promise<Inspection> {
  if (!(await isFolder(dir))) {
    const mend = 'make it, or take "prompts" out of the line';
    return { findings: [], faults: [{ file: '.', problem: 'is no folder', mend }] };
  }
  const there = await Promise.all(locales.map((locale) => idsIn(join(dir, locale))));
  const own = new Set([...named.map(fileName), ...there.flat().filter((id) => !isPromptId(id))]);
  const inspections = locales.map((locale, i) =>
    inspectLocale(dir, locale, (manifest) =>
      [...new Set([...(there[i] ?? []), ...own])].sort().map((id) => {
        const entry = manifest[id];
        return { id, text: entry?.text ?? null, entry, makeable: entry?.placeholder === true };
      }),
    ),
  );
  return together(await Promise.all(inspections));
}

/** Finds recordings and entries that nobody asks for. */
export async function findStrays(
  dir: string,
  locales: readonly Locale[],
  asked: readonly string[],
): Promise<readonly RecordingFault[]> {
  const strays = locales.map(async (locale) =>
    (await idsIn(join(dir, locale)))
      .filter((id) => !asked.includes(id))
      .map((id) => ({
        file: `${locale}/${id}.wav`,
        problem: 'is asked for by nobody',
        mend: `delete it and its entry in ${MANIFEST_FILE}`,
      })),
  );
  return (await Promise.all(strays)).flat();
}

async function inspectLocale(
  dir: string,
  locale: Locale,
  wanted: (manifest: Manifest) => readonly Wanted[],
): Promise<Inspection> {
  const folder = join(dir, locale);
  const manifest = await readManifest(folder);
  const listed = manifest !== 'unreadable';
  const findings: Finding[] = [];
  // One at a time: a worker does this while calls run, and their keys must not wait for all of it.
  for (const one of wanted(listed ? manifest : {})) {
    findings.push(await inspectRecording(folder, locale, one, listed));
  }
  const faults = findings.flatMap(({ id, flaws }) =>
    flaws.map((flaw) => ({ file: `${locale}/${id}.wav`, ...flaw })),
  );
  if (listed) return { findings, faults };
  const problem = 'cannot be read as a list of recordings';
  const fault = { file: `${locale}/${MANIFEST_FILE}`, problem, mend: 'restore it' };
  return { findings, faults: [fault, ...faults] };
}

/** Ids that a locale's folder has a file for, or lists. */
async function idsIn(folder: string): Promise<readonly string[]> {
  const manifest = await readManifest(folder);
  const files = (await isFolder(folder)) ? await readdir(folder) : [];
  const recorded = files.filter((file) => file.endsWith('.wav')).map((file) => file.slice(0, -4));
  return [
    ...new Set([...recorded, ...Object.keys(manifest === 'unreadable' ? {} : manifest)]),
  ].sort();
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function together(inspections: readonly Inspection[]): Inspection {
  return {
    findings: inspections.flatMap(({ findings }) => findings),
    faults: inspections.flatMap(({ faults }) => faults),
  };
}
