// What a process holds, looked at after its garbage was collected. Needs `--expose-gc`.

import type { EventEmitter } from 'node:events';
import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { Actor } from 'xstate';

export interface Look {
  /** Calls that the process had served by then. */
  readonly calls: number;
  readonly heapMb: number;
  readonly rssMb: number;
  /** Listeners on the media library's one emitter; 0 where it is not in use. */
  readonly listeners: number;
  /** Timers, sockets and the like that keep the process alive. */
  readonly resources: number;
  /** Actors of charts that live. */
  readonly actors: number;
}

const MB = 2 ** 20;

/** A limit that was set for something in a call may hold the call until it is over: ten seconds. */
const HELD_SECONDS = 15;

const actors = () => queryObjects(Actor, { format: 'count' });

async function collect(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await macrotask();
  globalThis.gc?.();
  await macrotask();
  globalThis.gc?.();
}

/** Looks as soon as no call runs, nor is held. */
export async function look(calls: number): Promise<Look> {
  await collect();
  for (let second = 0; second < HELD_SECONDS && actors() > 0; second += 1) {
    await sleep(1000);
    await collect();
  }
  const { heapUsed, rss } = process.memoryUsage();
  const { _ffiClientInstance: media } = globalThis as { _ffiClientInstance?: EventEmitter };
  return {
    calls,
    heapMb: rounded(heapUsed / MB),
    rssMb: rounded(rss / MB),
    listeners: media?.listenerCount('ffi_event') ?? 0,
    resources: process.getActiveResourcesInfo().length,
    actors: actors(),
  };
}

const rounded = (value: number) => Math.round(value * 100) / 100;
