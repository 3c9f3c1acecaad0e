// What a desk's developer gets: the package as packed, installed into an empty project together with
// Node 20, and a ticket of this process verified there.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jwks } from '../../src/ticket/keys.ts';
import { mintTicket } from '../../src/ticket/mint.ts';
import { expected, facts, key, now, otherKey, signed } from '../ticket/tickets.ts';

const MINUTES = 60_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'tonegate-package-'));
const project = join(folder, 'project');

/** What the program printed; its error holds what it printed before it failed. */
async function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(file, args, { cwd })).stdout;
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string };
    throw new Error(`${file} ${args[0]} failed:\n${stdout}\n${stderr}`, { cause });
  }
}

beforeAll(async () => {
  // Built in a copy, so that the clone stays as it is.
  const copy = join(folder, 'copy');
  for (const name of [
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'tsconfig.types.json',
    'src',
    'bin',
    'audio',
  ]) {
    await cp(join(root, name), join(copy, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await run('npm', ['pack'], copy);
  const packed = (await readdir(copy)).find((name) => name.endsWith('.tgz'))!;

  await mkdir(project);
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', allowScripts: { node: true } }),
  );
  await run('npm', ['install', join(copy, packed), 'node@20'], project);
}, 10 * MINUTES);

afterAll(() => rm(folder, { recursive: true, force: true }));

it('verifies tickets on Node 20, and tells why it refuses one', async () => {
  await writeFile(
    join(project, 'desk.js'),
    `import { TicketError, verifyTicket } from 'tonegate/ticket';
    const { expected, tickets } = JSON.parse(process.argv[2]);
    const results = [];
    for (const { token, changes } of tickets) {
      try {
        results.push(await verifyTicket(token, { ...expected, ...changes }));
      } catch (error) {
        results.push(error instanceof TicketError ? error.code : error.stack);
      }
    }
    console.log(JSON.stringify({ node: process.version, results }));`,
  );
  const good = await mintTicket(facts, key);
  const tickets: [outcome: unknown, token: string, changes?: object][] = [
    [expect.objectContaining({ auth: 'verified', sub: facts.subject, call: facts.call }), good],
    ['replayed', good],
    ['malformed', 'not.a.ticket'],
    ['signature', await signed({}, {}, otherKey)],
    ['issuer', await signed({ iss: 'pbx' })],
    ['audience', await mintTicket(facts, key), { audience: 'general' }],
    ['expired', await signed({ iat: now() - 100, exp: now() - 1 })],
    ['not-yet', await signed({ iat: now() + 60, exp: now() + 120 })],
    ['room', await mintTicket(facts, key), { room: 'elsewhere' }],
    ['caller', await mintTicket(facts, key), { caller: 'someone else' }],
  ];
  const server = createServer((_, response) => response.end(JSON.stringify(jwks(key))));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const order = {
    expected: { ...expected, jwks: `http://127.0.0.1:${port}/.well-known/jwks.json` },
    tickets: tickets.map(([, token, changes]) => ({ token, changes })),
  };
  const node20 = join(project, 'node_modules', 'node', 'bin', 'node');
  const told = await run(node20, ['desk.js', JSON.stringify(order)], project);
  server.close();
  const { node, results } = JSON.parse(told);
  expect(node).toMatch(/^v20\./);
  expect(results).toEqual(tickets.map(([outcome]) => outcome));
});

it('brings its types along', async () => {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
  const check = (code: string) =>
    writeFile(join(project, 'desk.ts'), `import { verifyTicket } from 'tonegate/ticket';\n${code}`)
      .then(() => run(tsc, [...options, 'desk.ts'], project))
      .catch((error: Error) => error.message);
  const call = `verifyTicket('', { jwks: '', issuer: '', audience: '', room: '', caller: '' })`;
  expect(await check(`export const amr: readonly string[] = (await ${call}).amr;`)).toBe('');
  expect(await check(`export const amr: number = (await ${call}).amr;`)).toContain('TS2322');
});

it('brings no page, which only the sources have', async () => {
  const installed = join(project, 'node_modules', 'tonegate');
  expect(await readdir(join(installed, 'dist', 'web'))).not.toContain('page');
});

it('brings a command that runs without the sources', async () => {
  const command = join(project, 'node_modules', '.bin', 'tonegate');
  expect(await run(process.execPath, [command, '--help'], project)).toContain('worker');
});
