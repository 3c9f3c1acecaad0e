import { afterEach, expect, test } from 'vitest';
import { createObservers } from '../../src/ivr/observers.ts';
import type { Watch } from '../../src/web/live-calls.ts';
import { type Readiness, startWorkerHttp } from '../../src/web/worker-http.ts';

const good: Readiness = {
  livekit: { ok: true },
  store: { ok: true },
  prompts: { ok: true },
  draining: { ok: true },
};

let running = new AsyncDisposableStack();
afterEach(async () => {
  await running.disposeAsync();
  running = new AsyncDisposableStack();
});

async function start(readiness = good, watch?: Watch, port = 0) {
  const metrics = async () => ({ contentType: 'text/plain; version=0.0.4', text: 'calls 1\n' });
  const options = { host: '127.0.0.1', port, metrics, jwks: { keys: [] }, watch };
  return running.use(await startWorkerHttp({ ...options, readiness: async () => readiness }));
}

test('a worker that serves says it is alive and ready', async () => {
  const { url } = await start();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ ready: true, checks: good });
});

test('a worker that lacks something is alive but not ready, and says why', async () => {
  const { url } = await start({ ...good, livekit: { ok: false, why: 'no answer' } });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    ready: false,
    checks: { livekit: { why: 'no answer' } },
  });
});

test('a worker whose newer recordings were refused is ready, and says what was refused', async () => {
  const { url } = await start({ ...good, prompts: { ok: true, why: 'refused' } });
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    ready: true,
    checks: { prompts: { why: 'refused' } },
  });
});

test('the figures are served as the kind of text they are', async () => {
  const { url } = await start();
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await answer.text()).toBe('calls 1\n');
});

test('the public keys are served', async () => {
  const { url } = await start();
  expect(await (await fetch(`${url}/.well-known/jwks.json`)).json()).toEqual({ keys: [] });
});

test('a port that is taken is named, with how to choose another', async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  await expect(start(good, undefined, port)).rejects.toThrow(
    new RegExp(`port ${port} \\(worker\\) is in use.*--port-worker`),
  );
});

test('nobody can watch calls unless the worker was told to show them', async () => {
  const { url } = await start();
  expect((await fetch(`${url}/events`)).status).toBe(404);
});

test('a watcher sees the calls of the room it asked for, from its first event on', async () => {
  const observers = createObservers(() => undefined);
  const { url } = await start(good, observers.watch);
  const response = await fetch(`${url}/events?room=a`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader?.read())?.value ?? '';
  expect(await next()).toContain('event: watching');
  observers.tell({ call: '1', room: 'b', type: 'prompt.stopped' });
  observers.tell({ call: '2', room: 'a', type: 'prompt.stopped' });
  const seen = await next();
  expect(seen).toContain('"call":"2"');
  expect(seen).not.toContain('"call":"1"');
  await reader?.cancel();
});

test('a watcher that breaks disturbs no other', () => {
  const faults: unknown[] = [];
  const seen: string[] = [];
  const observers = createObservers((fault) => faults.push(fault));
  observers.watch(() => {
    throw new Error('broken');
  });
  const stop = observers.watch(({ call }) => seen.push(call));
  observers.tell({ call: '1', room: 'a', type: 'prompt.stopped' });
  stop();
  observers.tell({ call: '2', room: 'a', type: 'prompt.stopped' });
  expect(seen).toEqual(['1']);
  expect(faults).toHaveLength(2);
});

test('a port that was given up is free, and whoever watches goes on watching', async () => {
  const observers = createObservers(() => undefined);
  const first = await start(good, observers.watch);
  const { body } = await fetch(`${first.url}/events`);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  await reader?.read();
  first.giveUpPort();
  const port = Number(new URL(first.url).port);
  const second = await start({ ...good, draining: { ok: false } }, undefined, port);
  expect((await fetch(`${second.url}/readyz`)).status).toBe(503);
  observers.tell({ call: '1', room: 'a', type: 'prompt.stopped' });
  expect((await reader?.read())?.value).toContain('"call":"1"');
  await reader?.cancel();
});

test('no more than fifty follow the calls, and one who leaves makes room', async () => {
  const observers = createObservers(() => undefined);
  const { url } = await start(good, observers.watch);
  const follow = (signal?: AbortSignal) => fetch(`${url}/events`, signal ? { signal } : {});
  const leaving = new AbortController();
  const readers = await Promise.all([
    follow(leaving.signal),
    ...Array.from({ length: 49 }, () => follow()),
  ]);
  expect(readers.every(({ status }) => status === 200)).toBe(true);
  expect((await follow()).status).toBe(503);
  leaving.abort();
  await expect.poll(async () => (await follow()).status).toBe(200);
});
