// Desk agents that do not do as they should, as a scenario's `desks` has it: they never come, come late, or break
// down before they are heard.

import { setTimeout as sleep } from 'node:timers/promises';
import { milliseconds, type Scenario } from '../../../src/console/scenario.ts';
import { connectAgentServer } from '../../../src/livekit/agent-server.ts';
import type { Job } from '../../../src/livekit/job.ts';
import type { LiveKitApi } from '../../../src/livekit/server-api.ts';
import type { Written } from '../../chaos/system.ts';
import { Guest } from '../../livekit/room-kit.ts';

export interface DesksAway extends AsyncDisposable {
  /** Has the desks of a configuration sent for to these agents. */
  configure(config: Written): Written;
}

/** How long a desk agent is there that breaks down. */
const THERE_MS = 300;
/** How long one is waited for that is never heard. */
const PATIENCE_SECONDS = 4;

/** Done when LiveKit knows them. `whose`: they have names of their own, so that no other call meets them. */
export async function openDesksAway(
  api: LiveKitApi,
  arrivals: NonNullable<Scenario['desks']>,
  whose: string,
): Promise<DesksAway> {
  await using opening = new AsyncDisposableStack();
  const nameOf = (agent: string) => `${agent}-of-${whose}`;
  const guests = opening.use(new AsyncDisposableStack());

  async function come(arrival: string, { token }: Job): Promise<void> {
    if (arrival === 'never') return;
    if (arrival !== 'fails') await sleep(milliseconds(arrival));
    const guest = guests.use(await Guest.enter(api, token));
    if (arrival !== 'fails') return await guest.publish();
    await sleep(THERE_MS);
    await guest[Symbol.asyncDispose]();
  }

  const registered = Object.entries(arrivals).map(async ([agent, arrival]) => {
    const server = opening.use(
      connectAgentServer({
        api,
        agentName: nameOf(agent),
        version: '1',
        load: () => 0,
        offer: () => true,
        // A call that is gone before its desk is there is nothing of ours.
        onJob: (job) => void come(arrival, job).catch(() => undefined),
      }),
    );
    await new Promise<void>((resolve) => {
      server.onState(({ phase }) => phase === 'registered' && resolve());
    });
  });
  await Promise.all(registered);
  const open = opening.move();
  return {
    configure(config) {
      const desks = Object.entries(config.desks as Record<string, { readonly agent?: string }>);
      const renamed = desks.map(([desk, how]) => {
        const arrival = how.agent === undefined ? undefined : arrivals[how.agent];
        if (how.agent === undefined || arrival === undefined) return [desk, how];
        const isHeard = arrival !== 'never' && arrival !== 'fails';
        const patience = isHeard ? {} : { joinWithinSeconds: PATIENCE_SECONDS };
        return [desk, { ...how, ...patience, agent: nameOf(how.agent) }];
      });
      return { ...config, desks: Object.fromEntries(renamed) };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
