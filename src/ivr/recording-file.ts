// One recording in its place, `<folder>/<id>.wav`: whether it is there, what is wrong with it, and the
// mend. Throws nothing. Does not know what else must lie in the folder.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locale } from '../prompts/catalogue.ts';
import { type Flaw, judge } from '../prompts/lint.ts';
import { MANIFEST_FILE, type Manifest } from './recording-manifest.ts';

/** What was found in the place of one recording; it is good when it has no flaws. */
export interface Finding {
  readonly id: string;
  readonly locale: Locale;
  /** The words it must say; null where nobody has written them down. */
  readonly text: string | null;
  readonly samples: Int16Array<ArrayBuffer> | null;
  readonly flaws: readonly Flaw[];
  /** Whether `prompts build` may make it: never over somebody's recording. */
  readonly replaceable: boolean;
}

/** One recording as it must be. */
export interface Wanted {
  readonly id: string;
  readonly text: string | null;
  readonly entry: Manifest[string] | undefined;
  /** Whether a speech program may make it where it is missing. */
  readonly makeable: boolean;
}

const BUILD = 'tonegate prompts build';

/** Looks for one recording. `listed`: whether there is a list that can be read. */
export async function inspectRecording(
  folder: string,
  locale: Locale,
  { id, text, entry, makeable }: Wanted,
  listed: boolean,
): Promise<Finding> {
  const bytes = await readIfThere(join(folder, `${id}.wav`));
  if (bytes === 'missing') {
    const replaceable = listed && makeable;
    const words = text === null ? ` and list its words in ${MANIFEST_FILE}` : '';
    const mend = `put it there${words}${replaceable ? `, or make a placeholder: ${BUILD}` : ''}`;
    return {
      id,
      locale,
      text,
      samples: null,
      flaws: [{ problem: 'is missing', mend }],
      replaceable,
    };
  }
  const replaceable = entry?.placeholder === true;
  const { samples, flaws } = bytes === 'unreadable' ? UNREADABLE : judge(bytes);
  const all = listed ? [...flaws, ...judgeWords(entry?.text, text)] : flaws;
  return {
    id,
    locale,
    text,
    samples,
    flaws: replaceable ? all.map(({ problem }) => ({ problem, mend: BUILD })) : all,
    replaceable,
  };
}

const UNREADABLE = {
  samples: null,
  flaws: [{ problem: 'cannot be read', mend: 'make it a file this user may read' }],
};

function judgeWords(recorded: string | undefined, text: string | null): readonly Flaw[] {
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
