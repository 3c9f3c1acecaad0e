// Kills workers amid their calls, one at a time, and has another one started for each: as a supervisor would, so
// that somebody is always there to take over.

import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './caller.ts';
import type { ChaosSystem, OpenCall } from './system.ts';
import type { WorkerProcess } from './worker-process.ts';

/** As deploy/systemd says (`RestartSec`): until then those who take over have the machine to themselves. */
const RESTART_MS = 1000;

/** A worker that was killed. */
export interface Strike {
  /** In ms of `performance.now()`. */
  readonly at: number;
  /** Call-IDs of the calls it had. */
  readonly hit: ReadonlySet<string>;
}

export interface Killing {
  readonly strikes: readonly Strike[];
  /** Whether a worker may be killed at once. */
  readonly isFree: boolean;
  /**
   * Waits until a worker may be killed, has a call come to where it is to be hit, and kills the worker that has it
   * then. `comesThere` answers its Call-ID. Null where no worker has it any more.
   */
  strike(comesThere: () => Promise<string>): Promise<Strike | null>;
  /** Done when every worker that was killed has another one in its place. */
  replaced(): Promise<void>;
}

/** `settleMs`: how long a worker takes calls already before the next one is killed. */
export function openKilling(
  system: ChaosSystem,
  { settleMs }: { readonly settleMs: number },
): Killing {
  const strikes: Strike[] = [];
  let turn = Promise.resolve();
  let waiting = 0;

  async function replace(): Promise<void> {
    await sleep(RESTART_MS);
    const worker = await system.startWorker();
    await worker.ready();
    await sleep(settleMs);
  }

  return {
    strikes,
    get isFree() {
      return waiting === 0;
    },
    async strike(comesThere) {
      waiting += 1;
      const before = turn;
      const over = Promise.withResolvers<void>();
      over.promise.catch(() => undefined);
      turn = over.promise;
      let replacing = Promise.resolve();
      try {
        await before;
        const callId = await comesThere();
        const open = await system.openCalls();
        const victim = workerOf(system, open, callId);
        if (victim === undefined) return null;
        const at = victim.kill();
        replacing = replace();
        const strike = { at, hit: callsOf(open, victim) };
        strikes.push(strike);
        return strike;
      } finally {
        replacing.then(over.resolve, over.reject).finally(() => {
          waiting -= 1;
        });
      }
    },
    replaced: () => turn,
  };
}

/** Done when a worker has begun this call and nothing more: its caller still hears it ring, or barely not any more. */
export async function hasBegun(system: ChaosSystem, callId: string): Promise<void> {
  await until(
    async () => (await system.openCalls()).some((call) => call.inviteCallId === callId),
    'the call was begun',
  );
}

/** The worker that has a call now. */
export async function workerWith(system: ChaosSystem, callId: string): Promise<WorkerProcess> {
  const worker = workerOf(system, await system.openCalls(), callId);
  if (worker === undefined) throw new Error('no worker has this call');
  return worker;
}

function workerOf({ workers }: ChaosSystem, open: readonly OpenCall[], callId: string) {
  const pid = open.find(({ inviteCallId }) => inviteCallId === callId)?.pid;
  return [...workers].find((worker) => worker.pid === pid);
}

function callsOf(open: readonly OpenCall[], { pid }: WorkerProcess): Set<string> {
  return new Set(open.flatMap((call) => (call.pid === pid ? (call.inviteCallId ?? []) : [])));
}
