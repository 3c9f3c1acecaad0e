// What a worker answers over HTTP: is it alive, is it ready, its figures, its public keys; under `dev`
// also a live view of its calls. Promises: no answer holds a caller's key or number. Knows no call from
// inside.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { IvrFault } from '../ivr/fault.ts';
import { liveCalls, type Watch } from './live-calls.ts';

/** One thing a worker needs to serve calls; `why` says what is wrong, or not as it was meant, and the mend. */
export interface Check {
  readonly ok: boolean;
  readonly why?: string;
}

/** What a worker counts and times, as a text that says of which kind it is. */
export type Exposition = () => Promise<{ readonly contentType: string; readonly text: string }>;

export type Readiness = Readonly<Record<'livekit' | 'store' | 'prompts' | 'draining', Check>>;

export interface WorkerHttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Exposition;
  /** The public keys that tickets are checked against. */
  readonly jwks: object;
  /** Only under `dev`: live calls for the terminal phone. */
  readonly watch?: Watch | undefined;
}

export interface WorkerHttp extends AsyncDisposable {
  readonly url: string;
  /** Listens no more, so that another process can; whoever is being answered is answered to the end. */
  giveUpPort(): void;
}

/** Whoever asks is a probe or a scraper: they need a few, and send no more than a line. */
const CONNECTIONS = 200;
const REQUEST_MS = 10_000;

/** Starts answering. Throws `IVR_PORT_BUSY` where the port is taken. */
export async function startWorkerHttp(options: WorkerHttpOptions): Promise<WorkerHttp> {
  const listener = getRequestListener(routes(options).fetch);
  const server = createServer({ requestTimeout: REQUEST_MS }, listener);
  server.maxConnections = CONNECTIONS;
  let closed: Promise<unknown> | null = null;
  const close = () => {
    closed ??= once(server, 'close');
    server.close();
    return closed;
  };
  server.listen(options.port, options.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenFault(error, options);
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    giveUpPort() {
      void close();
    },
    async [Symbol.asyncDispose]() {
      const closing = close();
      server.closeAllConnections();
      await closing;
    },
  };
}

function routes({ readiness, metrics, jwks, watch }: WorkerHttpOptions): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    const checks = await readiness();
    const ready = Object.values(checks).every(({ ok }) => ok);
    return c.json({ ready, checks }, ready ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    const { contentType, text } = await metrics();
    return c.body(text, 200, { 'Content-Type': contentType });
  });
  app.get('/.well-known/jwks.json', (c) => {
    c.header('Cache-Control', 'public, max-age=300');
    return c.json(jwks);
  });
  if (watch) app.get('/events', liveCalls(watch));
  return app;
}

function listenFault(error: unknown, { host, port }: WorkerHttpOptions): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new IvrFault(
      'IVR_PORT_BUSY',
      `port ${port} (worker) is in use: stop what uses it, or choose another with http.port, --port, --port-worker or TONEGATE_PORT_WORKER`,
    );
  }
  return new IvrFault(
    'IVR_CONFIG_INVALID',
    `cannot listen on ${host}:${port} (${code ?? 'unknown'}): choose another http.host or http.port`,
  );
}
