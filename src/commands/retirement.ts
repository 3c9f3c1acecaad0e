// How a worker comes to its end: told by a signal, or by itself, so that a fresh process takes its place. Promises
// that no call is dropped for it: no new ones are taken, those there are finish. Only a second signal ends them.

import type { Logger } from 'pino';
import type { RecycleReason } from '../ivr/recycling.ts';
import type { Switchboard } from '../ivr/switchboard.ts';
import type { AgentServer } from '../livekit/agent-server.ts';

export interface RetirementOptions {
  readonly switchboard: Switchboard;
  readonly agentServer: Pick<AgentServer, 'drain'>;
  /** Aborted when no new call is taken any more. */
  readonly draining: AbortController;
  /** Looks no more for calls of lost workers; done when none is on its way. */
  readonly stopTakingOver: () => Promise<void>;
  /** Has a successor take calls, where somebody starts one. */
  readonly succeed: () => Promise<void>;
  readonly log: Logger;
}

export interface Retirement {
  /** Ends this worker by itself, a successor first. Said again it changes nothing. */
  retire(why: RecycleReason | 'fault'): void;
  /** Done when the last call has ended. */
  readonly ended: Promise<void>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Until it is disposed of, a signal ends the process at once: it has taken no call. Without it the kernel would
 * ignore the signal where this is the first process of a container.
 */
export function endWhileStarting(): Disposable {
  const end = () => process.exit(0);
  for (const signal of SIGNALS) process.on(signal, end);
  return {
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, end);
    },
  };
}

/** From now on the first signal lets calls finish, the second ends them. */
export function prepareEnd(options: RetirementOptions): Retirement {
  const { switchboard, agentServer, draining, stopTakingOver, succeed, log } = options;
  const ended = Promise.withResolvers<void>();
  let isRetiring = false;

  async function drain(): Promise<void> {
    if (draining.signal.aborted) return;
    draining.abort();
    log.info({ calls: switchboard.calls }, 'draining');
    // What was promised comes first: a job, whose caller rings already, or a call that was taken over.
    await Promise.all([agentServer.drain(), stopTakingOver()]);
    await switchboard.drain();
    for (const signal of SIGNALS) process.off(signal, onSignal);
    ended.resolve();
  }

  function onSignal(): void {
    if (draining.signal.aborted) {
      log.warn({ calls: switchboard.calls }, 'stopping now');
      void switchboard.stop();
      return;
    }
    if (!isRetiring) void succeed();
    void drain();
  }

  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    ended: ended.promise,
    retire(why) {
      if (isRetiring || draining.signal.aborted) return;
      isRetiring = true;
      log.info({ why, calls: switchboard.calls }, 'retiring: a fresh process is to take over');
      void succeed().then(drain);
    },
  };
}
