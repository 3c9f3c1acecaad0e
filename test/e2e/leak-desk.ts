// A desk of the customer's that keeps all it is given: somebody else's agent, from the outside of the product.

import { connectAgentServer } from '../../src/livekit/agent-server.ts';
import { closeMedia, joinCallerLine } from '../../src/livekit/room-line.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';

export interface WatchedDesk extends AsyncDisposable {
  /** What each job of the desk said, as LiveKit gave it. */
  readonly jobs: readonly string[];
}

/** Takes every caller it is sent and lets itself be heard, until they leave. Done when LiveKit knows it. */
export async function startWatchedDesk(api: LiveKitApi, agentName: string): Promise<WatchedDesk> {
  const jobs: string[] = [];
  const serving = new Set<Promise<void>>();
  const registered = Promise.withResolvers<void>();
  const agent = connectAgentServer({
    api,
    agentName,
    version: '1',
    load: () => 0,
    offer: () => true,
    onJob(job) {
      const { metadata, room, token } = job;
      jobs.push(JSON.stringify({ metadata, room, token }));
      const served = serve().catch(() => undefined);
      serving.add(served);
      async function serve() {
        const line = await joinCallerLine(job, api);
        await line.answer(job.terminated);
        await line.ended;
        await line.leave();
      }
    },
  });
  agent.onState(({ phase }) => phase === 'registered' && registered.resolve());
  await registered.promise;
  return {
    jobs,
    async [Symbol.asyncDispose]() {
      await Promise.all(serving);
      await agent[Symbol.asyncDispose]();
      await closeMedia();
    },
  };
}
