// What the server of the QA phone's page answers, and to whom.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createObservers } from '../../src/ivr/observers.ts';
import { type PhoneBackstage, type ReadOrder, startPageServer } from '../../src/web/page-server.ts';
import type { CallOrder } from '../../src/web/page-wire.ts';
import { startWorkerHttp } from '../../src/web/worker-http.ts';

const ORDER: CallOrder = {
  to: '+15105550100',
  from: '+15551230000',
  trunk: 'bank-trunk',
  verdict: 'none',
  headers: '',
};
const PLACED = { room: 'call_+15105550100_a', url: 'ws://127.0.0.1:1', token: 't', headers: {} };

const backstage: PhoneBackstage = {
  setup: async () => ({
    numbers: [],
    trunks: [],
    agent: 'tonegate',
    calling: '+15551230000',
    faults: null,
    accounts: [],
  }),
  charts: () => [],
  place: async ({ to }) => (to === ORDER.to ? PLACED : null),
  ring: async (room) => room === PLACED.room,
  follow: async () => new Response(null, { status: 404 }),
  record: async () => null,
  tickets: async (room) => (room === PLACED.room ? [] : null),
  inbox: async () => [],
  misbehave: async ({ mode }) => mode === 'ok',
};

async function start(changes: Partial<PhoneBackstage> = {}, port = 0) {
  const folder = await mkdtemp(join(tmpdir(), 'tonegate-page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>phone</title>');
  const server = await startPageServer({
    host: '127.0.0.1',
    port,
    folder,
    livekit: 'ws://127.0.0.1:7880',
    backstage: { ...backstage, ...changes },
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** Asks with headers that `fetch` would not let anybody choose. */
async function ask(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: unknown,
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof ask>>>();
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const method = sent === undefined ? 'GET' : 'POST';
  const type = sent === undefined ? {} : { 'content-type': 'application/json' };
  const asked = request(`${url}${path}`, { method, headers: { ...type, ...headers } }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    answer.on('end', () =>
      resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }),
    );
  });
  asked.on('error', reject).end(sent);
  return await promise;
}

test('the page is served, and may load nothing from elsewhere', async () => {
  const { url } = await start();
  const { status, text, headers } = await ask(url, '/');
  expect([status, text]).toEqual([200, expect.stringContaining('phone')]);
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("connect-src 'self' ws://127.0.0.1:7880 http://127.0.0.1:7880");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test.each([
  ['under a name of their own', { host: 'bank.example:80' }],
  ['under its address and another port', { host: '127.0.0.1:1' }],
  ['from their own origin', { origin: 'http://bank.example' }],
  ['from a frame without an origin', { origin: 'null' }],
  ['from another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ['as the browser says', { 'sec-fetch-site': 'cross-site' }],
  ['as the browser says, on the same machine', { 'sec-fetch-site': 'same-site' }],
])('other sites that ask %s get nothing and place no call', async (_, headers) => {
  const placed: ReadOrder[] = [];
  const { url } = await start({
    place: async (order) => {
      placed.push(order);
      return PLACED;
    },
  });
  expect((await ask(url, '/api/inbox', headers)).status).toBe(403);
  expect((await ask(url, '/api/calls', headers, ORDER)).status).toBe(403);
  expect(placed).toEqual([]);
});

test('the page itself is answered, by either of its names', async () => {
  const { url } = await start();
  const { port } = new URL(url);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await ask(url, '/api/inbox', own)).status).toBe(200);
    expect((await ask(url, '/api/calls', own, ORDER)).status).toBe(200);
  }
});

test('a link from elsewhere opens the page, and only that', async () => {
  const { url } = await start();
  const link = { 'sec-fetch-site': 'cross-site' };
  expect((await ask(url, '/', link)).status).toBe(200);
  expect((await ask(url, '/api/setup', link)).status).toBe(403);
});

test('what a form of another site could send is no order', async () => {
  const { url } = await start();
  const answer = await fetch(`${url}/api/calls`, { method: 'POST', body: JSON.stringify(ORDER) });
  expect(answer.status).toBe(415);
});

test.each([
  ['no number', { ...ORDER, from: '12' }],
  ['a number and more', { ...ORDER, from: '+15551230000;verstat=x' }],
  ['an unknown verdict', { ...ORDER, verdict: 'good' }],
  ['what nobody asked for', { ...ORDER, key: 1 }],
])('an order with %s is refused without repeating it', async (_, order) => {
  const { url } = await start();
  const { status, text } = await ask(url, '/api/calls', {}, order);
  expect(status).toBe(400);
  expect(text).not.toContain(order.from);
});

test('further headers are read as they are written, a line each', async () => {
  const placed: ReadOrder[] = [];
  const { url } = await start({
    place: async (order) => {
      placed.push(order);
      return PLACED;
    },
  });
  const headers = ' X-Customer-Id: customer-1001\r\n\nX-Auth-Token :a.b:c \n';
  expect((await ask(url, '/api/calls', {}, { ...ORDER, headers })).status).toBe(200);
  expect(placed[0]?.headers).toEqual([
    ['X-Customer-Id', 'customer-1001'],
    ['X-Auth-Token', 'a.b:c'],
  ]);
});

test.each([
  ['no name', 'X-Customer-Id: c\n: secret', 'Line 2 of the headers is none: write "Name: value"'],
  ['no colon', 'secret', 'Line 1 of the headers is none: write "Name: value"'],
  ['a name that is none', 'X Auth: secret', 'Line 1 of the headers is none: write "Name: value"'],
  [
    'a control character',
    'X-Auth: secret\u0000',
    'Line 1 of the headers is none: write "Name: value"',
  ],
  [
    'a name twice',
    'X-A: 1\nf: 2\nFrom: secret',
    'Line 3 of the headers repeats the name of another one',
  ],
  [
    'more than anybody needs',
    Array.from({ length: 21 }, (_, i) => `X-${i}: secret`).join('\n'),
    'Give at most 20 headers',
  ],
])(
  'headers with %s are refused, with where and without repeating them',
  async (_, headers, why) => {
    const { url } = await start();
    const { status, text } = await ask(url, '/api/calls', {}, { ...ORDER, headers });
    expect([status, JSON.parse(text).why.toLowerCase()]).toEqual([400, why.toLowerCase()]);
    expect(text).not.toContain('secret');
  },
);

test('a number that no trunk takes cannot be called', async () => {
  const { url } = await start();
  expect((await ask(url, '/api/calls', {}, { ...ORDER, to: '+15105550999' })).status).toBe(404);
});

test('more than a page would ever ask is not read', async () => {
  const { url } = await start();
  const long = { ...ORDER, to: '0'.repeat(9000) };
  expect((await ask(url, '/api/calls', {}, long)).status).toBe(413);
});

test('what breaks behind the page is told as that, and not what broke', async () => {
  const { url } = await start({ inbox: () => Promise.reject(new Error('secret of the bank')) });
  const { status, text } = await ask(url, '/api/inbox');
  expect(status).toBe(502);
  expect(text).not.toContain('secret');
});

test('the worker is sent for to calls that were made here only', async () => {
  const { url } = await start();
  const ring = async (room: string) =>
    (await ask(url, `/api/rooms/${encodeURIComponent(room)}/ring`, {}, {})).status;
  expect(await ring(PLACED.room)).toBe(200);
  expect(await ring('call_elsewhere')).toBe(404);
});

test('tickets are shown of calls that were made here only', async () => {
  const { url } = await start();
  expect((await ask(url, '/api/rooms/call_elsewhere/tickets')).status).toBe(404);
  expect((await ask(url, `/api/rooms/${encodeURIComponent(PLACED.room)}/tickets`)).status).toBe(
    200,
  );
});

test('the page follows the calls that the worker shows, and lets go of the worker when it leaves', async () => {
  const observers = createObservers(() => undefined);
  const left = Promise.withResolvers<void>();
  const good = { ok: true };
  const worker = await startWorkerHttp({
    host: '127.0.0.1',
    port: 0,
    readiness: async () => ({ livekit: good, store: good, prompts: good, draining: good }),
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    jwks: { keys: [] },
    watch(listener) {
      const unwatch = observers.watch(listener);
      return () => {
        unwatch();
        left.resolve();
      };
    },
  });
  onTestFinished(() => worker[Symbol.asyncDispose]());
  const { url } = await start({
    follow: (room, signal) =>
      fetch(`${worker.url}/events?room=${encodeURIComponent(room)}`, { signal }),
  });
  const stopping = new AbortController();
  const { body, headers } = await fetch(
    `${url}/api/rooms/${encodeURIComponent(PLACED.room)}/events`,
    { signal: stopping.signal },
  );
  expect(headers.get('content-type')).toBe('text/event-stream');
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader?.read())?.value ?? '';
  expect(await next()).toContain('event: watching');
  observers.tell({ call: '1', room: PLACED.room, type: 'call.answered' });
  expect(await next()).toContain('call.answered');
  stopping.abort();
  await left.promise;
});

test('where no worker shows its calls, the page is told so', async () => {
  const { url } = await start();
  const { status, text } = await ask(url, '/api/rooms/call_1/events');
  expect([status, text]).toEqual([503, expect.stringContaining('no worker shows its calls')]);
});

test('a page port that is taken is named, with how to choose another', async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  await expect(start({}, port)).rejects.toThrow(new RegExp(`port ${port} \\(page\\).*--port-page`));
});
