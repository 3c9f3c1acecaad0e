// Several processes that do the same at once, for the store tests.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { LockOutPolicy } from '../../src/ivr/ports.ts';

export type Race =
  /** Submits every code rightly, so many `times`, many at once, `width` codes at a time. */
  | {
      readonly kind: 'codes';
      readonly challenges: readonly string[];
      /** Base64. */
      readonly digest: string;
      readonly times: number;
      readonly width: number;
    }
  /** Takes tries at one account, all at once. */
  | {
      readonly kind: 'tries';
      readonly tally: string;
      readonly times: number;
      readonly policy: LockOutPolicy;
    }
  /** Uses tokens, all at once. */
  | { readonly kind: 'tokens'; readonly jtis: readonly string[] }
  /** Appends records, `width` at a time. */
  | { readonly kind: 'records'; readonly ids: readonly string[]; readonly width: number };

/** Codes accepted, tries taken, tokens that were used for the first time. */
export type RaceResult = readonly string[];

export type Racer = (race: Race) => Promise<RaceResult>;

/** Processes that have the store open, and end with the test. */
export async function racers(url: string, count: number): Promise<readonly Racer[]> {
  const children = Array.from({ length: count }, () => {
    const child = fork(new URL('./racer.ts', import.meta.url), [url]);
    onTestFinished(() => endOf(child));
    return child;
  });
  await Promise.all(children.map((child) => told(child)));
  return children.map((child) => async (race) => {
    const answer = told(child);
    child.send(race);
    const { result, error } = (await answer) as { result?: RaceResult; error?: string };
    if (result === undefined) throw new Error(error);
    return result;
  });
}

async function told(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const ended = once(child, 'exit', over).then(([code]) => {
    throw new Error(`the process ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', over), ended]);
    return message;
  } finally {
    over.abort();
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
