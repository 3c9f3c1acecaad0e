// `tonegate` as a shell runs it, on a store and with a key of its own.

import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sealer } from '../../src/records/seal.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { generateSigningKey, loadSigningKey } from '../../src/ticket/keys.ts';
import { temporaryFolder } from '../store/folder.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Tonegate {
  /** The file of the store. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly store: Store;
  /** Who seals in this environment. */
  readonly sealer: Sealer;
  run(...args: string[]): Promise<Ran>;
  /** The same in another environment. */
  with(env: NodeJS.ProcessEnv): Pick<Tonegate, 'run'>;
  /** Starts a command that goes on; killed with the test. */
  start(...args: string[]): ReturnType<typeof spawn>;
}

export async function tonegate(): Promise<Tonegate> {
  const file = join(temporaryFolder(), 'store.db');
  const env = {
    ...process.env,
    TONEGATE_STORE: `sqlite:${file}`,
    TONEGATE_SIGNING_KEY: await generateSigningKey(),
    TONEGATE_SIGNING_KEYS_PREVIOUS: '',
  };
  const store = await openStore(env.TONEGATE_STORE);
  onTestFinished(() => store[Symbol.asyncDispose]());
  return {
    file,
    env,
    store,
    sealer: {
      issuer: 'tonegate',
      key: await loadSigningKey(env.TONEGATE_SIGNING_KEY),
      now: Date.now,
    },
    run: (...args) => run(args, env),
    with: (other) => ({ run: (...args) => run(args, other) }),
    start(...args) {
      const child = spawn(process.execPath, [MAIN, ...args], { env });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    },
  };
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
