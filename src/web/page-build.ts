// Where the QA phone's page is built: by a program of its own, so that the builder's memory is not ours. Needs the
// sources.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { IvrFault } from '../ivr/fault.ts';

const BUILDER = fileURLToPath(new URL('../../scripts/page.mjs', import.meta.url));

/** Answers the folder of the built page. Throws `IVR_STACK` where it cannot be built. */
export async function builtPage(signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [BUILDER], { signal });
    return stdout.trim();
  } catch (cause) {
    signal.throwIfAborted();
    const what = 'the page of the QA phone could not be built';
    throw new IvrFault('IVR_STACK', `${what}: node scripts/page.mjs says why`, { cause });
  }
}
