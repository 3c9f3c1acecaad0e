// Agent servers on a real LiveKit server: getting jobs, being busy, surviving a restart, and the desk that
// takes a caller over.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnsecuredJWT } from 'jose';
import { AgentDispatchClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DeskName, serveCaller } from '../../src/demo/desk-agent.ts';
import {
  type AgentServer,
  type AgentServerOptions,
  connectAgentServer,
} from '../../src/livekit/agent-server.ts';
import type { Job } from '../../src/livekit/job.ts';
import { closeMedia, joinCallerLine } from '../../src/livekit/room-line.ts';
import { Guest, jobFor, startTestStack, type TestStack, tone, until } from '../livekit/room-kit.ts';

const never = new AbortController().signal;
const ports = { livekit: 25500, sip: 25560, rtp: 22400, redis: 25579 };

let livekit: TestStack;
let servers: AgentServer[] = [];
beforeAll(async () => {
  livekit = await startTestStack(ports);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  servers = [];
});
afterAll(async () => {
  await livekit[Symbol.asyncDispose]();
  await closeMedia();
});

/** A registered agent server that LiveKit knows of. */
async function serve(options: Partial<AgentServerOptions> = {}): Promise<string> {
  const agentName = options.agentName ?? `agent-${randomUUID()}`;
  let isKnown = false;
  const server = connectAgentServer({
    api: livekit.api,
    version: '0',
    load: () => 0,
    onJob: () => undefined,
    ...options,
    agentName,
    offer: (offer, promised) => {
      if (offer.metadata !== 'anybody?') return options.offer?.(offer, promised) ?? true;
      isKnown = true;
      return false;
    },
  });
  servers.push(server);
  await registered(server);
  // A new name has to spread in LiveKit before it can be dispatched.
  while (!isKnown) {
    await dispatch(agentName, 'nowhere', 'anybody?');
    await sleep(100);
  }
  return agentName;
}

async function registered(server: AgentServer): Promise<void> {
  if (server.state.phase === 'registered') return;
  await new Promise<void>((resolve) => {
    server.onState(({ phase }) => {
      if (phase === 'registered') resolve();
    });
  });
}

async function dispatch(agentName: string, room: string, metadata = ''): Promise<string> {
  const { host, key, secret } = livekit.api;
  const dispatches = new AgentDispatchClient(host, key, secret);
  return (await dispatches.createDispatch(room, agentName, { metadata })).id;
}

async function dispatched(agent: string, room: string): Promise<boolean> {
  const { host, key, secret } = livekit.api;
  const made = await new AgentDispatchClient(host, key, secret).listDispatch(room);
  return made.some(({ agentName }) => agentName === agent);
}

/** As it is read by workers, which verify nothing. */
function ticketFor(desk: string): string {
  const told = { aud: desk, auth: 'verified', amr: ['otp'], screening: 'none', line: 'bank' };
  const ids = {
    iss: 'tonegate',
    jti: randomUUID(),
    room: 'a-room',
    caller: 'hash',
    call: 'call-1',
  };
  return new UnsecuredJWT({ ...told, ...ids, iat: 0, exp: 120 }).encode();
}

/** A caller in a room of their own, and our line to them. */
async function call(attributes: Record<string, string> = {}) {
  const room = `call-${randomUUID()}`;
  const caller = await Guest.join(livekit.api, { room, kind: 'sip', attributes });
  await caller.publish();
  const line = await joinCallerLine(await jobFor(livekit.api, room), livekit.api);
  return {
    room,
    caller,
    line,
    [Symbol.asyncDispose]: async () => {
      await line.leave();
      await caller[Symbol.asyncDispose]();
    },
  };
}

describe('an agent server', () => {
  test('is given a job with its metadata and a token that lets it into the room', async () => {
    const job = Promise.withResolvers<Job>();
    const agentName = await serve({ onJob: job.resolve });
    const room = `room-${randomUUID()}`;
    await using caller = await Guest.join(livekit.api, { room, kind: 'sip' });
    await dispatch(agentName, room, 'hello');
    const { metadata, room: where, terminated } = await job.promise;
    expect({ metadata, where }).toEqual({ metadata: 'hello', where: room });
    expect(terminated.aborted).toBe(false);
    await caller.publish();
    const line = await joinCallerLine(await job.promise, livekit.api);
    expect(line.caller.room).toBe(room);
    await line.leave();
  });

  test('that says no is passed over for one that says yes', async () => {
    let refused = 0;
    const agentName = await serve({
      offer: () => {
        refused += 1;
        return false;
      },
    });
    const taken: string[] = [];
    await serve({ agentName, onJob: ({ metadata }) => taken.push(metadata) });
    const asked = Array.from({ length: 8 }, (_, n) => `${n}`);
    for (const n of asked) await dispatch(agentName, `room-${randomUUID()}`, n);
    await until(() => taken.length === asked.length);
    expect(taken.toSorted()).toEqual(asked);
    expect(refused).toBeGreaterThan(0);
  });

  test('that drains is not asked again', async () => {
    let asked = 0;
    const agentName = await serve({ offer: () => ++asked > 0 });
    await servers[0]?.drain();
    const taken: string[] = [];
    await serve({ agentName, onJob: ({ id }) => taken.push(id) });
    for (let n = 0; n < 8; n++) await dispatch(agentName, `room-${randomUUID()}`);
    await until(() => taken.length === 8);
    expect(asked).toBe(0);
  });

  test('hears that its job is over when the dispatch is withdrawn', async () => {
    const job = Promise.withResolvers<Job>();
    const agentName = await serve({ onJob: job.resolve });
    const room = `room-${randomUUID()}`;
    await using _caller = await Guest.join(livekit.api, { room });
    const dispatchId = await dispatch(agentName, room);
    const { terminated } = await job.promise;
    const { host, key, secret } = livekit.api;
    await new AgentDispatchClient(host, key, secret).deleteDispatch(dispatchId, room);
    await until(() => terminated.aborted);
  });

  test('says that the key is wrong, and goes on trying', async () => {
    const server = connectAgentServer({
      api: { ...livekit.api, secret: 'wrong'.repeat(8) },
      agentName: 'nobody',
      version: '0',
      load: () => 0,
      offer: () => true,
      onJob: () => undefined,
    });
    servers.push(server);
    const states: AgentServer['state'][] = [];
    server.onState((state) => states.push(state));
    await until(() => states.length === 2);
    for (const { phase, fault } of states) {
      expect(phase).toBe('connecting');
      expect(fault).toMatchObject({ code: 'IVR_LIVEKIT_UNREACHABLE' });
      expect(fault?.message).toContain('LIVEKIT_API_SECRET');
    }
  });
});

describe('bringing an agent in', () => {
  test('is done when its audio is there, not before', async () => {
    const desk = Promise.withResolvers<Guest>();
    const agentName = await serve({
      onJob: ({ token }) => void Guest.enter(livekit.api, token).then(desk.resolve),
    });
    await using c = await call();
    let isThere = false;
    const bringing = c.line.bringAgent(agentName, '{}', never).then(() => {
      isThere = true;
    });
    await using agent = await desk.promise;
    await sleep(500);
    expect(isThere).toBe(false);
    await agent.publish();
    await bringing;
  });

  test('takes no agent for it that was there before, though it bears the name', async () => {
    const desk = Promise.withResolvers<Guest>();
    const agentName = await serve({
      onJob: ({ token, metadata }) =>
        void (metadata === 'right'
          ? Guest.enter(livekit.api, token).then(desk.resolve)
          : undefined),
    });
    await using c = await call();
    await using impostor = await Guest.join(livekit.api, {
      room: c.room,
      kind: 'agent',
      attributes: { 'lk.agent_name': agentName },
    });
    await impostor.publish();
    // Until the line has seen it, which nothing outside can tell.
    await sleep(500);
    let isThere = false;
    const bringing = c.line.bringAgent(agentName, 'right', never).then(() => {
      isThere = true;
    });
    await using agent = await desk.promise;
    await sleep(500);
    expect(isThere).toBe(false);
    await agent.publish();
    await bringing;
  });

  test('takes over the dispatch that somebody who is no more had made for the same call', async () => {
    const entered: Promise<Guest>[] = [];
    const agentName = await serve({
      onJob: ({ token }) => void entered.push(Guest.enter(livekit.api, token)),
    });
    await using c = await call();
    await dispatch(agentName, c.room, JSON.stringify({ call: 'call-1', ticket: 'theirs' }));
    await until(() => entered.length === 1);
    await using agent = (await entered[0]) as Guest;
    await agent.publish();
    const metadata = JSON.stringify({ call: 'call-1', ticket: 'ours' });
    await c.line.bringAgent(agentName, metadata, never);
    expect(entered).toHaveLength(1);
  });

  test('takes over no dispatch for another desk of the same agent, and withdraws it', async () => {
    const jobs: Job[] = [];
    const agentName = await serve({ onJob: (job) => void jobs.push(job) });
    await using c = await call();
    await dispatch(agentName, c.room, JSON.stringify({ call: 'call-1', ticket: ticketFor('one') }));
    await until(() => jobs.length === 1);
    const metadata = JSON.stringify({ call: 'call-1', ticket: ticketFor('other') });
    const bringing = c.line.bringAgent(agentName, metadata, never);
    await until(() => jobs.length === 2 && jobs[0]?.terminated.aborted === true);
    expect(jobs[1]).toMatchObject({ metadata });
    await using agent = await Guest.enter(livekit.api, jobs[1]?.token ?? '');
    await agent.publish();
    await bringing;
  });

  test('knows the desk that came for a worker that is no more, once it is heard', async () => {
    const tokens: string[] = [];
    const agentName = await serve({ onJob: ({ token }) => tokens.push(token) });
    await using c = await call();
    const sentFor = JSON.stringify({ call: 'call-1', ticket: ticketFor('sensitive') });
    await dispatch(agentName, c.room, sentFor);
    await until(() => tokens.length === 1);
    await using agent = await Guest.enter(livekit.api, tokens[0] ?? '');
    expect(await c.line.deskHere('call-1', never)).toBeNull();
    await agent.publish();
    while ((await c.line.deskHere('call-1', never)) === null) await sleep(20);
    const told = { desk: 'sensitive', auth: 'verified', amr: ['otp'] };
    expect(await c.line.deskHere('call-1', never)).toEqual(told);
    expect(await c.line.deskHere('call-2', never)).toBeNull();
  });

  test('recalls all that was sent for in a call, and in no other', async () => {
    const jobs: Job[] = [];
    const agentName = await serve({ onJob: (job) => void jobs.push(job) });
    await using c = await call();
    for (const id of ['call-1', 'call-1', 'call-2']) {
      await dispatch(agentName, c.room, JSON.stringify({ call: id, ticket: ticketFor('one') }));
    }
    await until(() => jobs.length === 3);
    await c.line.recallAgents('call-1', never);
    await until(() => jobs.filter(({ terminated }) => terminated.aborted).length === 2);
    expect(jobs.find(({ terminated }) => !terminated.aborted)?.metadata).toContain('call-2');
  });

  test('takes nothing back in a call that is another worker’s by now', async () => {
    const job = Promise.withResolvers<Job>();
    const agentName = await serve({ onJob: job.resolve });
    await using c = await call();
    const asked = Promise.withResolvers<void>();
    c.line.onlyWhile(async () => {
      asked.resolve();
      return false;
    });
    const enough = new AbortController();
    const bringing = c.line.bringAgent(agentName, '{}', enough.signal);
    const { terminated } = await job.promise;
    enough.abort(new Error('took too long'));
    await expect(bringing).rejects.toThrow('took too long');
    await asked.promise;
    // A request that comes after another one's answer.
    await dispatch(agentName, c.room);
    expect(await dispatched(agentName, c.room)).toBe(true);
    expect(terminated.aborted).toBe(false);
  });

  test('takes no agent of a withdrawn dispatch for the next one, and shows it out', async () => {
    const tokens: string[] = [];
    const agentName = await serve({ onJob: ({ token }) => tokens.push(token) });
    await using c = await call();
    const enough = new AbortController();
    const first = c.line.bringAgent(agentName, '{}', enough.signal);
    await until(() => tokens.length === 1);
    enough.abort(new Error('took too long'));
    await expect(first).rejects.toThrow('took too long');
    let isThere = false;
    const second = c.line.bringAgent(agentName, '{}', never).then(() => {
      isThere = true;
    });
    await until(() => tokens.length === 2);
    await using late = await Guest.enter(livekit.api, tokens[0] ?? '');
    await late.publish();
    await until(() => !late.room.isConnected);
    expect(isThere).toBe(false);
    await using right = await Guest.enter(livekit.api, tokens[1] ?? '');
    await right.publish();
    await second;
    expect(await c.line.hasDesk(never)).toBe(true);
    await right.room.disconnect();
    while (await c.line.hasDesk(never)) await sleep(20);
  });

  test('or waiting for anybody, is done when somebody but the caller is heard', async () => {
    await using c = await call();
    let isThere = false;
    const waiting = c.line.awaitWatcher(never).then(() => {
      isThere = true;
    });
    await using watcher = await Guest.join(livekit.api, { room: c.room });
    await sleep(500);
    expect(isThere).toBe(false);
    await watcher.publish();
    await waiting;
  });

  test('withdraws the agent when it is called off', async () => {
    const job = Promise.withResolvers<Job>();
    const agentName = await serve({ onJob: job.resolve });
    await using c = await call();
    const enough = new AbortController();
    const bringing = c.line.bringAgent(agentName, '{}', enough.signal);
    const { terminated } = await job.promise;
    enough.abort(new Error('took too long'));
    await expect(bringing).rejects.toThrow('took too long');
    await until(() => terminated.aborted);
  });
});

describe('a desk', () => {
  const clips = {
    'sensitive-desk': 600,
    'general-desk': 800,
    'operator-desk': 1000,
    refused: 1200,
  };

  /** A desk that believes the ticket `good`, and says that it is of a verified caller. */
  function serveDesk(name: DeskName, done: () => void): Promise<string> {
    return serve({
      onJob: (job) => {
        const desk = {
          name,
          verify: async (ticket: string) => {
            if (!ticket.startsWith('good')) throw new Error('no good');
            return { auth: ticket === 'good' ? 'verified' : 'identified' };
          },
          clip: (id: keyof typeof clips) => tone(clips[id], 400),
        };
        void joinCallerLine(job, livekit.api)
          .then((line) => serveCaller(desk, job, line))
          .then(done);
      },
    });
  }

  test('takes the caller over when the IVR has left, and stays until they leave', async () => {
    const done = Promise.withResolvers<void>();
    const agentName = await serveDesk('sensitive-desk', done.resolve);
    await using c = await call();
    await c.line.answer(never);
    await c.line.bringAgent(agentName, JSON.stringify({ ticket: 'good' }), never);
    await c.line.play([tone(400, 400)], never);
    await sleep(500);
    expect(c.caller.heardMs(clips['sensitive-desk'])).toBeLessThan(50);
    await c.line.leave();
    await c.caller.hears(clips['sensitive-desk'], 300);
    expect(c.caller.heardMs(400)).toBeGreaterThanOrEqual(300);
    await c.caller.room.disconnect();
    await done.promise;
  });

  test.for([
    ['sensitive-desk', 'good enough for others', 'refused'],
    ['general-desk', 'good enough here', 'general-desk'],
    ['operator-desk', 'bad', 'refused'],
  ] as const)('%s with a %s ticket says %s', async ([name, ticket, heard]) => {
    const done = Promise.withResolvers<void>();
    const agentName = await serveDesk(name, done.resolve);
    await using c = await call();
    await c.line.answer(never);
    await c.line.bringAgent(agentName, JSON.stringify({ ticket }), never);
    await c.line.leave();
    await c.caller.hears(clips[heard], 300);
    if (heard === 'refused') await until(() => !c.caller.room.isConnected);
    else await c.caller.room.disconnect();
    await done.promise;
  });
});

describe('what the server does for a caller', () => {
  test('attributes are set, and those that were there stay', async () => {
    await using c = await call({ 'sip.callID': 'SCL_1' });
    await c.line.setAttributes({ 'ivr.auth': 'verified' }, never);
    const us = () => c.caller.room.localParticipant?.attributes ?? {};
    await until(() => 'ivr.auth' in us());
    expect(us()).toMatchObject({ 'ivr.auth': 'verified', 'sip.callID': 'SCL_1' });
  });

  test('who has no SIP leg cannot be transferred, and that is known at once', async () => {
    await using c = await call();
    expect(await c.line.transfer('tel:+15105550199', {}, 25, never)).toBe('failed');
  });
});

describe('when the LiveKit server goes away', () => {
  test('and is back within seconds, the line is still there', async () => {
    await using c = await call();
    let end: string | null = null;
    void c.line.ended.then((how) => {
      end = how;
    });
    const keys: string[] = [];
    c.line.onKey((key) => keys.push(key.reveal()));
    livekit.server.signal('SIGKILL');
    await livekit.server.ended;
    await livekit.restartServer();
    while (keys.length === 0) {
      // Until both are back, nothing can be sent.
      await c.caller.press('7').catch(() => undefined);
      await sleep(200);
    }
    expect(end).toBeNull();
  });

  test('the line is lost, and the agent server comes back with the server', async () => {
    const agentName = `agent-${randomUUID()}`;
    await serve({ agentName });
    const server = servers[0] as AgentServer;
    await using c = await call();
    await c.line.answer(never);
    livekit.server.signal('SIGKILL');
    await until(() => server.state.phase === 'connecting');
    expect(server.state.fault).toMatchObject({ code: 'IVR_LIVEKIT_UNREACHABLE' });
    expect(await c.line.ended).toBe('lost');
    await c.line.leave();
    await livekit.restartServer();
    await registered(server);
    const job = Promise.withResolvers<Job>();
    await serve({ agentName, onJob: job.resolve });
  });
});
