// What the doctor makes of a server's answers, against one that a test can make refuse. That a real LiveKit
// answers like that is shown in test/e2e/doctor.test.ts.

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ServerMessage,
  SIPHeaderOptions,
  SIPInboundTrunkInfo,
  SIPMediaEncryption,
} from '@livekit/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { inspectServer } from '../../src/livekit/inspection.ts';

type Answer = (response: ServerResponse) => void;

const json =
  (body: object, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const refusal = (status: number, code: string, msg: string) => json({ code, msg }, status);

const BRIDGE = refusal(400, 'invalid_argument', 'invalid request URI: address must be set');

/** A LiveKit that answers each method as given, and otherwise as one without trunks does. */
async function fakeLiveKit(answers: Readonly<Record<string, Answer>> = {}) {
  const http = createServer((request, response) => {
    const method = request.url?.split('/').at(-1) ?? '';
    const answer =
      answers[method] ?? answers.any ?? (method === 'CreateSIPParticipant' ? BRIDGE : json({}));
    request.resume().on('end', () => answer(response));
  });
  const sockets = new WebSocketServer({ server: http, path: '/agent' });
  sockets.on('connection', (socket) => {
    const version = { serverInfo: { version: '1.13.5' } };
    const message = { case: 'register', value: version } as const;
    socket.on('message', () => socket.send(new ServerMessage({ message }).toBinary()));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    sockets.close();
    http.close();
    http.closeAllConnections();
  });
  const { port } = http.address() as AddressInfo;
  return { host: `ws://127.0.0.1:${port}`, key: 'devkey', secret: 'secret'.repeat(6) };
}

test('a server that lets us in tells its version, and shows its bridge by what that refuses', async () => {
  expect(await inspectServer(await fakeLiveKit())).toEqual({
    version: { answer: '1.13.5' },
    rooms: { answer: true },
    dispatches: { answer: true },
    sip: { answer: { trunks: [], rules: [] } },
    bridge: { answer: 'connected' },
  });
});

test('a trunk is told by what is set on it, and never by its password', async () => {
  const trunk = new SIPInboundTrunkInfo({
    sipTrunkId: 'ST_1',
    name: 'tonegate/carrier',
    numbers: ['+15105550100'],
    authUsername: 'carrier',
    authPassword: 'very-secret-word',
    includeHeaders: SIPHeaderOptions.SIP_X_HEADERS,
    headersToAttributes: { 'X-Foo': 'foo' },
    media: { encryption: SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE },
  });
  const bare = new SIPInboundTrunkInfo({
    mediaEncryption: SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW,
    includeHeaders: SIPHeaderOptions.SIP_ALL_HEADERS,
  });
  const items = [trunk.toJson(), bare.toJson()];
  const { sip } = await inspectServer(await fakeLiveKit({ ListSIPInboundTrunk: json({ items }) }));
  expect(sip).toMatchObject({
    answer: {
      trunks: [
        {
          id: 'ST_1',
          name: 'tonegate/carrier',
          authUser: 'carrier',
          hasPassword: true,
          encryption: 'require',
          mappings: { 'X-Foo': 'foo' },
          includedHeaders: 'x',
        },
        { authUser: '', hasPassword: false, encryption: 'allow', includedHeaders: 'all' },
      ],
    },
  });
  expect(JSON.stringify(sip)).not.toContain('very-secret-word');
});

test('a rule is told by what it does, and never by its PIN', async () => {
  const rule = (dispatchRule: object, more: object = {}) => ({ rule: dispatchRule, ...more });
  const items = [
    rule(
      { dispatchRuleCallee: { roomPrefix: 'call', pin: '4711', randomize: true } },
      {
        name: 'one',
        trunkIds: ['ST_1'],
        inboundNumbers: ['+15551230001'],
        hidePhoneNumber: true,
        roomConfig: { maxParticipants: 1, agents: [{ agentName: 'tonegate' }] },
      },
    ),
    rule({ dispatchRuleIndividual: { noRandomness: true } }),
    rule({ dispatchRuleDirect: { roomName: 'all' } }),
    rule({}),
  ];
  const { sip } = await inspectServer(await fakeLiveKit({ ListSIPDispatchRule: json({ items }) }));
  expect(sip).toMatchObject({
    answer: {
      rules: [
        {
          rooms: 'callee',
          isRandomised: true,
          hasPin: true,
          hidesNumbers: true,
          maxParticipants: 1,
          agents: ['tonegate'],
          callingNumbers: ['+15551230001'],
        },
        { rooms: 'individual', isRandomised: false, hasPin: false, agents: [], maxParticipants: 0 },
        { rooms: 'direct', isRandomised: false },
        { rooms: 'unknown' },
      ],
    },
  });
  expect(JSON.stringify(sip)).not.toContain('4711');
});

test('a token of another server is a refused key', async () => {
  const any: Answer = (response) => response.writeHead(401).end('invalid token: eyJ…');
  const facts = await inspectServer(await fakeLiveKit({ any }));
  const refused = { refusal: 'key' };
  expect(facts).toMatchObject({
    rooms: refused,
    dispatches: refused,
    sip: refused,
    bridge: refused,
  });
});

test('a grant that is missing is told for what it is missing for', async () => {
  const facts = await inspectServer(
    await fakeLiveKit({
      ListSIPInboundTrunk: refusal(401, 'unauthenticated', 'permissions denied'),
      ListParticipants: refusal(403, 'permission_denied', 'no'),
    }),
  );
  expect(facts).toMatchObject({
    rooms: { answer: true },
    dispatches: { refusal: 'grant' },
    sip: { refusal: 'grant' },
  });
});

test('a room that is not there is no refusal', async () => {
  const api = await fakeLiveKit({ ListParticipants: refusal(404, 'not_found', 'no such room') });
  expect(await inspectServer(api)).toMatchObject({ dispatches: { answer: true } });
});

test('a server without SIP says so in its own word', async () => {
  const api = await fakeLiveKit({ ListSIPDispatchRule: refusal(500, 'internal', 'no redis') });
  expect(await inspectServer(api)).toMatchObject({ sip: { refusal: 'internal' } });
});

test.each([
  ['no bridge', refusal(503, 'unavailable', 'no response from servers'), 'missing'],
  ['a bridge with too much to do', refusal(503, 'unavailable', 'cpu exhausted'), 'overloaded'],
  [
    'a bridge that is full',
    refusal(503, 'unavailable', 'no servers available (received 1 responses)'),
    'connected',
  ],
  ['a server that looks closer itself', refusal(400, 'invalid_argument', 'no trunk'), 'unknown'],
  ['a server that does it', json({}), 'unknown'],
])('behind the server there is %s', async (_what, answer, bridge) => {
  const api = await fakeLiveKit({ CreateSIPParticipant: answer });
  expect(await inspectServer(api)).toMatchObject({ bridge: { answer: bridge } });
});

test('where nobody is, every question goes unanswered', async () => {
  const refused = { refusal: 'unreachable' };
  const api = { host: 'ws://127.0.0.1:9', key: 'devkey', secret: 'secret'.repeat(6) };
  expect(await inspectServer(api)).toEqual({
    version: refused,
    rooms: refused,
    dispatches: refused,
    sip: refused,
    bridge: refused,
  });
});

test('an address that is none is a fault of the configuration', async () => {
  const api = { host: 'livekit.example', key: 'devkey', secret: 'secret'.repeat(6) };
  await expect(inspectServer(api)).rejects.toMatchObject({ code: 'IVR_CONFIG_INVALID' });
});
