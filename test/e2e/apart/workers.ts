// The workers of one scenario on a system of its own, and what may befall them. Promises that their calls are shown
// from the beginning, and that nobody goes on with a lost call before its caller has done what the file says.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { followCall } from '../../../src/console/follow.ts';
import type { Happening } from '../../../src/console/scenario.ts';
import type { CallObservation } from '../../../src/ivr/observation.ts';
import { until } from '../../chaos/caller.ts';
import type { ChaosSystem, WorkerOptions } from '../../chaos/system.ts';
import type { WorkerProcess } from '../../chaos/worker-process.ts';

const BROKEN_SOUND = fileURLToPath(new URL('broken-sound.ts', import.meta.url));

export interface WorkersOptions extends Pick<WorkerOptions, 'store' | 'configure'> {
  readonly name: string;
  readonly happenings: ReadonlySet<Happening>;
  readonly observe: (observation: CallObservation) => void;
}

export interface Workers extends AsyncDisposable {
  /** Done when it has happened. */
  happens(what: Happening): Promise<void>;
  /** Has those go on with lost calls that were kept from it. */
  goOn(): void;
}

/** Done when they take calls: as many as the scenario needs. */
export async function startWorkers(
  system: ChaosSystem,
  { name, happenings, observe, ...how }: WorkersOptions,
): Promise<Workers> {
  const brokenOnceThere = join(system.folder, `${name}.broken`);
  const following = new AbortController();
  const running: WorkerProcess[] = [];
  /** Who was seen to have the call last. */
  let holder: WorkerProcess | undefined;
  let kept: WorkerProcess | undefined;

  async function start(): Promise<void> {
    const worker = await system.startWorker({
      ...how,
      env: { TONEGATE_DEV: '1', BROKEN_ONCE_THERE: brokenOnceThere },
      ...(happenings.has('fault') && { preload: BROKEN_SOUND }),
    });
    running.push(worker);
    await worker.ready();
    const seen = await followCall(worker.url, null, following.signal);
    const follow = async () => {
      for await (const observation of seen) {
        holder = worker;
        observe(observation);
      }
    };
    // One that is killed shows nothing more.
    follow().catch(() => undefined);
  }

  async function loseWorker(): Promise<void> {
    kept = running.find((worker) => worker !== holder);
    kept?.freeze();
    holder?.kill();
    await holder?.ended;
  }

  async function drainAtOnce(): Promise<void> {
    void holder?.drain();
    await until(async () => (await holder?.isReady()) === false, 'the worker drained');
    void holder?.drain();
  }

  async function stop(): Promise<void> {
    following.abort();
    for (const worker of running) worker.kill();
    await Promise.all(running.map(({ ended }) => ended));
  }

  await using starting = new AsyncDisposableStack();
  starting.defer(stop);
  await Promise.all(Array.from({ length: happenings.has('worker-lost') ? 2 : 1 }, start));
  starting.move();
  return {
    async happens(what) {
      if (what === 'worker-lost') await loseWorker();
      else if (what === 'draining') await drainAtOnce();
      else if (what === 'store-lost') await system.postgres.stop();
      else if (what === 'fault') await writeFile(brokenOnceThere, '');
      else throw new Error(`"${what}" needs no system of its own`);
    },
    goOn() {
      kept?.thaw();
      kept = undefined;
    },
    [Symbol.asyncDispose]: stop,
  };
}
