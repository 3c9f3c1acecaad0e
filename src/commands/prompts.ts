// `tonegate prompts check` and `build`: tells what is wrong with the recordings, and makes placeholders
// with a speech program where one is missing or says other words. A recording that somebody spoke is
// never touched.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IvrFault } from '../ivr/fault.ts';
import type { Finding } from '../ivr/recording-file.ts';
import { readManifest, writeManifest } from '../ivr/recording-manifest.ts';
import type { Locale } from '../prompts/catalogue.ts';
import { encodeWav } from '../prompts/wav.ts';
import { configuredLines, lineFolders, type PromptFolder, SHIPPED } from './prompt-folders.ts';
import { speak, speaker } from './speech-program.ts';

export interface PromptsOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Prints every fault of the recordings with its mend. Exit code: 0 all good, 1 not. */
export async function checkPrompts(
  { config, json = false }: PromptsOptions,
  shipped: readonly PromptFolder[] = SHIPPED,
): Promise<0 | 1> {
  const folders = [...shipped, ...lineFolders(await configuredLines(config))];
  const inspections = await Promise.all(
    folders.map(async ({ dir, inspect }) => ({ dir, ...(await inspect()) })),
  );
  const faults = inspections.flatMap((inspection) =>
    inspection.faults.map((fault) => ({ ...fault, file: join(inspection.dir, fault.file) })),
  );
  const good = inspections
    .flatMap(({ findings }) => findings)
    .filter(({ flaws }) => flaws.length === 0).length;
  if (json) print(JSON.stringify({ good, faults }));
  else {
    for (const { file, problem, mend } of faults) print(`${file} ${problem}: ${mend}`);
    print(`recordings: ${good} good, ${faults.length} faults`);
  }
  return faults.length === 0 ? 0 : 1;
}

/**
 * Makes the placeholders that are missing or faulty, then checks everything. Exit code: 0 all good, 1
 * faults remain that are not ours to mend, 3 a speech program is needed and missing.
 */
export async function buildPrompts(
  { config }: PromptsOptions,
  shipped: readonly PromptFolder[] = SHIPPED,
): Promise<0 | 1 | 3> {
  const folders = [...shipped, ...lineFolders(await configuredLines(config))];
  const due = await Promise.all(
    folders.map(async ({ dir, inspect }) => (await inspect()).findings.flatMap(placeholderIn(dir))),
  );
  const placeholders = due.flat();
  const speakers = new Map(
    [...new Set(placeholders.map(({ locale }) => locale))].map((locale) => [
      locale,
      speaker(locale),
    ]),
  );
  const missing = [...speakers.values()].flatMap((it) => ('install' in it ? [it.install] : []));
  if (missing.length > 0) {
    const programs = missing.join(' ');
    process.stderr.write(
      `not installed: ${programs}; placeholder recordings are made with it: apt-get install ${programs}\n`,
    );
    return 3;
  }
  for (const placeholder of placeholders) {
    const voice = speakers.get(placeholder.locale);
    if (voice && 'by' in voice) await makePlaceholder(placeholder, voice.by);
  }
  return await checkPrompts({ config }, shipped);
}

interface Placeholder {
  readonly folder: string;
  readonly id: string;
  readonly locale: Locale;
  readonly text: string;
}

/** The placeholder to be made in the place of a recording, if one is. */
function placeholderIn(dir: string): (finding: Finding) => readonly Placeholder[] {
  return ({ id, locale, text, flaws, replaceable }) =>
    flaws.length > 0 && replaceable && text !== null
      ? [{ folder: join(dir, locale), id, locale, text }]
      : [];
}

async function makePlaceholder({ folder, id, locale, text }: Placeholder, by: string) {
  const samples = await speak(text, locale);
  const manifest = await readManifest(folder);
  if (manifest === 'unreadable') {
    throw new IvrFault(
      'IVR_PROMPT_INVALID',
      `the list of recordings in ${folder} cannot be read: restore it`,
    );
  }
  const file = join(folder, `${id}.wav`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, encodeWav(samples));
  await writeManifest(folder, { ...manifest, [id]: { text, placeholder: true, by } });
  print(`${file} made`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
