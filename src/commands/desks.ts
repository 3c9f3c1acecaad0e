// The demo desk agents that a configuration names, as agents of their own at LiveKit.

import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { type DeskName, serveCaller } from '../demo/desk-agent.ts';
import { DESK_LOCALES, deskPrompts } from '../demo/desk-prompts.ts';
import { loggable } from '../ivr/fault.ts';
import { AUDIO_DIR, loadRecordings } from '../ivr/recordings.ts';
import { connectAgentServer } from '../livekit/agent-server.ts';
import { closeMedia, joinCallerLine } from '../livekit/room-line.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { verifyTicket } from '../ticket/verify.ts';
import { VERSION } from './version.ts';

const DEMO_DESKS: readonly DeskName[] = ['sensitive-desk', 'general-desk', 'operator-desk'];
const CALLS_PER_DESK = 100;

/** Starts those demo desks that the configuration sends callers to. `jwksUrl`: where the worker's keys are. */
export async function startDemoDesks(
  api: LiveKitApi,
  config: Config,
  jwksUrl: string,
): Promise<AsyncDisposable> {
  const recordings = await loadRecordings(join(AUDIO_DIR, 'demo'), deskPrompts, DESK_LOCALES);
  await using starting = new AsyncDisposableStack();
  starting.defer(closeMedia);
  for (const name of DEMO_DESKS) {
    // One agent may serve several desks; its tickets name the desk.
    const audiences = Object.entries(config.desks)
      .filter(([, desk]) => 'agent' in desk && desk.agent === name)
      .map(([audience]) => audience);
    if (audiences.length === 0) continue;
    let calls = 0;
    const agent = connectAgentServer({
      api,
      agentName: name,
      version: VERSION,
      load: () => calls / CALLS_PER_DESK,
      offer: () => calls < CALLS_PER_DESK,
      onJob(job) {
        calls += 1;
        const serve = async () =>
          serveCaller(
            {
              name,
              clip: (id) => recordings.clip(id, DESK_LOCALES[0]),
              verify: (ticket, { room, identity }) =>
                Promise.any(
                  audiences.map((audience) =>
                    verifyTicket(ticket, {
                      jwks: jwksUrl,
                      issuer: config.ticket.issuer,
                      audience,
                      room,
                      caller: identity,
                    }),
                  ),
                ),
            },
            job,
            await joinCallerLine(job, api),
          );
        serve()
          .catch((error: unknown) => console.error(`${name}: a call failed:`, loggable(error)))
          .finally(() => {
            calls -= 1;
          });
      },
    });
    starting.use(agent);
  }
  return starting.move();
}
