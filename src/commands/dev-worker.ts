// The worker as a process of its own under `dev`: started, started again when it ends, and stopped.

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, spawnChild } from '../demo/child.ts';
import { IvrFault } from '../ivr/fault.ts';

/** The program itself, as source or as built. */
const MAIN = fileURLToPath(
  new URL(import.meta.filename.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url),
);
const RESTART_MS = 1000;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 100;

export interface SupervisedWorker extends AsyncDisposable {
  /** Done when the worker takes calls; rejects with `IVR_STACK` if that takes too long. */
  readonly ready: Promise<void>;
  /** Has the worker take over new lines and recordings for new calls. */
  reload(): void;
}

/** Runs `tonegate worker` until disposed of. `url` is where it answers `/readyz`. */
export function superviseWorker(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  url: string,
): SupervisedWorker {
  const stopping = new AbortController();
  let worker: Child | null = null;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      worker = await spawnChild({
        name: 'worker',
        command: process.execPath,
        args: [MAIN, 'worker', ...args],
        env,
        output: 'inherit',
        // The first lets calls finish, the second ends them with a word to the caller.
        stopping: [
          ['SIGTERM', 100],
          ['SIGTERM', 10_000],
        ],
      });
      if (stopping.signal.aborted) await worker.stop();
      const code = await worker.ended;
      if (stopping.signal.aborted) return;
      console.info(`The worker ended (exit code ${code}); starting it again.`);
      await sleep(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = run();

  async function ready(): Promise<void> {
    const deadline = AbortSignal.any([AbortSignal.timeout(READY_WITHIN_MS), stopping.signal]);
    let answer = 'no answer';
    while (!deadline.aborted) {
      try {
        const response = await fetch(`${url}/readyz`, { signal: deadline });
        if (response.ok) return;
        answer = await response.text();
      } catch {
        answer = 'no answer';
      }
      await sleep(POLL_MS);
    }
    if (stopping.signal.aborted) return;
    throw new IvrFault('IVR_STACK', `the worker is not ready at ${url}/readyz: ${answer}`);
  }

  return {
    ready: Promise.race([ready(), running]),
    reload: () => worker?.signal('SIGHUP'),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await worker?.stop();
      await running;
    },
  };
}
