#!/usr/bin/env node
// Starts the CLI on a Node that can run it. In a clone that is the pinned Node, on the sources; in an
// installed package the built files, on this Node if it is new enough, otherwise on the `node`
// package's. Plain JavaScript: old Nodes read this file too.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handOver } from './hand-over.mjs';

const OLDEST = [22, 13]; // node:sqlite without a flag
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const source = path('../src/main.ts');
const built = path('../dist/main.js');
const args = process.argv.slice(2);

if (existsSync(source)) {
  run(path('../node_modules/node/bin/node'), source, 'run `npm ci` in this folder first');
} else if (isNewEnough(process.versions.node)) {
  await import('../dist/main.js');
} else {
  run(
    nodePackage(),
    built,
    `Node ${OLDEST.join('.')} or newer is needed, this is ${process.versions.node}: ` +
      'use a newer one, or add it to your project with `npm install node`',
  );
}

function run(node, entry, otherwise) {
  if (node && existsSync(node)) return handOver(node, [entry, ...args]);
  process.stderr.write(`tonegate: ${otherwise}\n`);
  process.exit(3);
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function nodePackage() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    return isNewEnough(version) ? join(dirname(manifest), 'bin', 'node') : undefined;
  } catch {
    return undefined;
  }
}
