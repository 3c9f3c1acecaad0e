// The system under test, started once for all e2e files: exactly what `npm start` runs, on ports of its
// own and in a folder of its own, with a few lines and customers more than the demo has.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import { parse, stringify } from 'yaml';
import { startDemoBank } from '../../src/demo/bank.ts';
import { Secret } from '../../src/machines/secret.ts';
import { CUSTOMERS } from './customers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    system: {
      readonly sipPort: number;
      readonly bankUrl: string;
      readonly workerUrl: string;
      readonly livekitUrl: string;
      /** Where `.tonegate` lies. */
      readonly folder: string;
    };
  }
}

const PORTS = { livekit: 28880, sip: 28060, rtp: 28200, redis: 28379, bank: 28071, worker: 28081 };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-e2e-'));
  const token = 'token-of-the-e2e-bank';
  const bank = await startDemoBank({
    host: '127.0.0.1',
    port: 0,
    token: Secret.of(token),
    accounts: CUSTOMERS,
  });
  const config = join(folder, 'tonegate.yaml');
  await writeFile(config, await configuration(bank.url));

  const args = Object.entries(PORTS).flatMap(([name, port]) => [`--port-${name}`, String(port)]);
  const main = join(process.cwd(), 'src/main.ts');
  const dev = spawn(process.execPath, [main, 'dev', '--config', config, ...args], {
    cwd: folder,
    env: { ...process.env, TONEGATE_BACKEND_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(dev, 'exit');
  const output = createInterface(dev.stdout);
  const ready = new Promise<void>((resolve) => {
    output.on('line', (line) => line === 'Tonegate answers.' && resolve());
  });
  const failed = ended.then(([code]) => {
    throw new Error(`the system under test did not start (exit code ${code}), see above`);
  });
  await Promise.race([ready, failed]);
  failed.catch(() => undefined);

  project.provide('system', {
    sipPort: PORTS.sip,
    bankUrl: bank.url,
    workerUrl: `http://127.0.0.1:${PORTS.worker}`,
    livekitUrl: `ws://127.0.0.1:${PORTS.livekit}`,
    folder,
  });
  return async () => {
    dev.kill('SIGINT');
    await ended;
    await bank[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
}

/** The demo's configuration with two lines more: one without operator, one whose desk is nowhere. */
async function configuration(bankUrl: string): Promise<string> {
  const config = parse(await readFile('tonegate.yaml', 'utf8'));
  const [bank] = config.lines;
  const { operator: _, ...alone } = bank;
  config.backend.url = bankUrl;
  config.trunks[0].numbers.push('+15105550110', '+15105550111');
  config.lines.push(
    { ...alone, name: 'alone', numbers: ['+15105550110'] },
    { ...bank, name: 'nobody', numbers: ['+15105550111'], desk: 'missing' },
  );
  config.desks.missing = { agent: 'no-such-agent', joinWithinSeconds: 2, otherwise: 'operator' };
  return stringify(config);
}
