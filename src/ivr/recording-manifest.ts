// The manifest beside the recordings of a locale, `recordings.json`: which words each file says and
// whose voice it is. It is what lets a changed text be told from a recording that still says the old
// one. Does not know the catalogue.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const MANIFEST_FILE = 'recordings.json';

const manifestSchema = z.record(
  z.string(),
  z.strictObject({
    /** The words as recorded. */
    text: z.string().min(1),
    /** Made by a speech program, to be replaced by a voice talent's recording. */
    placeholder: z.boolean(),
    /** Who or what speaks. */
    by: z.string().min(1),
  }),
);

/** What is recorded, by prompt id. */
export type Manifest = Readonly<z.output<typeof manifestSchema>>;

/** Reads a manifest. One that is not there lists nothing; one that cannot be read or understood is `unreadable`. */
export async function readManifest(folder: string): Promise<Manifest | 'unreadable'> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? {} : 'unreadable';
  }
}

/** Writes a manifest, sorted by id. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(sorted, null, 2)}\n`);
}
