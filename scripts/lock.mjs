// The lock files name no registry (packages come from whichever npm is configured with, and are held to
// their checksums), and know every platform's packages, without which `npm ci` refuses to install.

import { readFileSync } from 'node:fs';

const FILES = ['package-lock.json', 'bench/agents/package-lock.json'];

const faults = FILES.flatMap((file) => faultsIn(file).map((fault) => `${file}: ${fault}`));
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

function faultsIn(file) {
  const { packages } = JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
  const paths = Object.keys(packages);
  const isLocked = (name) => paths.some((path) => path.endsWith(`node_modules/${name}`));
  return Object.entries(packages).flatMap(([path, entry]) => [
    ...(entry.resolved ? [`${path} names where it was downloaded from`] : []),
    ...(path !== '' && !entry.integrity ? [`${path} has no checksum`] : []),
    ...Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isLocked(name))
      .map((name) => `${path} needs ${name}, which is not there`),
  ]);
}
