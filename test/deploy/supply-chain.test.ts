// What is known of what we ship: a bill of materials out of the lock file, and advisories where there is a
// source of them.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../store/folder.ts';
import { clone, text } from './files.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly object[];
}

async function bill() {
  const folder = temporaryFolder();
  const file = join(folder, 'sbom.json');
  const script = join(clone, 'scripts/sbom.mjs');
  await promisify(execFile)(process.execPath, [script, '--out', file], { cwd: folder });
  return readFile(file, 'utf8');
}

test('the bill of materials names every package that is shipped, and no other', async () => {
  const { bomFormat, specVersion, components } = JSON.parse(await bill());
  expect([bomFormat, specVersion]).toEqual(['CycloneDX', '1.6']);
  const named = new Set(components.map(({ name, version }: Component) => `${name} ${version}`));
  // Made from the lock file too, by another program.
  const rows = (await text('THIRD_PARTY_LICENSES.md')).matchAll(/^\| (\S+) \| (\d\S*) \|/gm);
  expect(named).toEqual(new Set([...rows].map(([, name, version]) => `${name} ${version}`)));
});

test('of each it has licence, checksum and address, and of what each needs only what is in it', async () => {
  const { metadata, components, dependencies } = JSON.parse(await bill());
  const refs = new Set([metadata.component, ...components].map((one) => one['bom-ref']));
  for (const { purl, licenses, hashes = [] } of components as Component[]) {
    expect(purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d/);
    expect(licenses).toHaveLength(1);
    expect(hashes.find(({ alg }) => alg === 'SHA-512')?.content).toMatch(/^[0-9a-f]{128}$/);
  }
  expect(dependencies).toHaveLength(refs.size);
  for (const { ref, dependsOn } of dependencies) {
    expect([ref, ...dependsOn].filter((one) => !refs.has(one))).toEqual([]);
  }
});

test('it is the same each time it is made', async () => {
  expect(await bill()).toBe(await bill());
});

/** What the audit says and how it ends, with a registry that knows an advisory on `ws`; null: it takes no questions. */
async function auditWith(severity: string | null) {
  const advisory = { id: 1, severity, title: 'made up', url: '', vulnerable_versions: '*' };
  const versions = { '8.23.0': { name: 'ws', version: '8.23.0' } };
  const answers: Record<string, object> = {
    POST: { ws: [advisory] },
    GET: { name: 'ws', 'dist-tags': { latest: '8.23.0' }, versions },
  };
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(severity === null ? 405 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answers[request.method ?? '']));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    // npm remembers advisories.
    npm_config_cache: temporaryFolder(),
  };
  const script = join(clone, 'scripts/audit.mjs');
  const ran = await promisify(execFile)(process.execPath, [script], { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout }),
  );
  server.close();
  server.closeAllConnections();
  return ran;
}

test('an advisory of high severity fails the check, and is named; one of low severity is only named', async () => {
  const named = (severity: string) => `dependency audit: ws *: ${severity}\n`;
  expect(await auditWith('high')).toEqual({ code: 1, stdout: named('high') });
  expect(await auditWith('low')).toEqual({ code: 0, stdout: named('low') });
});

test('where no advisory source answers, the check says so and does not fail', async () => {
  expect(await auditWith(null)).toEqual({
    code: 0,
    stdout: expect.stringContaining('no advisory source was reached'),
  });
});
