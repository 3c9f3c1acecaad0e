// The folders of recordings there are: those that come with the program, and those of the lines of a
// configuration. Does not know what is done with them.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config, LineConfig } from '../config/schema.ts';
import { DESK_LOCALES, deskPrompts } from '../demo/desk-prompts.ts';
import {
  fileName,
  findStrays,
  type Inspection,
  inspectLineFolder,
  inspectRecordings,
  type LineFolder,
  type Texts,
} from '../ivr/recording-folder.ts';
import { AUDIO_DIR } from '../ivr/recordings.ts';
import { catalogue, isPromptId, LOCALES, type Locale, PROMPT_IDS } from '../prompts/catalogue.ts';

/** A folder of recordings. */
export interface PromptFolder {
  readonly dir: string;
  /** All that is in it and all that is wrong with it, files that nobody asks for included. */
  inspect(): Promise<Inspection>;
}

/** A folder that holds a set of prompts, and nothing else. */
export function promptSet<Id extends string, L extends Locale>(
  dir: string,
  texts: Texts<Id, L>,
  locales: readonly L[],
): PromptFolder {
  return {
    dir,
    async inspect() {
      const { findings, faults } = await inspectRecordings(dir, texts, locales);
      return {
        findings,
        faults: [...faults, ...(await findStrays(dir, locales, Object.keys(texts)))],
      };
    },
  };
}

/** What comes with the program. */
export const SHIPPED: readonly PromptFolder[] = [
  promptSet(AUDIO_DIR, catalogue, LOCALES),
  promptSet(join(AUDIO_DIR, 'demo'), deskPrompts, DESK_LOCALES),
];

/** The lines of a configuration; none where the file is only the default one, and not there. */
export async function configuredLines(file: string): Promise<Config['lines']> {
  const there = access(file).then(
    () => true,
    () => false,
  );
  if (file === 'tonegate.yaml' && !(await there)) return [];
  return (await loadConfig(file)).lines;
}

/** Where a line's own recordings are; null where it speaks with the common ones only. */
export function lineFolder(line: LineConfig): LineFolder | null {
  const { prompts: dir, locales, notice, closed } = line;
  if (dir === undefined) return null;
  const named = [notice, closed].flatMap((id) =>
    id === undefined || isPromptId(id) ? [] : [`own/${id}` as const],
  );
  return { dir, locales, named };
}

/** The folders of lines, each once: lines may share one. */
export function lineFolders(lines: Config['lines']): readonly PromptFolder[] {
  const owners = new Map<string, LineConfig[]>();
  for (const line of lines) {
    const dir = line.prompts;
    if (dir !== undefined) owners.set(dir, [...(owners.get(dir) ?? []), line]);
  }
  return [...owners].map(([dir, sharing]) => ({ dir, inspect: () => inspectShared(dir, sharing) }));
}

async function inspectShared(dir: string, lines: Config['lines']): Promise<Inspection> {
  const folders = lines.map(lineFolder).filter((folder) => folder !== null);
  const inspections = await Promise.all(folders.map(inspectLineFolder));
  const asked = lines.flatMap(({ menu = {} }) => Object.keys(menu).map((key) => `menu-${key}`));
  const strays = await findStrays(
    dir,
    LOCALES.filter((locale) => folders.some(({ locales }) => locales.includes(locale))),
    [...PROMPT_IDS, ...folders.flatMap(({ named }) => named.map(fileName)), ...asked],
  );
  const findings = inspections.flatMap((inspection) => inspection.findings);
  const faults = inspections.flatMap((inspection) => inspection.faults);
  return {
    findings: unique(findings, ({ locale, id }) => `${locale}/${id}`),
    faults: unique([...faults, ...strays], ({ file, problem }) => `${file} ${problem}`),
  };
}

function unique<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
