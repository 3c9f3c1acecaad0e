// What the Dockerfile makes, made by hand: it holds all that a worker needs and nothing of development, and
// runs as a user who can write to its data folder only.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { generateSigningKey } from '../../src/ticket/keys.ts';
import { parseDockerfile } from './dockerfile.ts';
import { buildImage, type Image } from './image-by-hand.ts';

const MINUTES = 60_000;
const clone = join(import.meta.dirname, '..', '..');
const isRoot = process.getuid?.() === 0;
/** Somebody who owns nothing, where we may become that. */
const nobody = isRoot ? { uid: 65534, gid: 65534 } : {};

let folder: string;
let node: string;
let image: Image;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-image-'));
  await chmod(folder, 0o755);
  image = await buildImage(clone, folder);
  await run('chmod', ['-R', 'a-w', image.root]);
  await chmod(join(image.root, 'data'), 0o700);
  if (isRoot) await chown(join(image.root, 'data'), 65534, 65534);
  // The clone may lie where nobody else can look.
  node = join(folder, 'node');
  await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
}, 10 * MINUTES);

afterAll(async () => {
  await run('chmod', ['-R', 'u+w', folder]);
  await rm(folder, { recursive: true, force: true });
}, MINUTES);

const run = (file: string, args: readonly string[], options = {}) =>
  promisify(execFile)(file, args, options);

/** The program and arguments of the image's entry point, on this machine. */
function entry(args: readonly string[]): [file: string, args: readonly string[]] {
  const [program, script = ''] = image.entrypoint;
  expect(program).toBe('node');
  return [node, [join(image.root, script), ...args]];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Done when this has been written; what comes after is read and let go. */
function said(output: Readable, words: string): Promise<void> {
  let all = '';
  return new Promise((resolve) => {
    output.on('data', (part) => {
      all += part;
      if (all.includes(words)) resolve();
    });
  });
}

/** All that a worker must be told, each as a file; LiveKit is where nobody listens. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const secrets = join(folder, 'secrets');
  await mkdir(secrets, { recursive: true });
  const values = {
    LIVEKIT_API_KEY: 'devkey',
    LIVEKIT_API_SECRET: 'secretsecretsecretsecretsecretsecret',
    TONEGATE_STORE: `sqlite:${join(image.root, 'data', 'tonegate.db')}`,
    TONEGATE_PEPPER: 'a pepper that is only used in this test',
    TONEGATE_SIGNING_KEY: await generateSigningKey(),
    TONEGATE_BACKEND_TOKEN: 'a-token-that-is-only-used-in-this-test',
  };
  for (const [name, value] of Object.entries(values)) await writeFile(join(secrets, name), value);
  return {
    ...image.env,
    LIVEKIT_URL: 'ws://127.0.0.1:9',
    TONEGATE_CONFIG: join(image.root, 'tonegate', 'tonegate.yaml'),
    HOME: '/nonexistent',
    TMPDIR: '/nonexistent',
    ...Object.fromEntries(Object.keys(values).map((name) => [`${name}_FILE`, join(secrets, name)])),
  };
}

test('it is made on the Node that the clone is tested with, by exact tags', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(clone, 'package.json'), 'utf8'));
  const stages = parseDockerfile(await readFile(join(clone, 'Dockerfile'), 'utf8'));
  expect(stages.map(({ base }) => base)).toEqual([
    `node:${devDependencies.node}-bookworm`,
    `node:${devDependencies.node}-bookworm-slim`,
  ]);
});

test('it runs a worker, as a user by number who is not root, and stops it by the signal that drains', () => {
  expect(image).toMatchObject({ user: '1000:1000', stopSignal: 'SIGTERM', cmd: ['worker'] });
});

test('it holds the program as compiled, its packages and recordings, and nothing of development', async () => {
  const app = join(image.root, 'tonegate');
  expect((await readdir(app)).sort()).toEqual(
    'LICENSE THIRD_PARTY_LICENSES.md audio bin dist node_modules package.json sbom.cdx.json tonegate.yaml'.split(
      ' ',
    ),
  );
  const { dependencies, devDependencies } = JSON.parse(
    await readFile(join(app, 'package.json'), 'utf8'),
  );
  const installed = await readdir(join(app, 'node_modules'), { recursive: true });
  expect(installed).toEqual(expect.arrayContaining(Object.keys(dependencies)));
  expect(Object.keys(devDependencies).filter((name) => installed.includes(name))).toEqual([]);
});

test('a command runs from it', async () => {
  const [file, args] = entry(['worker', '--help']);
  const { stdout } = await run(file, args, {
    ...nobody,
    cwd: join(image.root, 'data'),
    env: image.env,
  });
  expect(stdout).toContain('SIGTERM or SIGINT once drains');
});

test(
  'a worker lives in it, is found healthy, writes to its data folder only, and drains',
  async () => {
    const port = await freePort();
    const [file, args] = entry([...image.cmd, '--port', String(port)]);
    const worker = spawn(file, args, {
      ...nobody,
      cwd: join(image.root, image.workdir),
      env: await environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void worker.kill('SIGKILL'));
    const ended = once(worker, 'exit');
    await Promise.race([said(worker.stdout, 'worker started'), ended]);
    expect(worker.exitCode).toBe(null);

    const [, ...check] = image.healthcheck.map((word) => word.replace('7081', String(port)));
    await run(node, check, nobody);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(await ready.json()).toMatchObject({
      ready: false,
      checks: { livekit: { ok: false }, store: { ok: true }, prompts: { ok: true } },
    });
    const written = await readdir(join(image.root, 'data'));
    expect(written).toContain('tonegate.db');
    worker.kill(image.stopSignal as NodeJS.Signals);
    expect(await ended).toEqual([0, null]);
    await expect(run(node, check, nobody)).rejects.toMatchObject({ code: 1 });
  },
  MINUTES,
);
