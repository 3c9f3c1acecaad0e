// The desk of a system that serves for long: takes every caller as soon as it is alone with them, and hangs up.

import { setTimeout as sleep } from 'node:timers/promises';
import { connectAgentServer } from '../../../src/livekit/agent-server.ts';
import type { Job } from '../../../src/livekit/job.ts';
import { closeMedia, joinCallerLine } from '../../../src/livekit/room-line.ts';
import type { LiveKitApi } from '../../../src/livekit/server-api.ts';

/** Longest that a hand-over should take by far. */
const PATIENCE_MS = 90_000;

/** Done when LiveKit knows it. */
export async function startDesk(api: LiveKitApi, agentName: string): Promise<AsyncDisposable> {
  const server = connectAgentServer({
    api,
    agentName,
    version: '0',
    load: () => 0,
    offer: () => true,
    // A call that is gone before its desk is there is nothing of ours.
    onJob: (job) => void serve(job, api).catch(() => undefined),
  });
  while (server.state.phase !== 'registered') await sleep(50);
  return {
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await closeMedia();
    },
  };
}

async function serve(job: Job, api: LiveKitApi): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const line = await joinCallerLine(job, api);
  try {
    await line.answer(patience);
    await line.alone(patience);
    await line.hangUp(patience);
  } finally {
    await line.leave();
  }
}
