// The QA phone of `dev`: its page, and what stands behind it here. Joins LiveKit, the bank, the worker and the store
// for whoever has the page open; shows of every number only its end.

import { setTimeout as delay } from 'node:timers/promises';
import { liveChart } from '../charts/live.ts';
import { walk } from '../charts/walk.ts';
import type { Config } from '../config/schema.ts';
import { faultSchema } from '../demo/bank-faults.ts';
import { LOOPBACK } from '../demo/ports.ts';
import { callerIdentity, callerToken, roomFor, sendForAgent } from '../livekit/phone-token.ts';
import type { LiveKitApi } from '../livekit/server-api.ts';
import { headerKey } from '../screening/headers.ts';
import { headersTelling } from '../screening/told.ts';
import { openStore } from '../store/open-store.ts';
import { type PageServer, type PhoneBackstage, startPageServer } from '../web/page-server.ts';
import type { ShownMessage, ShownRecord } from '../web/page-wire.ts';
import { CHARTS } from './charts.ts';
import { phoneSetup } from './qa-phone-setup.ts';
import { ticketsIn } from './qa-phone-tickets.ts';
import { trunkFor, trunkIds } from './trunk-of.ts';

export interface QaPhoneOptions {
  readonly port: number;
  readonly config: Config;
  readonly api: LiveKitApi;
  readonly workerUrl: string;
  /** The bank that the worker asks, and whether that is the demo's. */
  readonly bankUrl: string;
  readonly isDemoBank: boolean;
  /** The workers' store. */
  readonly store: string;
}

/** The worker says that a call is over once its record is kept; others may be a moment behind. */
const RECORD_LOOKS = 10;
const RECORD_MS = 200;
/** Calls whose ticket can still be looked at. */
const ROOMS = 100;

/** Serves the page until disposed of. `page`: where it is built. */
export async function startQaPhone(
  options: QaPhoneOptions,
  page: Promise<string>,
): Promise<PageServer> {
  return await startPageServer({
    host: LOOPBACK,
    port: options.port,
    folder: await page,
    livekit: options.api.host,
    backstage: backstageOf(options),
  });
}

function backstageOf(options: QaPhoneOptions): PhoneBackstage {
  const { config, api, workerUrl, store } = options;
  /** Rooms of this page, each with who calls there. */
  const callers = new Map<string, string>();
  // Nobody else's bank is asked what only the demo's can answer.
  const bankUrl = new URL(options.bankUrl).hostname === LOOPBACK ? options.bankUrl : null;
  const charts = CHARTS.map((machine) => liveChart(walk(machine)));

  return {
    setup: async () =>
      phoneSetup(config, { hasFaults: bankUrl !== null, isDemoBank: options.isDemoBank }),
    charts: () => charts,

    async place({ to, from, verdict, ...order }) {
      const trunk = config.trunks.find(({ name }) => name === order.trunk);
      const told = trunk && headersTelling(verdict, trunk.profile, from || 'anonymous');
      if (!trunk || !told || trunkFor(to, config) === null) return null;
      const headers = withFurther(told, order.headers);
      const room = roomFor(to);
      const calling = from || null;
      const trunkId = (await trunkIds(api)).get(trunk.name) ?? null;
      const token = await callerToken({ api, room, dialled: to, calling, trunkId, headers });
      callers.set(room, callerIdentity(calling));
      const [oldest] = callers.keys();
      if (callers.size > ROOMS && oldest !== undefined) callers.delete(oldest);
      return { room, url: api.host, token, headers };
    },

    async ring(room) {
      if (!callers.has(room)) return false;
      await sendForAgent(api, room, config.agentName);
      return true;
    },

    async follow(room, signal) {
      if (!callers.has(room)) return new Response(null, { status: 404 });
      return await fetch(`${workerUrl}/events?room=${encodeURIComponent(room)}`, { signal });
    },

    async record(call) {
      for (let look = 0; look < RECORD_LOOKS; look += 1) {
        const found = await recordIn(store, call);
        if (found !== null) return found;
        await delay(RECORD_MS);
      }
      return null;
    },

    async tickets(room) {
      const caller = callers.get(room);
      const jwks = `${workerUrl}/.well-known/jwks.json`;
      const { issuer } = config.ticket;
      return caller === undefined ? null : await ticketsIn(api, { room, caller, jwks, issuer });
    },

    inbox: async () => (bankUrl === null ? null : await messagesOf(bankUrl)),

    async misbehave(fault) {
      const { success } = faultSchema.safeParse(fault);
      if (bankUrl === null || !success) return false;
      const { ok } = await fetch(`${bankUrl}/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      return ok;
    },
  };
}

/** A header that is written out is the only one of its name. */
function withFurther(
  told: Readonly<Record<string, string>>,
  further: readonly (readonly [name: string, value: string])[],
): Readonly<Record<string, string>> {
  const names = new Set(further.map(([name]) => headerKey(name)));
  const kept = Object.entries(told).filter(([name]) => !names.has(headerKey(name)));
  return Object.fromEntries([...kept, ...further]);
}

/** Opened for each look, as `tonegate calls` does: the store is the workers'. */
async function recordIn(store: string, call: string): Promise<ShownRecord | null> {
  await using opened = await openStore(store, { mode: 'existing' });
  for await (const { seq, ...record } of opened.records.list()) {
    if (record.id === call) return record;
  }
  return null;
}

async function messagesOf(bankUrl: string): Promise<readonly ShownMessage[] | null> {
  const answer = await fetch(`${bankUrl}/outbox`);
  if (!answer.ok) return null;
  const messages = (await answer.json()) as readonly { to: string; text: string; at: string }[];
  return messages.map(({ to, text, at }) => ({ to: `…${to.slice(-2)}`, text, at })).toReversed();
}
