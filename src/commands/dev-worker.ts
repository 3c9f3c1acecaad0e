// The worker as a process of its own under `dev`: started, started again when it ends, replaced while its last calls
// finish, and stopped.

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, spawnChild } from '../demo/child.ts';
import { IvrFault } from '../ivr/fault.ts';
import { RELIEVED, SUCCESSOR_WANTED } from './succession.ts';

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
  /** All that run: those before the newest let their last calls finish. */
  const workers = new Set<Child>();
  let newest: Child | null = null;
  let isReady = false;
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);

  async function launch(): Promise<void> {
    const worker = await spawnChild({
      name: 'worker',
      command: process.execPath,
      args: [MAIN, 'worker', ...args],
      env,
      output: 'inherit',
      onMessage: (message) => {
        if (message === SUCCESSOR_WANTED && worker === newest) keepGoing(replace(worker));
      },
      // The first lets calls finish, the second ends them with a word to the caller.
      stopping: [
        ['SIGTERM', 100],
        ['SIGTERM', 10_000],
      ],
    });
    workers.add(worker);
    newest = worker;
    keepGoing(restartAfter(worker));
    if (stopping.signal.aborted) await worker.stop();
  }

  async function restartAfter(worker: Child): Promise<void> {
    const code = await worker.ended;
    workers.delete(worker);
    if (stopping.signal.aborted || worker !== newest) return;
    console.info(`The worker ended (exit code ${code}); starting it again.`);
    await sleep(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    if (!stopping.signal.aborted) await launch();
  }

  async function replace(worker: Child): Promise<void> {
    if (stopping.signal.aborted) return;
    console.info('The worker lets its last calls finish; starting its successor.');
    await launch();
    await ready();
    worker.send(RELIEVED);
  }

  function keepGoing(work: Promise<void>): void {
    work.catch((error: Error) => {
      if (isReady) console.error(error.message);
      broken.reject(error);
    });
  }

  async function ready(): Promise<void> {
    const deadline = AbortSignal.any([AbortSignal.timeout(READY_WITHIN_MS), stopping.signal]);
    let answer = 'no answer';
    while (!deadline.aborted) {
      try {
        const response = await fetch(`${url}/readyz`, { signal: deadline });
        if (response.ok) {
          isReady = true;
          return;
        }
        answer = await response.text();
      } catch {
        answer = 'no answer';
      }
      await sleep(POLL_MS);
    }
    if (stopping.signal.aborted) return;
    throw new IvrFault('IVR_STACK', `the worker is not ready at ${url}/readyz: ${answer}`);
  }

  const first = launch();
  keepGoing(first);
  return {
    ready: Promise.race([ready(), broken.promise]),
    reload() {
      for (const worker of workers) worker.signal('SIGHUP');
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await first.catch(() => undefined);
      await Promise.all([...workers].map((worker) => worker.stop()));
    },
  };
}
