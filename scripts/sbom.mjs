// Writes the bill of materials of what we ship (CycloneDX 1.6) to .tonegate/sbom.cdx.json, or where
// `--out FILE` says. From the lock file alone: the same on every platform, without a network, and without
// a date. `npm sbom --omit=dev` (npm 11.19) leaves out packages that development needs too.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const IN_FOLDER = 'node_modules/';
const ALGORITHMS = { sha512: 'SHA-512', sha1: 'SHA-1' };

const { packages } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
);
const nameOf = (path) =>
  packages[path].name ?? path.slice(path.lastIndexOf(IN_FOLDER) + IN_FOLDER.length);
const refOf = (path) => `${nameOf(path)}@${packages[path].version}`;
// A package of one version may lie in several folders.
const shipped = new Map(
  Object.keys(packages)
    .filter((path) => !packages[path].dev)
    .map((path) => [refOf(path), path]),
);

const [self, ...components] = [...shipped.values()].map((path) => {
  const { version, integrity, license, optional } = packages[path];
  return {
    'bom-ref': refOf(path),
    type: path === '' ? 'application' : 'library',
    name: nameOf(path),
    version,
    scope: optional ? 'optional' : 'required',
    ...(integrity ? { hashes: hashesOf(integrity) } : {}),
    licenses: licencesOf(license),
    purl: `pkg:npm/${nameOf(path).replace(/^@/, '%40')}@${version}`,
  };
});
const bill = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: self },
  components,
  dependencies: [...shipped].map(([ref, path]) => ({ ref, dependsOn: neededBy(path) })),
};

const at = process.argv.indexOf('--out');
const target =
  at < 0
    ? fileURLToPath(new URL('../.tonegate/sbom.cdx.json', import.meta.url))
    : process.argv[at + 1];
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${JSON.stringify(bill, null, 2)}\n`);

/** What a package asks for, as it finds it: in its own folder, then in those around it. */
function neededBy(path) {
  const { dependencies, optionalDependencies } = packages[path];
  const names = Object.keys({ ...dependencies, ...optionalDependencies });
  return names.map((name) => refOf(locate(name, path)));
}

function locate(name, from) {
  const path = `${from === '' ? '' : `${from}/`}${IN_FOLDER}${name}`;
  if (packages[path]) return path;
  if (from === '') throw new Error(`package-lock.json: ${name} is not there`);
  return locate(name, from.slice(0, Math.max(0, from.lastIndexOf(IN_FOLDER) - 1)));
}

function hashesOf(integrity) {
  return integrity.split(' ').map((one) => {
    const [algorithm, digest] = one.split(/-(.*)/s);
    return { alg: ALGORITHMS[algorithm], content: Buffer.from(digest, 'base64').toString('hex') };
  });
}

function licencesOf(licence) {
  return /[ ()]/.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }];
}
