// Callers on their way to a desk, over SIP: telephones that take them, refuse them or say nothing, agents that do
// not come, come late, are mute or break down, and callers who hang up meanwhile. Who takes a call is asked of
// LiveKit and of the records: what is said meanwhile is heard in test/ivr.

import { setTimeout as sleep } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectAgentServer } from '../../src/livekit/agent-server.ts';
import type { Job } from '../../src/livekit/job.ts';
import { closeMedia } from '../../src/livekit/room-line.ts';
import type { LiveKitApi } from '../../src/livekit/server-api.ts';
import { verifyTicket } from '../../src/ticket/verify.ts';
import { Guest, until } from '../livekit/room-kit.ts';
import { type HAND_OVERS, numberOf } from './hand-overs.ts';
import type { Dialling, Phone } from './kit/phone.ts';
import { call, credentials, type Room, recordOf, roomOf } from './system.ts';

const system = inject('system');
const LOOK_AGAIN_MS = 100;
/** Keys that come to a busy machine together are rightly doubted. */
const UNHURRIED = { gapMs: 300 };

let api: LiveKitApi;
let rooms: RoomServiceClient;
const running = new AsyncDisposableStack();

beforeAll(async () => {
  const { key, secret } = await credentials();
  api = { host: system.livekitUrl, key, secret };
  rooms = new RoomServiceClient(api.host, key, secret);
  running.defer(closeMedia);
  await Promise.all([
    desk('slow-desk', slow),
    desk('mute-desk', ({ token }) => Guest.enter(api, token)),
    desk('crashing-desk', crashing),
  ]);
});
afterAll(() => running.disposeAsync());

/** An agent of somebody else's, which LiveKit knows when this is done. */
async function desk(agentName: string, serve: (job: Job) => Promise<unknown>): Promise<void> {
  const registered = Promise.withResolvers<void>();
  const agent = connectAgentServer({
    api,
    agentName,
    version: '1',
    load: () => 0,
    offer: () => true,
    onJob: (job) => void serve(job).catch(() => undefined),
  });
  agent.onState(({ phase }) => phase === 'registered' && registered.resolve());
  running.use(agent);
  await registered.promise;
}

const slowJobs: string[] = [];
const late = Promise.withResolvers<Guest>();

/**
 * Comes when it is not wanted any more, and does not mind being told so; the second time, when it has been shown
 * out.
 */
async function slow({ id, token, terminated }: Job): Promise<void> {
  const isLate = slowJobs.push(id) === 1;
  if (isLate) await until(() => terminated.aborted);
  else await late.promise.then(({ room }) => until(() => !room.isConnected));
  const guest = running.use(await Guest.enter(api, token));
  await guest.publish();
  if (isLate) late.resolve(guest);
}

/** Is heard, and gone again before "connecting you" is said. */
async function crashing({ token }: Job): Promise<void> {
  const guest = await Guest.enter(api, token);
  await guest.publish();
  // As long as it takes to be heard.
  await sleep(300);
  await guest[Symbol.asyncDispose]();
}

/** A caller who asks for the operator at once. */
async function callFor(
  operator: (typeof HAND_OVERS)[number]['desk'],
  dialling: Partial<Dialling> = {},
): Promise<Phone> {
  const phone = await call(numberOf(operator), dialling);
  await phone.hearsSound();
  await phone.press('0#', UNHURRIED);
  return phone;
}

/** The caller's room, once their attributes say that this desk is asked. */
async function askingFor(desk: string, phone: Phone): Promise<Room> {
  const room = await roomOf(phone);
  for (;;) {
    const { attributes } = await rooms.getParticipant(room.name, room.caller.identity);
    if (attributes['ivr.desk'] === desk) return room;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Waits until we have left the caller to one other; answers who that is: name and identity. */
async function leftWith(phone: Phone): Promise<{ agent: string; identity: string }> {
  const { name, caller } = await roomOf(phone);
  for (;;) {
    const others = (await rooms.listParticipants(name)).filter(
      ({ identity }) => identity !== caller.identity,
    );
    const [other] = others;
    const agent = other?.attributes['lk.agent_name'] ?? '';
    if (other && others.length === 1 && agent !== 'tonegate') {
      return { agent, identity: other.identity };
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

const TAKEN = { outcome: 'succeeded', kind: 'agent' };

/** The caller is taken by the desk after the one that was asked first. */
async function isTakenInstead(phone: Phone): Promise<void> {
  expect(await askingFor('operator-desk', phone)).toBeDefined();
  expect((await leftWith(phone)).agent).toBe('operator-desk');
  expect(await recordOf(phone)).toMatchObject({ desk: 'operator-desk', handoff: TAKEN });
}

describe.concurrent('a telephone that a caller is moved to (SIP REFER)', () => {
  test('takes the call, and is shown the ticket', async () => {
    await using phone = await callFor('telephone', { transfers: 'accepted' });
    const { name, caller } = await askingFor('telephone', phone);
    const refer = await phone.referred();
    expect(refer.header('Refer-To')).toContain('tel:+15105550198');
    expect(await phone.ended()).toBe('theyHungUp');
    const record = await recordOf(phone);
    expect(record).toMatchObject({
      desk: 'telephone',
      handoff: { kind: 'transfer', outcome: 'succeeded' },
      ending: { result: 'success', reason: 'handed-off' },
    });
    const claims = await verifyTicket(refer.header('X-Ivr-Ticket') ?? '', {
      jwks: `${system.workerUrl}/.well-known/jwks.json`,
      issuer: 'tonegate',
      audience: 'telephone',
      room: name,
      caller: caller.identity,
    });
    expect(claims).toMatchObject({ call: record.id, auth: 'none', amr: [] });
  });

  test('declines (603): the next desk takes the call', async () => {
    await using phone = await callFor('telephone', { transfers: 'refused' });
    await isTakenInstead(phone);
  });

  test('is never heard of again (no NOTIFY): who is still here comes to the next desk', async () => {
    await using phone = await callFor('telephone', { transfers: 'silent' });
    await phone.referred();
    await isTakenInstead(phone);
  });

  test('may have the caller, or not, who is gone before anybody said so: that is no success', async () => {
    await using phone = await callFor('telephone', { transfers: 'silent' });
    await phone.referred();
    // The REFER has its answer; the NOTIFY never comes.
    await until(() => phone.messages.some((m) => m.method === 'REFER' && m.status === 202));
    await phone.hangUp();
    expect(await recordOf(phone)).toMatchObject({
      desk: 'telephone',
      handoff: { kind: 'transfer', outcome: 'unknown' },
      ending: { result: 'unknown', reason: 'transfer-unknown' },
    });
  });
});

describe.concurrent('an agent that is to take a caller', () => {
  test.each([
    ['is not there at all', 'missing'],
    ['comes without a sound', 'mute'],
    ['breaks down as soon as it was heard', 'crashing'],
  ] as const)('and %s: the next desk takes the call', async (_, operator) => {
    await using phone = await callFor(operator);
    await isTakenInstead(phone);
  });

  test('and comes too late is not taken for the one that was sent for after it', async () => {
    await using phone = await callFor('slow');
    await askingFor('slow', phone);
    const { identity } = await leftWith(phone);
    expect(identity).toBe(`agent-${slowJobs[1]}`);
    expect(await recordOf(phone)).toMatchObject({ desk: 'slow', handoff: TAKEN });
  });

  test('is not awaited any more by a caller who has hung up', async () => {
    await using phone = await callFor('missing');
    await askingFor('missing', phone);
    await phone.hangUp();
    const { ending, handoff } = await recordOf(phone);
    // In 3 of 90 calls the server (v1.13.5) told of the hang-up some 20 s late: the next desk had come by then.
    expect([
      ['hung-up', undefined],
      ['handed-off', 'agent'],
    ]).toContainEqual([ending.reason, handoff?.kind]);
  });
});

test.concurrent('who watches the attributes of callers takes the call by coming', async () => {
  await using phone = await callFor('watcher');
  const { name } = await askingFor('watcher', phone);
  // The room takes one participant beside the agents: whoever wants in comes as one of them.
  await using watcher = await Guest.join(api, { room: name, kind: 'agent' });
  await watcher.publish();
  const { identity } = await leftWith(phone);
  expect(identity).toBe(watcher.room.localParticipant?.identity);
  expect(await recordOf(phone)).toMatchObject({
    desk: 'watcher',
    handoff: { kind: 'attributes', outcome: 'succeeded' },
    ending: { reason: 'handed-off' },
  });
});
