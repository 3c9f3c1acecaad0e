// How `tonegate dev` begins; that the whole system comes up is shown in test/e2e.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { runDev } from '../../src/commands/dev.ts';

vi.mock('../../src/demo/stack.ts', () => ({
  startStack: () => Promise.reject(new Error('the stack was started')),
}));
vi.mock('../../src/livekit/provisioning.ts', () => ({ applyRouting: () => Promise.resolve() }));
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

const ports = { portBank: 0, portWorker: 0 };

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
