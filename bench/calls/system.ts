// What the contenders of a bench share: one LiveKit server with its Redis and SIP bridge, on ports of their own, one
// bank, one set of recordings. Knows no contender.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { trunkIds } from '../../src/commands/trunk-of.ts';
import { loadConfig } from '../../src/config/load.ts';
import { startStack } from '../../src/demo/stack.ts';
import { applyRouting } from '../../src/livekit/provisioning.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import { Secret } from '../../src/machines/secret.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Lengths, writeRecordings } from './recordings.ts';
import { type SlowBank, startSlowBank } from './slow-bank.ts';

export const PORTS = { livekit: 26880, sip: 26860, rtp: 26200, redis: 26879 };
export const DIALLED = '+15105550100';
const SECRET = 'secretsecretsecretsecretsecretsecret';

export interface BenchSystem extends AsyncDisposable {
  readonly api: LiveKitApi;
  readonly bank: SlowBank;
  readonly folder: string;
  /** Folder of the recordings. */
  readonly recordings: string;
  /** File of the worker's configuration. */
  readonly config: string;
  readonly trunkId: string | null;
  /** The server's process. */
  readonly serverPid: number;
}

/** Done when calls could be made. `lengths`: of the recordings, in milliseconds. */
export async function startBenchSystem(lengths: Lengths): Promise<BenchSystem> {
  await using starting = new AsyncDisposableStack();
  const { path: folder } = starting.use(temporaryFolder());
  const recordings = join(folder, 'audio');
  writeRecordings(recordings, lengths);
  const dataDir = join(folder, 'stack');
  const stack = starting.use(
    await startStack({ ports: PORTS, dataDir, apiKey: 'devkey', apiSecret: SECRET }),
  );
  const api = { host: `ws://127.0.0.1:${PORTS.livekit}`, key: 'devkey', secret: SECRET };
  const bank = starting.use(await startSlowBank());
  const config = join(folder, 'tonegate.yaml');
  await writeFile(config, stringify(configuration(bank.url)));
  await applyRouting(api, await loadConfig(config), () => Secret.empty);
  const ids = await trunkIds(api);
  const running = starting.move();
  return {
    api,
    bank,
    folder,
    recordings,
    config,
    trunkId: ids.get('bank-trunk') ?? null,
    serverPid: stack.server.pid,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** One line as lines are, with screening and all; callers may take a minute for their first key. */
function configuration(bankUrl: string) {
  const patient = { firstKeySeconds: 60 };
  return {
    capacity: 100,
    backend: { url: bankUrl },
    trunks: [{ name: 'bank-trunk', numbers: [DIALLED], profile: 'twilio' }],
    // Read and judged as ever; but a machine that is full may be late, and then nobody is to be refused for it.
    screening: { mode: 'observe' },
    lines: [
      {
        name: 'bench',
        numbers: [DIALLED],
        prompts: 'audio',
        steps: [
          { step: 'account', length: 8, ...patient },
          { step: 'birthDate', order: 'YMD', ...patient },
          { step: 'passcode', length: 4, ...patient },
        ],
        desk: 'nobody',
      },
    ],
    // Nobody comes, and nobody is sent for: the callers of the bench hang up before.
    desks: { nobody: { attributesOnly: true, joinWithinSeconds: 30 } },
  };
}
