// The files of this repository that somebody else's programs read.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export const clone = join(import.meta.dirname, '..', '..');

export const text = (path: string): Promise<string> => readFile(join(clone, path), 'utf8');

/** The document of a YAML file, `<<` merged in as Compose does. Kubernetes reads YAML 1.1: 0440 is octal there. */
// biome-ignore lint/suspicious/noExplicitAny: every file has a shape of its own, which its test looks at
export async function yaml(path: string, version: '1.1' | '1.2' = '1.2'): Promise<any> {
  return parse(await text(path), { merge: true, version });
}
