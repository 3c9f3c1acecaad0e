// A worker as a process of its own, and what may befall it: killed, frozen, told to drain. Knows nothing of calls.

import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, type ExitCode, spawnChild } from '../../src/demo/child.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LOOK_AGAIN_MS = 50;
const READY_WITHIN_MS = 30_000;

export interface WorkerProcess extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** File that takes its log. */
  readonly log: string;
  /** Settles when the process is gone, however. */
  readonly ended: Promise<ExitCode>;
  /** Done when it takes calls; rejects with what keeps it from that. */
  ready(withinMs?: number): Promise<void>;
  isReady(): Promise<boolean>;
  /** SIGKILL. Answers when, in ms of `performance.now()`. */
  kill(): number;
  /** SIGSTOP: nothing of it runs until it is thawed. Answers when. */
  freeze(): number;
  /** SIGCONT. Answers when. */
  thaw(): number;
  /** SIGTERM. Done when it has ended by itself. */
  drain(): Promise<ExitCode>;
}

export interface WorkerStart {
  readonly config: string;
  readonly port: number;
  readonly log: string;
  readonly env: NodeJS.ProcessEnv;
  /** A module that its Node loads before the program. */
  readonly preload?: string | undefined;
}

/**
 * Starts a worker; it is not ready yet. Until it is, it yields to calls that run, as one on a machine of its own
 * would: starting takes seconds of a processor. Disposing of it kills it if it still runs.
 */
export async function startWorker(start: WorkerStart): Promise<WorkerProcess> {
  const { config, port, log, env, preload } = start;
  const before = preload === undefined ? [] : ['--import', preload];
  const child: Child = await spawnChild({
    name: 'worker',
    command: process.execPath,
    args: [...before, MAIN, 'worker', '--config', config, '--port', String(port)],
    env: { ...process.env, ...env },
    output: { file: log },
    stopping: [['SIGKILL', 5000]],
  });
  setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const url = `http://127.0.0.1:${port}`;
  const signal = (name: NodeJS.Signals) => {
    const at = performance.now();
    child.signal(name);
    return at;
  };

  async function readiness(): Promise<string | null> {
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1000) });
      const answer = await response.text();
      return response.ok ? null : answer;
    } catch {
      return 'no answer';
    }
  }

  return {
    pid: child.pid,
    url,
    log,
    ended: child.ended,
    isReady: async () => (await readiness()) === null,
    async ready(withinMs = READY_WITHIN_MS) {
      const deadline = performance.now() + withinMs;
      for (let why = await readiness(); why !== null; why = await readiness()) {
        if (child.exitCode !== null) throw new Error(`the worker ended (${child.exitCode})`);
        if (performance.now() > deadline) throw new Error(`the worker is not ready: ${why}`);
        await sleep(LOOK_AGAIN_MS);
      }
      yieldNoMore(child.pid);
    },
    kill: () => signal('SIGKILL'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    drain() {
      signal('SIGTERM');
      return child.ended;
    },
    [Symbol.asyncDispose]: () => child.stop(),
  };
}

/** Each of its threads has a priority of its own. Who may not raise it again leaves it as it is. */
function yieldNoMore(pid: number): void {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      setPriority(Number(thread), constants.priority.PRIORITY_NORMAL);
    }
  } catch {
    // Not root, or not Linux.
  }
}
