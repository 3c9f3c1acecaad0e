// The lock file names no registry (packages come from whichever npm is configured with, and are held to
// their checksums), and knows every platform's packages, without which `npm ci` refuses to install.

import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
);
const paths = Object.keys(packages);
const isLocked = (name) => paths.some((path) => path.endsWith(`node_modules/${name}`));

const faults = Object.entries(packages).flatMap(([path, entry]) => [
  ...(entry.resolved ? [`${path} names where it was downloaded from`] : []),
  ...(path !== '' && !entry.integrity ? [`${path} has no checksum`] : []),
  ...Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !isLocked(name))
    .map((name) => `${path} needs ${name}, which is not there`),
]);
for (const fault of faults) process.stderr.write(`package-lock.json: ${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
