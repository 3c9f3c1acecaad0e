// Builds the QA phone's page with Vite, once for each version of its sources, and prints the folder it lies in. Run
// by `tonegate dev`; a package that is built itself has neither this nor the sources.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src', 'web', 'page');
const built = join(root, '.tonegate', 'page');

const version = await digest();
const folder = join(built, version);
if (!existsSync(folder)) await build();
process.stdout.write(`${folder}\n`);

async function build() {
  await mkdir(built, { recursive: true });
  // Not what another process may be building now.
  const older = (await readdir(built)).filter((name) => !name.startsWith(version));
  const outDir = `${folder}.${process.pid}`;
  const vite = await import('vite');
  await vite.build({
    root: sources,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 2000, modulePreload: false },
  });
  try {
    await rename(outDir, folder);
  } catch (error) {
    // Somebody who started at the same time was faster.
    if (!existsSync(folder)) throw error;
    await rm(outDir, { recursive: true });
  }
  for (const name of older) await rm(join(built, name), { recursive: true, force: true });
}

/** Of all that the page is made of. */
async function digest() {
  const hash = createHash('sha256');
  const files = (await readdir(sources)).sort().map((name) => join(sources, name));
  for (const file of [...files, join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}
