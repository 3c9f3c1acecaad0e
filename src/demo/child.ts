// A program of the local system as a child process. Promises: Ctrl-C in our terminal does not reach
// it, `stop` ends it and nothing else, and it never outlives us, however we end.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { IvrFault } from '../ivr/fault.ts';

export interface ChildOptions {
  /** What people call it, in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The name it sees itself called by; default: `command`. */
  readonly argv0?: string;
  /** Its whole environment; default: ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** The file that takes its output, emptied first, readable by us only; or our own output. */
  readonly output: { readonly file: string } | 'inherit';
  /** Takes what it says over IPC, for a Node program; without it there is no such channel. */
  readonly onMessage?: (message: unknown) => void;
  /** What tells it to end, each with how many ms it is given; then it is killed. Default: SIGTERM, 5000. */
  readonly stopping?: readonly (readonly [NodeJS.Signals, number])[];
}

/** How a child ended: an exit code, or 128 + the signal that killed it, as a shell says it. */
export type ExitCode = number;

/** A running child process. */
export interface Child extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Settles once, when the process is gone. Never rejects. */
  readonly ended: Promise<ExitCode>;
  /** Null while it runs. */
  readonly exitCode: ExitCode | null;
  /** Sends a signal (SIGSTOP and SIGKILL too); does nothing when it is gone. */
  signal(signal: NodeJS.Signals): void;
  /** Says something over IPC, where there is such a channel; lost when the child is gone. */
  send(message: string): void;
  /** Has it end. Done when it is gone; at once if it already is. May be called twice. */
  stop(): Promise<void>;
}

/** Starts a child in a process group of its own; throws `IVR_STACK` when it cannot be started. */
export async function spawnChild(options: ChildOptions): Promise<Child> {
  const child = await launch(options);
  const pid = child.pid as number;
  const leash = tie(pid);
  let exitCode: ExitCode | null = null;
  const ended = new Promise<ExitCode>((settle) => {
    child.once('exit', (code, signal) => {
      leash.kill('SIGKILL');
      exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      settle(exitCode);
    });
  });

  async function endsWithin(ms: number): Promise<boolean> {
    const timer = new AbortController();
    const tooLate = delay(ms, false, { signal: timer.signal });
    return Promise.race([ended.then(() => true), tooLate]).finally(() => timer.abort());
  }

  async function stop(): Promise<void> {
    for (const [signal, ms] of options.stopping ?? [['SIGTERM', 5000]]) {
      if (exitCode !== null) return;
      child.kill(signal);
      if (await endsWithin(ms)) return;
    }
    child.kill('SIGKILL');
    await ended;
  }

  return {
    name: options.name,
    pid,
    ended,
    get exitCode() {
      return exitCode;
    },
    signal: (signal) => void child.kill(signal),
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function launch(options: ChildOptions): Promise<ChildProcess> {
  const { name, command, args, argv0, env, output, onMessage } = options;
  const log = output === 'inherit' ? output : openSync(output.file, 'w', 0o600);
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log, ...(onMessage === undefined ? [] : (['ipc'] as const))],
    ...(argv0 === undefined ? {} : { argv0 }),
    ...(env === undefined ? {} : { env }),
  });
  if (onMessage !== undefined) child.on('message', onMessage);
  try {
    await once(child, 'spawn');
    return child;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new IvrFault('IVR_STACK', `${name} cannot be started (${code}): is it installed?`, {
      cause,
    });
  } finally {
    if (log !== 'inherit') closeSync(log);
  }
}

/** A process that holds the other end of a pipe of ours, and kills `pid` when the pipe breaks. */
function tie(pid: number): ChildProcess {
  const leash = spawn('/bin/sh', ['-c', 'read -r _; kill -KILL "$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  leash.unref();
  return leash;
}
