// A program that is there to be found by name, and tells whether it was run.

import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Trap extends AsyncDisposable {
  /** To be put first into PATH. */
  readonly folder: string;
  wasRun(): Promise<boolean>;
}

export async function layTrap(program: string): Promise<Trap> {
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-trap-'));
  const mark = join(folder, 'was-run');
  await writeFile(join(folder, program), `#!/bin/sh\n: > '${mark}'\n`, { mode: 0o755 });
  return {
    folder,
    wasRun: () =>
      access(mark).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
