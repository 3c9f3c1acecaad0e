import { expect, test } from 'vitest';
import { followCall } from '../../src/console/follow.ts';
import type { CallObservation } from '../../src/ivr/observation.ts';
import { createObservers } from '../../src/ivr/observers.ts';
import type { Watch } from '../../src/web/live-calls.ts';
import { startWorkerHttp } from '../../src/web/worker-http.ts';

const observed = (room: string, text: string): CallObservation => ({
  type: 'prompt.began',
  prompts: ['goodbye'],
  text,
  call: 'call-1',
  room,
});

const worker = (watch?: Watch) =>
  startWorkerHttp({
    host: '127.0.0.1',
    port: 0,
    readiness: async () => ({
      livekit: { ok: true },
      store: { ok: true },
      prompts: { ok: true },
      draining: { ok: true },
    }),
    jwks: { keys: [] },
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    watch,
  });

test('a phone follows the call of its own room from the first word on', async () => {
  const { tell, watch } = createObservers((error) => expect.unreachable(String(error)));
  await using http = await worker(watch);
  const stop = new AbortController();
  const observations = await followCall(http.url, 'call_+15105550100_x1', stop.signal);
  tell(observed('call_+15105550100_x2', 'for somebody else'));
  tell(observed('call_+15105550100_x1', 'one\n\ntwo, “three”'));
  tell(observed('call_+15105550100_x1', 'four'));
  const heard: unknown[] = [];
  for await (const observation of observations) {
    heard.push(observation.type === 'prompt.began' && observation.text);
    if (heard.length === 2) stop.abort();
  }
  expect(heard).toEqual(['one\n\ntwo, “three”', 'four']);
});

test('who asks for no room follows all calls', async () => {
  const { tell, watch } = createObservers((error) => expect.unreachable(String(error)));
  await using http = await worker(watch);
  const stop = new AbortController();
  const observations = await followCall(http.url, null, stop.signal);
  for (const room of ['one', 'other']) tell(observed(room, 'words'));
  const rooms: string[] = [];
  for await (const { room } of observations) if (rooms.push(room) === 2) stop.abort();
  expect(rooms).toEqual(['one', 'other']);
});

test('a worker that does not show its calls is told apart, with what to do', async () => {
  await using http = await worker();
  const { signal } = new AbortController();
  await expect(followCall(http.url, 'room', signal)).rejects.toMatchObject({
    code: 'IVR_STACK',
    message: expect.stringContaining('npm start'),
  });
});

test('so is a worker that is not there', async () => {
  const http = await worker();
  await http[Symbol.asyncDispose]();
  const { signal } = new AbortController();
  await expect(followCall(http.url, 'room', signal)).rejects.toMatchObject({ code: 'IVR_STACK' });
});
