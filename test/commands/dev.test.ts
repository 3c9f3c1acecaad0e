// How `tonegate dev` begins; that the whole system comes up is shown in test/e2e.

import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { runDev } from '../../src/commands/dev.ts';

vi.mock('../../src/demo/stack.ts', () => ({
  startStack: () => Promise.reject(new Error('the stack was started')),
}));
vi.mock('../../src/livekit/provisioning.ts', () => ({ applyRouting: () => Promise.resolve() }));
vi.mock('../../src/web/page-build.ts', () => ({ builtPage: () => Promise.resolve('') }));
vi.mock('../../src/commands/desks.ts', () => ({
  startDemoDesks: () => Promise.reject(new Error('the desks were started')),
}));

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const home = process.cwd();
const demo = await readFile('tonegate.yaml', 'utf8');
const before = SIGNALS.map((signal) => process.listeners(signal));
let folder: string;
let config: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tonegate-dev-'));
  config = join(folder, 'tonegate.yaml');
  const changed = parse(demo);
  Object.assign(changed.trunks[0], { authUser: 'carrier' });
  await writeFile(config, stringify(changed));
  process.chdir(folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  process.chdir(home);
  await rm(folder, { recursive: true });
  SIGNALS.forEach((signal, i) => {
    for (const listener of process.listeners(signal)) {
      if (!before[i]?.includes(listener)) process.off(signal, listener);
    }
  });
});

const ports = { portPage: 0, portBank: 0, portWorker: 0 };

test('a password of a trunk that is not there is told before anything is started', async () => {
  await expect(runDev({ config, ...ports })).rejects.toThrow(
    'TONEGATE_TRUNK_BANK_TRUNK_PASSWORD (or TONEGATE_TRUNK_BANK_TRUNK_PASSWORD_FILE) is not set',
  );
});

test('a password of a trunk is left for every other command in the folder, the next start too', async () => {
  vi.stubEnv('TONEGATE_TRUNK_BANK_TRUNK_PASSWORD', 'given-once');
  for (const _ of ['given', 'left']) {
    await expect(runDev({ config, ...ports, stack: false })).rejects.toThrow('desks were started');
    expect(await readFile(join(folder, '.tonegate', 'env'), 'utf8')).toContain(
      '\nTONEGATE_TRUNK_BANK_TRUNK_PASSWORD=given-once\n',
    );
    vi.unstubAllEnvs();
  }
});

test('without a worker of its own, it does not mind that one answers on the worker port', async () => {
  const worker = createServer().listen(0, '127.0.0.1');
  await once(worker, 'listening');
  onTestFinished(() => void worker.close());
  const { port } = worker.address() as AddressInfo;
  vi.stubEnv('TONEGATE_TRUNK_BANK_TRUNK_PASSWORD', 'given-once');
  const start = (more: object) =>
    runDev({ config, ...ports, portWorker: port, stack: false, ...more });
  await expect(start({})).rejects.toThrow(`port ${port} (worker) is in use`);
  await expect(start({ worker: false })).rejects.toThrow('desks were started');
});

test('a page port that is taken is named, with how to choose another', async () => {
  vi.stubEnv('TONEGATE_TRUNK_BANK_TRUNK_PASSWORD', 'given-once');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(runDev({ config, ...ports, portPage: port, stack: false })).rejects.toThrow(
    `port ${port} (page) is in use: stop what uses it or choose another with --port-page or TONEGATE_PORT_PAGE`,
  );
});
