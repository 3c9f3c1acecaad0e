// `tonegate prompts script`: prints what the voice talent reads, for all lines or for one with
// recordings of its own.

import { join } from 'node:path';
import type { LineConfig } from '../config/schema.ts';
import { IvrFault } from '../ivr/fault.ts';
import { type Manifest, readManifest } from '../ivr/recording-manifest.ts';
import { isPromptId, type Locale } from '../prompts/catalogue.ts';
import { type OwnScript, scriptPage, writeScript } from '../prompts/script.ts';
import { configuredLines } from './prompt-folders.ts';

interface ScriptOptions {
  readonly config: string;
  readonly locale: Locale;
  /** Name of the line it is for. */
  readonly line?: string;
  readonly json?: boolean;
}

/** Prints the script as a Markdown page or as JSON. Throws `IVR_CONFIG_INVALID` where there is no such line. */
export async function printScript({ config, locale, line: name, json = false }: ScriptOptions) {
  const line = name === undefined ? null : await lineNamed(name, locale, config);
  const listed = line?.prompts === undefined ? {} : await readManifest(join(line.prompts, locale));
  if (listed === 'unreadable') {
    throw new IvrFault(
      'IVR_PROMPT_INVALID',
      `the list of recordings in ${join(line?.prompts ?? '', locale)} cannot be read: restore it`,
    );
  }
  const words = Object.fromEntries(Object.entries(listed).map(([id, { text }]) => [id, text]));
  const own = line === null ? [] : ownPrompts(line, listed);
  const script = writeScript(locale, line?.name ?? null, words, own);
  process.stdout.write(json ? `${JSON.stringify(script)}\n` : scriptPage(script));
}

async function lineNamed(name: string, locale: Locale, config: string): Promise<LineConfig> {
  const lines = await configuredLines(config);
  const line = lines.find((one) => one.name === name);
  if (!line) {
    const names = lines.map((one) => one.name).join(', ');
    throw new IvrFault('IVR_CONFIG_INVALID', `no line of this name in ${config}: it has ${names}`);
  }
  if (!line.locales.includes(locale)) {
    const spoken = line.locales.join(', ');
    throw new IvrFault('IVR_CONFIG_INVALID', `line "${name}" speaks ${spoken}, not ${locale}`);
  }
  return line;
}

/** What a line says beside the catalogue: what its configuration names, and what its folder lists. */
function ownPrompts({ notice, closed, menu = {} }: LineConfig, listed: Manifest): OwnScript[] {
  const heard = new Map<string, string>();
  for (const id of Object.keys(listed)) heard.set(id, 'Not yet: the line does not refer to it.');
  for (const key of Object.keys(menu)) {
    if (heard.has(`menu-${key}`)) {
      heard.set(`menu-${key}`, `The menu: choice ${key}; a whole sentence, its key included.`);
    }
  }
  if (notice !== undefined) heard.set(notice, 'After the greeting; always to its end.');
  if (closed !== undefined) heard.set(closed, 'Instead of all else: the line is closed.');
  return [...heard]
    .filter(([id]) => !isPromptId(id))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, when]) => ({ id, text: listed[id]?.text ?? null, heard: when }));
}
