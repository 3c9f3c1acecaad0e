// `--seals FILE`: the seals that an operator has kept outside the store.

import { readFile } from 'node:fs/promises';
import { IvrFault } from '../ivr/fault.ts';
import type { Seal } from '../ivr/ports.ts';
import { findSeals } from '../records/seal.ts';

/** The seals in a text file, by place; none where no file is given. Throws `IVR_CONFIG_INVALID` for a file without. */
export async function sealsIn(file: string | undefined): Promise<readonly Seal[]> {
  if (file === undefined) return [];
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `--seals: ${file} cannot be read (${error.code ?? 'unknown'})`,
    );
  });
  const seals = findSeals(text);
  if (seals.length === 0) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      `--seals: there is no seal in ${file}: give it what "tonegate calls seal" has printed`,
    );
  }
  return seals;
}
