// Processes that write into a store until they are killed, for the store tests.

import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { onTestFinished } from 'vitest';

type Told = { readonly begun: string } | { readonly kept: string };

export interface Writer {
  /** Ids of calls of which it has said so. */
  readonly begun: ReadonlySet<string>;
  readonly kept: ReadonlySet<string>;
  /** Done when it says that it has kept the record of this call; fails if it ends before. */
  hasKept(id: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it at once, wherever it is. */
  kill(): Promise<void>;
}

/** Another process that opens the store and has `count` calls, `name-0`, `name-1`, …, `width` at a time. */
export function writer(url: string, name: string, count: number, width = 1): Writer {
  const program = new URL('./writer.ts', import.meta.url);
  const child = fork(program, [url, name, String(count), String(width)]);
  onTestFinished(() => endOf(child));
  const begun = new Set<string>();
  const kept = new Set<string>();
  child.on('message', (told: Told) => {
    if ('begun' in told) begun.add(told.begun);
    else kept.add(told.kept);
  });
  return {
    begun,
    kept,
    async hasKept(id) {
      const ended = new AbortController();
      child.once('exit', () => ended.abort(new Error('the writer ended')));
      const messages = on(child, 'message', { signal: ended.signal });
      while (!kept.has(id)) await messages.next();
    },
    signal: (signal) => void child.kill(signal),
    kill: () => endOf(child),
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
