// The callers of a bench, in processes of their own, and what each of them did and heard so far.

import { join } from 'node:path';
import { type Child, spawnChild } from '../../src/demo/child.ts';
import { roomFor } from '../../src/livekit/phone-token.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import type { CallPlan, Command, Told } from './callers.ts';

/**
 * In one process: each piece of sound of a caller is shown to all others in it by the media library, so that more
 * of them would cost by their square.
 */
export const CALLERS_PER_PROCESS = 10;
const PATIENCE_MS = 30_000;

type Moment = Extract<Told, { readonly id: string; readonly at: number }>['what'];

/** A caller and its call, from outside. Times are of the machine's clock. */
export interface CrowdCall extends CallPlan {
  /** All moments so far, in order. */
  readonly moments: readonly { readonly what: Moment; readonly at: number }[];
  /** The keys it has sent so far. */
  readonly pressed: readonly number[];
  /** When something happened first, from a moment on; waits for it. */
  next(what: Moment, from?: number): Promise<number>;
  enter(frameMs: number): Promise<void>;
  /** Sends for an agent. Answers when. */
  sendFor(agent: string): Promise<number>;
  /** Answers when each key was sent. */
  press(keys: string, gapMs?: number): Promise<readonly number[]>;
  leave(): Promise<void>;
}

export interface Crowd extends AsyncDisposable {
  /** A new caller, who does nothing yet. */
  caller(plan: Omit<CallPlan, 'id' | 'room'>): CrowdCall;
}

/** Done when so many processes are there; disposing ends them all. `folder`: takes their output. */
export async function gatherCrowd(
  api: LiveKitApi,
  folder: string,
  processCount: number,
): Promise<Crowd> {
  await using starting = new AsyncDisposableStack();
  const told = new Map<string, (told: Told) => void>();
  const processes: Child[] = [];
  // All of them now: memory that processes share is divided among those that are there.
  for (let i = 0; i < processCount; i += 1) {
    const ready = Promise.withResolvers<void>();
    const child = starting.use(
      await spawnChild({
        name: 'callers',
        command: process.execPath,
        args: [join(import.meta.dirname, 'callers.ts')],
        output: { file: join(folder, `callers-${i}.log`) },
        onMessage(message) {
          const one = message as Told;
          if (one.what === 'ready') ready.resolve();
          else told.get(one.id)?.(one);
        },
      }),
    );
    processes.push(child);
    await Promise.race([
      ready.promise,
      child.ended.then((code) => Promise.reject(new Error(`the callers ended (${code})`))),
    ]);
  }
  let count = 0;
  const running = starting.move();

  return {
    caller(plan) {
      const call = { ...plan, id: String(count), room: roomFor(plan.dialled) };
      const mine = processes[count % processes.length]!;
      count += 1;
      const moments: { what: Moment; at: number }[] = [];
      const pressed: number[] = [];
      let changed = Promise.withResolvers<void>();
      let pressing: PromiseWithResolvers<readonly number[]> | null = null;
      let why: string | null = null;
      told.set(call.id, (one) => {
        if (one.what === 'ready') return;
        if (one.what === 'failed') {
          why = one.why;
          pressing?.reject(new Error(`a caller of the bench failed: ${why}`));
        } else if (one.what === 'pressed') {
          pressed.push(...one.at);
          pressing?.resolve(one.at);
        } else moments.push({ what: one.what, at: one.at });
        changed.resolve();
        changed = Promise.withResolvers();
      });
      const command = (what: Command) => mine.send(JSON.stringify(what));

      async function next(what: Moment, from = 0): Promise<number> {
        const late = AbortSignal.timeout(PATIENCE_MS);
        const given = new Promise<void>((resolve) =>
          late.addEventListener('abort', () => resolve()),
        );
        for (;;) {
          const found = moments.find((moment) => moment.what === what && moment.at >= from);
          if (found !== undefined) return found.at;
          if (why !== null) throw new Error(`a caller of the bench failed: ${why}`);
          if (late.aborted) throw new Error(`a caller of the bench waited in vain for ${what}`);
          await Promise.race([changed.promise, given]);
        }
      }

      return {
        ...call,
        moments,
        pressed,
        next,
        async enter(frameMs) {
          command({ do: 'enter', api, call, frameMs });
          await next('entered');
        },
        async sendFor(agent) {
          command({ do: 'send', api, id: call.id, room: call.room, agent });
          return await next('sent');
        },
        async press(keys, gapMs = 0) {
          pressing = Promise.withResolvers();
          command({ do: 'press', id: call.id, keys, gapMs });
          return await pressing.promise;
        },
        async leave() {
          command({ do: 'leave', id: call.id });
          await next('left');
          told.delete(call.id);
        },
      };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
