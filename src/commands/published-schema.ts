// A JSON Schema that is made from the code, and its published copy in docs.

import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PublishedSchema {
  /** Its name in docs. */
  readonly file: string;
  readonly text: string;
}

export type Publishing = 'print' | 'write' | 'check';

/** Prints the schema, writes its published copy, or says whether that has drifted. Exit code 0 or 1. */
export async function publish({ file, text }: PublishedSchema, mode: Publishing): Promise<0 | 1> {
  const path = fileURLToPath(new URL(`../../docs/${file}`, import.meta.url));
  if (mode === 'print') process.stdout.write(text);
  if (mode === 'write') await writeFile(path, text);
  if (mode !== 'check') return 0;
  const published = await readFile(path, 'utf8').catch(() => '');
  if (published === text) return 0;
  console.error(`${relative('.', path)} is not what the code says: run "npm run schema"`);
  return 1;
}
