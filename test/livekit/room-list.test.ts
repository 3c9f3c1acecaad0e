import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListParticipantsRequest, ListParticipantsResponse } from '@livekit/protocol';
import { TokenVerifier } from 'livekit-server-sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RoomList } from '../../src/livekit/room-list.ts';
import { apiFault, refusalOf } from '../../src/livekit/server-api.ts';

const KEY = 'devkey';
const SECRET = 'secretsecretsecretsecretsecretsecret';
const THERE = { participants: [{ identity: 'sip_+15551230001', kind: 3 }, { identity: 'agent' }] };

interface Question {
  readonly path: string | undefined;
  readonly authorization: string;
  readonly body: Buffer;
  readonly port: number | undefined;
}

let server: Server;
let questions: Question[];
let answer: { readonly status: number; readonly body: Uint8Array | string } | 'none';
beforeEach(async () => {
  questions = [];
  answer = { status: 200, body: new ListParticipantsResponse(THERE).toBinary() };
  server = createServer(async (request, response) => {
    const { url, headers, socket } = request;
    const { authorization = '' } = headers;
    const port = socket.remotePort;
    questions.push({ path: url, authorization, body: await bodyOf(request), port });
    if (answer !== 'none') response.writeHead(answer.status).end(answer.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function list(answerMs = 1000): RoomList {
  const { port } = server.address() as AddressInfo;
  return new RoomList(
    { host: `ws://127.0.0.1:${port}`, key: KEY, secret: SECRET },
    'room-1',
    answerMs,
  );
}

test('everybody in the room is told, as the server has them', async () => {
  const there = await list().read();
  expect(there.map(({ identity }) => identity)).toEqual(['sip_+15551230001', 'agent']);
  const [question] = questions;
  expect(question?.path).toBe('/twirp/livekit.RoomService/ListParticipants');
  expect(ListParticipantsRequest.fromBinary(question!.body).room).toBe('room-1');
});

test('the token is for this room alone, and many questions are asked by one', async () => {
  const asked = list();
  for (let n = 0; n < 3; n += 1) await asked.read();
  const tokens = new Set(questions.map(({ authorization }) => authorization));
  expect(tokens.size).toBe(1);
  const token = [...tokens][0]!.replace('Bearer ', '');
  const { video, exp = 0 } = await new TokenVerifier(KEY, SECRET).verify(token);
  expect(video).toEqual({ roomAdmin: true, room: 'room-1' });
  expect(exp * 1000 - Date.now()).toBeLessThanOrEqual(10 * 60_000);
});

test('questions one after the other come over one connection', async () => {
  const asked = list();
  for (let n = 0; n < 3; n += 1) await asked.read();
  expect(new Set(questions.map(({ port }) => port)).size).toBe(1);
});

test('a token is not used to its end', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  const asked = list();
  await asked.read();
  vi.advanceTimersByTime(6 * 60_000);
  await asked.read();
  expect(new Set(questions.map(({ authorization }) => authorization)).size).toBe(2);
  expect(questions).toHaveLength(2);
});

test('a refusal is the word of the server', async () => {
  answer = { status: 404, body: '{"code":"not_found","msg":"room-1 is not there"}' };
  const refused = await list()
    .read()
    .catch((error: unknown) => error);
  expect(refusalOf(refused)).toBe('not_found');
  expect(apiFault('looking', refused).message).toBe('looking: LiveKit answered not_found');
});

test('who refuses without a word is known by the status', async () => {
  answer = { status: 401, body: 'no' };
  const refused = await list()
    .read()
    .catch((error: unknown) => error);
  expect(refusalOf(refused)).toBe('http_401');
});

test('what does not come in time is no answer', async () => {
  answer = 'none';
  const asked = list(50);
  await expect(asked.read()).rejects.toThrow('no answer');
  expect(questions).toHaveLength(1);
});

test('what is no list is no answer either', async () => {
  answer = { status: 200, body: '{"participants":[]}' };
  const refused = await list()
    .read()
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Error);
  expect(refusalOf(refused)).toBeNull();
});

test('a server that is not there is no answer', async () => {
  const asked = list();
  server.close();
  await once(server, 'close');
  await expect(asked.read()).rejects.toThrow();
});
