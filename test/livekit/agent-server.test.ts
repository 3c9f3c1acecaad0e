// The agent server protocol as it goes over the wire, against a server that a test can make misbehave.
// That a real LiveKit server understands it is shown in test/e2e/livekit-agents.test.ts.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  JobStatus,
  ServerMessage,
  type UpdateWorkerStatus,
  WorkerMessage,
  WorkerStatus,
} from '@livekit/protocol';
import { TokenVerifier } from 'livekit-server-sdk';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type AgentServer,
  type AgentServerOptions,
  type AgentServerState,
  connectAgentServer,
} from '../../src/livekit/agent-server.ts';
import type { Job } from '../../src/livekit/job.ts';

const KEY = 'devkey';
const SECRET = 'secretsecretsecretsecretsecretsecret';

type Sent = WorkerMessage['message'];
type Said = NonNullable<NonNullable<ConstructorParameters<typeof ServerMessage>[0]>['message']>;

/** One connection of an agent server to the fake LiveKit. */
class Peer {
  readonly received: Sent[] = [];
  readonly #socket: WebSocket;
  #waiting: (() => void) | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.received.push(WorkerMessage.fromBinary(data).message);
      this.#waiting?.();
    });
  }

  say(message: Said): void {
    this.#socket.send(new ServerMessage({ message }).toBinary());
  }

  garble(): void {
    this.#socket.send(Buffer.from([255, 255, 255]));
  }

  hangUp(): void {
    this.#socket.terminate();
  }

  /** The first message of that kind, from now or from before, that `fits`. */
  async hears<Case extends Sent['case']>(
    kind: Case,
    fits: (value: Extract<Sent, { case: Case }>['value']) => boolean = () => true,
  ): Promise<Extract<Sent, { case: Case }>['value']> {
    for (;;) {
      for (const message of this.received) {
        if (message.case === kind && fits(message.value as never)) return message.value as never;
      }
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }
}

/** Something that speaks LiveKit's side of the protocol, on a port of its own. */
async function startFakeLiveKit() {
  const peers: Peer[] = [];
  const tokens: string[] = [];
  let waiting: (peer: Peer) => void = () => undefined;
  const http = createServer((_, response) => response.writeHead(404).end());
  const server = new WebSocketServer({ server: http, path: '/agent' });
  server.on('connection', (socket, request) => {
    tokens.push(request.headers.authorization ?? '');
    const peer = new Peer(socket);
    peers.push(peer);
    waiting(peer);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => http.close(resolve));
  });
  return {
    host: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    tokens,
    /** The next connection. */
    connection: () =>
      new Promise<Peer>((resolve) => {
        waiting = resolve;
      }),
  };
}

function connect(host: string, options: Partial<AgentServerOptions> = {}): AgentServer {
  const server = connectAgentServer({
    api: { host, key: KEY, secret: SECRET },
    agentName: 'tonegate',
    version: '1.2.3',
    load: () => 0,
    offer: () => true,
    onJob: () => undefined,
    ...options,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

async function reaches(
  server: AgentServer,
  fits: (state: AgentServerState) => boolean,
): Promise<AgentServerState> {
  if (fits(server.state)) return server.state;
  return await new Promise((resolve) => {
    server.onState((state) => {
      if (fits(state)) resolve(state);
    });
  });
}

/** An agent server that has registered, and the fake's end of its connection. */
async function registered(options: Partial<AgentServerOptions> = {}) {
  const livekit = await startFakeLiveKit();
  const connection = livekit.connection();
  const server = connect(livekit.host, options);
  const peer = await connection;
  await peer.hears('register');
  peer.say({ case: 'register', value: { workerId: 'AW_1' } });
  await reaches(server, ({ phase }) => phase === 'registered');
  return { livekit, server, peer };
}

const offered = (id: string): Said => ({ case: 'availability', value: { job: { id } } });
const assigned = (id: string): Said => ({
  case: 'assignment',
  value: { job: { id, metadata: 'm', room: { name: 'r' } }, token: 't' },
});
const isFull = ({ status }: UpdateWorkerStatus) => status === WorkerStatus.WS_FULL;

afterEach(() => {
  vi.useRealTimers();
});

describe('signing in', () => {
  test('registers under its name, with a token that may only serve as an agent', async () => {
    const { livekit, peer, server } = await registered();
    const { agentName, version, allowedPermissions } = await peer.hears('register');
    expect({ agentName, version }).toEqual({ agentName: 'tonegate', version: '1.2.3' });
    expect(allowedPermissions).toMatchObject({
      canPublish: true,
      canSubscribe: true,
      canPublishData: true,
      canUpdateMetadata: false,
      hidden: false,
    });
    const jwt = livekit.tokens[0]?.replace('Bearer ', '') ?? '';
    const { video } = await new TokenVerifier(KEY, SECRET).verify(jwt);
    expect(video).toEqual({ agent: true });
    expect(server.state).toEqual({ phase: 'registered', fault: null });
  });

  test('an address that is none is a configuration fault', () => {
    for (const host of ['127.0.0.1:7880', 'ftp://127.0.0.1', '']) {
      expect(() => connect(host)).toThrow(expect.objectContaining({ code: 'IVR_CONFIG_INVALID' }));
    }
  });

  test('says what it met instead of LiveKit, and goes on trying', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    const refused = await reaches(connect(`ws://127.0.0.1:${port}`), ({ fault }) => fault !== null);
    expect(refused.fault?.message).toBe('connecting to LiveKit: ECONNREFUSED');

    const other = createServer((_, response) => response.writeHead(503).end());
    other.on('upgrade', (_, socket) => socket.end('HTTP/1.1 503 Busy\r\n\r\n'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const elsewhere = connect(`ws://127.0.0.1:${(other.address() as AddressInfo).port}`);
    const { phase, fault } = await reaches(elsewhere, (state) => state.fault !== null);
    expect(phase).toBe('connecting');
    expect(fault).toMatchObject({
      code: 'IVR_LIVEKIT_UNREACHABLE',
      message: 'signing in as agent server: LiveKit answered HTTP 503',
    });
  });

  test('signs in again after the connection was lost', async () => {
    const { livekit, server, peer } = await registered();
    const again = livekit.connection();
    peer.hangUp();
    const { fault } = await reaches(server, ({ phase }) => phase === 'connecting');
    expect(fault?.message).toBe('the connection to LiveKit was lost');
    const next = await again;
    await next.hears('register');
    next.say({ case: 'register', value: { workerId: 'AW_2' } });
    await reaches(server, ({ phase }) => phase === 'registered');
    expect(server.state.fault).toBeNull();
  });

  test('gives up a peer that talks garbage, and one that has gone silent', async () => {
    const garbled = await registered();
    const again = garbled.livekit.connection();
    garbled.peer.garble();
    await again;

    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const silent = await registered();
    const comesBack = silent.livekit.connection();
    vi.advanceTimersByTime(5000);
    await silent.peer.hears('ping');
    vi.advanceTimersByTime(5000);
    await comesBack;
  });

  test('keeps a peer that answers its pings', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { peer, server } = await registered();
    for (let n = 1; n <= 4; n++) {
      vi.advanceTimersByTime(5000);
      await vi.waitUntil(() => peer.received.filter((m) => m.case === 'ping').length === n);
      peer.say({ case: 'pong', value: {} });
      // The answer to an offer comes after the pong has been read.
      peer.say(offered(`J${n}`));
      await peer.hears('availability', ({ jobId }) => jobId === `J${n}`);
    }
    expect(server.state.phase).toBe('registered');
  });

  test('stays away once it is disposed of', async () => {
    const { server, livekit } = await registered();
    await server[Symbol.asyncDispose]();
    expect(server.state).toEqual({ phase: 'closed', fault: null });
    expect(livekit.tokens).toHaveLength(1);
  });
});

describe('jobs', () => {
  test('an offer that is taken becomes a job, and LiveKit hears how it went', async () => {
    const job = Promise.withResolvers<Job>();
    const { peer, livekit } = await registered({ onJob: job.resolve });
    peer.say(offered('J1'));
    expect(await peer.hears('availability')).toMatchObject({
      jobId: 'J1',
      available: true,
      participantIdentity: 'agent-J1',
    });
    peer.say(assigned('J1'));
    const { id, metadata, room, url, token, finish } = await job.promise;
    expect({ id, metadata, room, url, token }).toEqual({
      id: 'J1',
      metadata: 'm',
      room: 'r',
      url: livekit.host,
      token: 't',
    });
    await peer.hears('updateJob', ({ status }) => status === JobStatus.JS_RUNNING);
    finish('success');
    finish('failed');
    await peer.hears('updateJob', ({ status }) => status === JobStatus.JS_SUCCESS);
    peer.say(offered('J2'));
    await peer.hears('availability', ({ jobId }) => jobId === 'J2');
    const states = peer.received.flatMap((m) => (m.case === 'updateJob' ? [m.value.status] : []));
    expect(states).toEqual([JobStatus.JS_RUNNING, JobStatus.JS_SUCCESS]);
  });

  test('a burst of offers sees what was promised but has not arrived', async () => {
    const promises: number[] = [];
    const { peer } = await registered({
      offer: (_, promised) => {
        promises.push(promised);
        return promised < 2;
      },
    });
    for (const id of ['J1', 'J2', 'J3']) peer.say(offered(id));
    const third = await peer.hears('availability', ({ jobId }) => jobId === 'J3');
    expect(third.available).toBe(false);
    peer.say(assigned('J1'));
    peer.say(offered('J4'));
    await peer.hears('availability', ({ jobId }) => jobId === 'J4');
    expect(promises).toEqual([0, 1, 2, 1]);
  });

  test('a draining server waits for the job that it has promised to take', async () => {
    const job = Promise.withResolvers<Job>();
    const { peer, server } = await registered({ onJob: job.resolve });
    peer.say(offered('J1'));
    await peer.hears('availability', ({ jobId }) => jobId === 'J1');
    let isDrained = false;
    const drained = server.drain().then(() => {
      isDrained = true;
    });
    await peer.hears('updateWorker', isFull);
    expect(isDrained).toBe(false);
    peer.say(assigned('J1'));
    await drained;
    expect((await job.promise).id).toBe('J1');
  });

  test('a draining server says no and reports itself full; its jobs go on', async () => {
    const job = Promise.withResolvers<Job>();
    const { peer, server } = await registered({ onJob: job.resolve });
    peer.say(offered('J1'));
    peer.say(assigned('J1'));
    const { terminated, finish } = await job.promise;
    await server.drain();
    await peer.hears('updateWorker', isFull);
    peer.say(offered('J2'));
    const answer = await peer.hears('availability', ({ jobId }) => jobId === 'J2');
    expect(answer.available).toBe(false);
    expect(terminated.aborted).toBe(false);
    finish('failed');
    await peer.hears('updateJob', ({ status }) => status === JobStatus.JS_FAILED);
  });

  test('load is reported so that LiveKit stops offering when we are full, not before', async () => {
    let load = 0.5;
    const { peer } = await registered({ load: () => load });
    const half = await peer.hears('updateWorker');
    expect(half.status).toBe(WorkerStatus.WS_AVAILABLE);
    expect(half.load).toBeCloseTo(0.35);
    load = 1.2;
    peer.say(assigned('J1'));
    const full = await peer.hears('updateWorker', isFull);
    expect(full.load).toBeCloseTo(0.7);
    expect(full.jobCount).toBe(1);
  });

  test('only the job that LiveKit ends is told so', async () => {
    const jobs: Job[] = [];
    const { peer } = await registered({ onJob: (job) => jobs.push(job) });
    peer.say(assigned('J1'));
    peer.say(assigned('J2'));
    peer.say({ case: 'termination', value: { jobId: 'J2' } });
    await vi.waitUntil(() => jobs[1]?.terminated.aborted);
    expect(jobs[0]?.terminated.aborted).toBe(false);
  });
});
