// The desks of a system that is taken apart: they take every caller with a good ticket, once, and keep its claims.

import { join } from 'node:path';
import { type DeskName, serveCaller } from '../../src/demo/desk-agent.ts';
import { DESK_LOCALES, deskPrompts } from '../../src/demo/desk-prompts.ts';
import type { Clip } from '../../src/ivr/ports.ts';
import { AUDIO_DIR, loadRecordings } from '../../src/ivr/recordings.ts';
import { connectAgentServer } from '../../src/livekit/agent-server.ts';
import type { Job } from '../../src/livekit/job.ts';
import { closeMedia, joinCallerLine } from '../../src/livekit/room-line.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import type { PublicJwk } from '../../src/ticket/keys.ts';
import { inProcessMemory } from '../../src/ticket/replay.ts';
import { type TicketClaims, verifyTicket } from '../../src/ticket/verify.ts';

/** The desk of each agent: one to one. */
export type Audiences = Readonly<Record<'sensitive-desk' | 'operator-desk', string>>;

export interface Desks extends AsyncDisposable {
  /** Claims of every ticket that passed, in order. */
  readonly tickets: readonly TicketClaims[];
  /** Why each of the others did not. */
  readonly refusals: readonly string[];
  /** Our ids of the calls that a desk was sent for, in order; one may be sent for twice. */
  readonly sentFor: readonly string[];
  /** From now on nobody comes who is sent for, until what it answers is called. */
  hold(): () => void;
}

/** Done when LiveKit knows them all. */
export async function startDesks(
  api: LiveKitApi,
  issuer: string,
  jwks: { readonly keys: readonly PublicJwk[] },
  audiences: Audiences,
): Promise<Desks> {
  const recordings = await loadRecordings(join(AUDIO_DIR, 'demo'), deskPrompts, DESK_LOCALES);
  const tickets: TicketClaims[] = [];
  const refusals: string[] = [];
  const sentFor: string[] = [];
  const seen = inProcessMemory();
  let free = Promise.resolve();

  async function serve(name: keyof Audiences & DeskName, job: Job): Promise<void> {
    sentFor.push(String(JSON.parse(job.metadata).call));
    await free;
    const expected = { jwks, issuer, audience: audiences[name], seen };
    await serveCaller(
      {
        name,
        clip: (id) => threefold(recordings.clip(id, DESK_LOCALES[0])),
        async verify(ticket, { room, identity }) {
          try {
            const claims = await verifyTicket(ticket, { ...expected, room, caller: identity });
            tickets.push(claims);
            return claims;
          } catch (error) {
            refusals.push(String(error));
            throw error;
          }
        },
      },
      job,
      await joinCallerLine(job, api),
    );
  }

  await using starting = new AsyncDisposableStack();
  starting.defer(closeMedia);
  const registered = Object.keys(audiences).map((agentName) => {
    const agent = starting.use(
      connectAgentServer({
        api,
        agentName,
        version: '1',
        load: () => 0,
        offer: () => true,
        // A call that is gone before its desk is there is nothing of ours.
        onJob: (job) => void serve(agentName as keyof Audiences, job).catch(() => undefined),
      }),
    );
    return new Promise<void>((resolve) => {
      agent.onState(({ phase }) => phase === 'registered' && resolve());
    });
  });
  await Promise.all(registered);
  const running = starting.move();
  return {
    tickets,
    refusals,
    sentFor,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      free = promise;
      return resolve;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A busy machine may lose some of its sound: whoever listens needs to hear one of them. */
function threefold({ samples }: Clip): Clip {
  const all = new Int16Array(3 * samples.length);
  for (let n = 0; n < 3; n += 1) all.set(samples, n * samples.length);
  return { samples: all };
}
