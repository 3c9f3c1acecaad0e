// Serves the QA phone's page and answers what it asks, on loopback, under `dev` only. Promises that no other site
// is answered, and that no key comes this way: keys go from the page to LiveKit as a phone's do.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { IvrFault } from '../ivr/fault.ts';
import { headerKey, headerLine } from '../screening/headers.ts';
import { LABELS } from '../screening/verdict.ts';
import { ownOnly, pageHeaders } from './page-guard.ts';
import type {
  BankFault,
  CallOrder,
  PhoneSetup,
  PlacedCall,
  ShownChart,
  ShownMessage,
  ShownRecord,
  ShownTicket,
} from './page-wire.ts';

/** An order whose further headers have been read. */
export interface ReadOrder extends Omit<CallOrder, 'headers'> {
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What stands behind the page. Whatever rejects is told to the page as unreachable. */
export interface PhoneBackstage {
  setup(): Promise<PhoneSetup>;
  charts(): readonly ShownChart[];
  /** Makes a room and lets the page in; null: no such number, or no way to tell that verdict of it. */
  place(order: ReadOrder): Promise<PlacedCall | null>;
  /** Sends for the worker, once the page can answer what it asks; false: no such room was made here. */
  ring(room: string): Promise<boolean>;
  /** The worker's live view of one room. */
  follow(room: string, signal: AbortSignal): Promise<Response>;
  /** Null: there is none of this id, or not yet. */
  record(call: string): Promise<ShownRecord | null>;
  /** Null: no such room was made here. */
  tickets(room: string): Promise<readonly ShownTicket[] | null>;
  /** Newest first; null: this bank has no inbox. */
  inbox(): Promise<readonly ShownMessage[] | null>;
  /** Whether the bank does so from now on. */
  misbehave(fault: BankFault): Promise<boolean>;
}

export interface PageServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Folder of the built page. */
  readonly folder: string;
  /** Where the page reaches LiveKit, as a WebSocket URL. */
  readonly livekit: string;
  readonly backstage: PhoneBackstage;
}

export interface PageServer extends AsyncDisposable {
  readonly url: string;
}

const MOST_BYTES = 8192;
const MOST_HEADERS = 20;

const orderSchema = z.strictObject({
  to: z.string().max(40),
  from: z.string().regex(/^(\+[1-9]\d{6,14})?$/),
  trunk: z.string().max(100),
  verdict: z.enum(LABELS),
  headers: z.string(),
});
const faultSchema = z.strictObject({ route: z.string().max(40), mode: z.string().max(40) });
const roomSchema = z.string().regex(/^call_[+\w]{1,80}$/);

/** Starts answering. Throws `IVR_PORT_BUSY` where the port is taken. */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const port = (): number => (server.address() as AddressInfo | null)?.port ?? options.port;
  const server = createServer(getRequestListener(routes(options, port).fetch));
  server.listen(options.port, options.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new IvrFault(
      'IVR_PORT_BUSY',
      `port ${options.port} (page) cannot be used (${code ?? 'unknown'}): choose another with --port-page or TONEGATE_PORT_PAGE`,
    );
  }
  return {
    url: `http://${options.host}:${port()}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function routes({ folder, livekit, backstage }: PageServerOptions, port: () => number): Hono {
  const app = new Hono();
  app.use(pageHeaders(livekit), ownOnly(port));
  const tooLong = (c: Context) => c.json({ why: 'nothing this long is asked here' }, 413);
  app.use('/api/*', bodyLimit({ maxSize: MOST_BYTES, onError: tooLong }), async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  // Messages of others may hold anything; ours say what to do.
  app.onError((error, c) => {
    const why =
      error instanceof IvrFault ? error.message : 'something behind the page gave no answer';
    return c.json({ why }, 502);
  });

  app.get('/api/setup', async (c) => c.json(await backstage.setup()));
  app.get('/api/charts', (c) => c.json(backstage.charts()));
  app.post('/api/calls', async (c) => {
    const order = orderSchema.safeParse(await c.req.json().catch(() => null));
    if (!order.success) {
      return c.json({ why: 'a calling number is + and 7 to 15 digits, or empty' }, 400);
    }
    const headers = headersIn(order.data.headers);
    if (typeof headers === 'string') return c.json({ why: headers }, 400);
    const placed = await backstage.place({ ...order.data, headers });
    if (placed === null) {
      return c.json({ why: 'no trunk takes this number, or not with this verdict' }, 404);
    }
    return c.json(placed);
  });
  app.post('/api/rooms/:room/ring', async (c) => {
    const isRinging = await backstage.ring(c.req.param('room'));
    return isRinging ? c.json({}) : c.json({ why: 'no such call was made here' }, 404);
  });
  app.get('/api/calls/:call/record', async (c) => {
    const record = await backstage.record(c.req.param('call'));
    return record === null ? c.json({ why: 'there is no such record (yet)' }, 404) : c.json(record);
  });
  app.get('/api/rooms/:room/tickets', async (c) => {
    const tickets = await backstage.tickets(c.req.param('room'));
    return tickets === null ? c.json({ why: 'no such call was made here' }, 404) : c.json(tickets);
  });
  app.get('/api/rooms/:room/events', async (c) => {
    const room = roomSchema.safeParse(c.req.param('room'));
    if (!room.success) return c.json({ why: 'that is no room of a call' }, 404);
    const gone = new AbortController();
    const { ok, body } = await backstage.follow(room.data, gone.signal);
    if (!ok || body === null) return c.json({ why: 'no worker shows its calls' }, 503);
    return c.body(handedOn(body, gone), 200, { 'Content-Type': 'text/event-stream' });
  });
  app.get('/api/inbox', async (c) => c.json(await backstage.inbox()));
  app.post('/api/faults', async (c) => {
    const fault = faultSchema.safeParse(await c.req.json().catch(() => null));
    const isDone = fault.success && (await backstage.misbehave(fault.data));
    return isDone ? c.json({}) : c.json({ why: 'the bank cannot do that' }, 400);
  });
  app.get('*', serveStatic({ root: folder }));
  return app;
}

/** The headers of these lines; or what is wrong with them, which repeats nothing of them. */
function headersIn(text: string): ReadOrder['headers'] | string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const headers: (readonly [string, string])[] = [];
  const names = new Set<string>();
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const header = headerLine(line);
    if (header === null) return `line ${i + 1} of the headers is none: write "Name: value"`;
    const key = headerKey(header[0]);
    if (names.has(key)) return `line ${i + 1} of the headers repeats the name of another one`;
    names.add(key);
    headers.push(header);
  }
  return headers.length > MOST_HEADERS ? `give at most ${MOST_HEADERS} headers` : headers;
}

/** The same, until either side has had enough: `gone` is aborted when the reader has. */
function handedOn(
  body: ReadableStream<Uint8Array>,
  gone: AbortController,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => gone.abort(),
  });
}
