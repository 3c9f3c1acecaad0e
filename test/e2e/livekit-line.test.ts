// The caller's line on a real LiveKit server. Callers are participants with a SIP caller's token: to the
// line they look like a bridged phone, without a phone's timing. Real SIP is in livekit-sip.test.ts.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '@livekit/rtc-node';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blameCall, inCall } from '../../src/ivr/isolation.ts';
import type { IgnoredKey } from '../../src/ivr/ports.ts';
import { listenForCalls } from '../../src/livekit/listening.ts';
import { closeMedia, joinCallerLine } from '../../src/livekit/room-line.ts';
import {
  Guest,
  jobFor,
  type Person,
  startTestStack,
  type TestStack,
  tone,
  until,
} from '../livekit/room-kit.ts';
import { startTcpProxy } from '../livekit/tcp-proxy.ts';

const never = new AbortController().signal;
const ports = { livekit: 25700, sip: 25760, rtp: 22000, redis: 25779 };
const attributes = {
  'sip.callID': 'SCL_1',
  'sip.callIDFull': 'invite-1',
  'sip.trunkPhoneNumber': '+15105550100',
  'sip.phoneNumber': '+15551230001',
  'sip.trunkID': 'ST_1',
  'sip.ruleID': 'SDR_1',
};

let livekit: TestStack;
beforeAll(async () => {
  livekit = await startTestStack(ports);
});
afterAll(async () => {
  await livekit[Symbol.asyncDispose]();
  await closeMedia();
});

/** A caller in a room of their own, and our line to them; `url`, `theirs`: where each finds LiveKit. */
async function call(
  ringing: Record<string, string> = attributes,
  url = livekit.api.host,
  theirs = livekit.api.host,
) {
  const room = `call-${randomUUID()}`;
  const caller = await Guest.join(
    { ...livekit.api, host: theirs },
    {
      room,
      kind: 'sip',
      identity: 'sip_caller',
      attributes: ringing,
    },
  );
  await caller.publish();
  const job = { ...(await jobFor(livekit.api, room)), url };
  const line = await joinCallerLine(job, livekit.api);
  return {
    room,
    caller,
    line,
    job,
    [Symbol.asyncDispose]: async () => {
      await line.leave();
      await caller[Symbol.asyncDispose]();
    },
  };
}

describe('joining', () => {
  test('the line knows what LiveKit says about the caller', async () => {
    await using c = await call();
    const { number, ...facts } = c.line.caller;
    expect(facts).toEqual({
      room: c.room,
      identity: 'sip_caller',
      sipCallId: 'SCL_1',
      inviteCallId: 'invite-1',
      dialled: '+15105550100',
      trunkId: 'ST_1',
      ruleId: 'SDR_1',
    });
    expect(number?.reveal()).toBe('+15551230001');
  });

  test('a caller without number and SIP leg is a caller too', async () => {
    await using c = await call({});
    expect(c.line.caller).toMatchObject({ number: null, sipCallId: null, dialled: null });
  });

  test('a room without a SIP caller is left again, and its job has failed', async () => {
    const room = `empty-${randomUUID()}`;
    await using bystander = await Guest.join(livekit.api, { room });
    const job = await jobFor(livekit.api, room);
    await expect(joinCallerLine(job, livekit.api)).rejects.toMatchObject({ code: 'IVR_LINE_LOST' });
    expect(job.finished).toEqual(['failed']);
    await until(() => bystander.room.remoteParticipants.size === 0);
  });

  test('a room that does not let us in is a fault of LiveKit', async () => {
    const job = { url: livekit.api.host, token: 'nonsense', finish: () => undefined };
    await expect(joinCallerLine(job, livekit.api)).rejects.toMatchObject({
      code: 'IVR_LIVEKIT_UNREACHABLE',
    });
  });
});

test('what a room tells of happens in the call that joined it, so that a fault there is its own', async () => {
  await using caller = await Guest.join(livekit.api, {
    room: `call-${randomUUID()}`,
    kind: 'sip',
    identity: 'sip_caller',
    attributes,
  });
  await caller.publish();
  const job = await jobFor(livekit.api, caller.room.name ?? '');
  const { line, first } = await inCall(async (faults) => ({
    line: await joinCallerLine(job, livekit.api),
    first: faults.first,
  }));
  await line.answer(never);
  line.onKey(() => void blameCall('told'));
  await caller.press('1');
  expect(await first).toBe('told');
  await line.leave();
});

describe('the headers of the INVITE', () => {
  const ask = 'lk.sip.GetRemoteHeaders';

  test('are what the bridge tells, and what its trunk has mapped for us; no others are asked for', async () => {
    const others = { 'tonegate.h.x-verdict': 'the first', 'tonegate.h.x-other': 'not asked for' };
    await using c = await call({ ...attributes, ...others });
    c.caller.room.localParticipant?.registerRpcMethod(ask, async ({ payload }) => {
      expect(JSON.parse(payload)).toEqual({ include: ['x-verdict'] });
      return JSON.stringify({ headers: { 'X-Verdict': 'the last', 'X-Odd': 7 } });
    });
    const headers = await c.line.headers(['X-Verdict'], never);
    expect(Object.fromEntries(headers)).toEqual({ 'x-verdict': ['the first', 'the last'] });
  });

  test('are the attributes of a bridge that cannot be asked', async () => {
    await using c = await call({ ...attributes, 'sip.h.x-verdict': 'the last' });
    const headers = await c.line.headers(['X-Verdict'], never);
    expect(Object.fromEntries(headers)).toEqual({ 'x-verdict': ['the last'] });
  });

  test.each(['', 'null', '[]', '{"headers":7}', 'no JSON'])(
    'are none, or a fault, but nothing else, for the answer %j',
    async (answer) => {
      await using c = await call();
      c.caller.room.localParticipant?.registerRpcMethod(ask, async () => answer);
      const headers = await c.line.headers(['X-Verdict'], never).catch((fault) => fault.code);
      expect(headers === 'IVR_LIVEKIT_UNREACHABLE' || headers.size === 0).toBe(true);
    },
  );

  test('that no bridge tells in time are not waited for', async () => {
    await using c = await call();
    c.caller.room.localParticipant?.registerRpcMethod(ask, () => new Promise(() => undefined));
    await expect(
      c.line.headers(['X-Verdict'], AbortSignal.abort(new Error('too late'))),
    ).rejects.toThrow('too late');
  });

  test('are gone from the caller as soon as the first label is set', async () => {
    await using c = await call({ ...attributes, 'tonegate.h.p-asserted-identity': 'a number' });
    await c.line.setAttributes({ 'ivr.line': 'bank' }, never);
    await until(() => c.caller.room.localParticipant?.attributes['ivr.line'] === 'bank');
    expect(c.caller.room.localParticipant?.attributes).toEqual({
      ...attributes,
      'ivr.line': 'bank',
    });
  });
});

test('labels are set one after the other, so that the last ones asked for are those that stay', async () => {
  const asked: string[] = [];
  const first = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    void (asked.length === 1 ? first.promise : Promise.resolve()).then(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using c = await call();
  const line = await joinCallerLine(await jobFor(livekit.api, c.room), { ...livekit.api, host });
  try {
    const labelling = ['none', 'verified'].map((auth) =>
      line.setAttributes({ 'ivr.auth': auth }, never),
    );
    await until(() => asked.length > 0);
    // Asked later than the second label, and answered after whatever was asked before it.
    await fetch(`${host}/marker`);
    expect(asked.at(-1)).toBe('/marker');
    expect(asked).toHaveLength(2);
    first.resolve();
    await Promise.all(labelling);
    expect(asked).toHaveLength(3);
  } finally {
    await line.leave();
    server.closeAllConnections();
    server.close();
  }
});

describe('keys', () => {
  test("only the caller's own keys count, in order; everything else is dropped and told", async () => {
    await using c = await call();
    await using bystander = await Guest.join(livekit.api, { room: c.room });
    // Only who publishes is known to the others at once.
    await bystander.publish();
    const keys: string[] = [];
    const ignored: IgnoredKey[] = [];
    c.line.onKey((key) => keys.push(key.reveal()));
    c.line.onIgnoredKey((why) => ignored.push(why));
    // What somebody sends who has only just come may not arrive.
    while (ignored.length === 0) {
      await bystander.press('9');
      await sleep(50);
    }
    await c.caller.room.localParticipant?.publishDtmf(12, 'A');
    await c.caller.room.localParticipant?.publishDtmf(16, '\0');
    await c.caller.press('0123456789*#');
    await until(() => keys.length === 12);
    expect(keys.join('')).toBe('0123456789*#');
    expect(ignored.filter((why) => why !== 'stranger')).toEqual(['notAKey', 'notAKey']);
  });

  test('keys pressed before anybody listens are not kept', async () => {
    await using c = await call();
    const after = new Promise<IgnoredKey>((resolve) => c.line.onIgnoredKey(resolve));
    await c.caller.press('1');
    // Keys come in order: when this one has, so has the 1.
    await c.caller.room.localParticipant?.publishDtmf(12, 'A');
    expect(await after).toBe('notAKey');
    const keys: string[] = [];
    c.line.onKey((key) => keys.push(key.reveal()));
    await c.caller.press('2');
    await until(() => keys.length === 1);
    expect(keys).toEqual(['2']);
  });
});

describe('who else is in the room', () => {
  const roomService = () =>
    new RoomServiceClient(livekit.api.host, livekit.api.key, livekit.api.secret);

  test('is told by kind: who is hidden, who is silent, who publishes, who is of our own kind', async () => {
    await using c = await call();
    const came: string[] = [];
    c.line.onStranger((kind) => came.push(kind));
    expect(await c.line.strangers(never)).toEqual([]);
    await using others = new AsyncDisposableStack();
    const join = async (person: Partial<Person>) =>
      others.use(await Guest.join(livekit.api, { room: c.room, ...person }));
    const publishing = join({}).then((guest) => guest.publish());
    await Promise.all([publishing, join({ hidden: true }), join({ kind: 'agent' }), join({})]);
    await expect
      .poll(async () => (await c.line.strangers(never)).toSorted())
      .toEqual(['agent', 'standard', 'standard', 'standard']);
    await until(() => came.includes('standard'));
    await others.disposeAsync();
    await expect.poll(() => c.line.strangers(never)).toEqual([]);
  });

  test('the listener of the doctor is nobody, and nobody passes for it', async () => {
    const listener = await listenForCalls(livekit.api);
    const heard = listener.nextCall(AbortSignal.timeout(20_000));
    await using c = await call();
    const came: string[] = [];
    c.line.onStranger((kind) => came.push(kind));
    const listening = await heard;
    const there = await roomService().listParticipants(c.room);
    const ear = there.find(({ identity }) => identity.startsWith('tonegate-doctor-'));
    expect(ear?.metadata).toMatch(/^[\w-]{43}$/);
    expect(await c.line.strangers(never)).toEqual([]);
    expect(came).toEqual([]);

    const forged = { room: c.room, kind: 'agent', metadata: ear?.metadata ?? '' } as const;
    await using _ = await Guest.join(livekit.api, { ...forged, identity: 'tonegate-doctor-x' });
    await expect.poll(() => c.line.strangers(never)).toEqual(['agent']);
    await c.caller.room.disconnect();
    await (listening as { keys: Promise<unknown> }).keys;
  });

  test.each([
    { list: 'has no answer', answer: null },
    { list: 'does not show us', answer: '{"participants":[]}' },
    { list: 'is refused', answer: '{"code":"internal"}' },
  ])('cannot be said where the list $list', async ({ answer }) => {
    const server = createServer((_, response) => {
      if (answer === null) return;
      response.writeHead(answer.includes('code') ? 500 : 200, {
        'content-type': 'application/json',
      });
      response.end(answer);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await using c = await call();
    const line = await joinCallerLine(await jobFor(livekit.api, c.room), { ...livekit.api, host });
    try {
      await expect(line.strangers(never)).rejects.toMatchObject({
        code: 'IVR_LIVEKIT_UNREACHABLE',
      });
    } finally {
      await line.leave();
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('a connection that is cut', () => {
  test.each([
    { away: 'a moment', ms: 200 },
    { away: 'seconds', ms: 2500 },
  ])('for $away: the call goes on, and where keys may be missing is told once', async ({ ms }) => {
    await using network = await startTcpProxy(ports.livekit);
    await using c = await call(attributes, `ws://127.0.0.1:${network.port}`);
    const heard: string[] = [];
    c.line.onKey((key) => heard.push(key.reveal()));
    c.line.onKeysMissed(() => heard.push('(missed)'));
    await c.caller.press('12');
    await until(() => heard.length === 2);
    network.cut();
    await sleep(ms);
    network.mend();
    await until(() => heard.length === 3);
    await c.caller.press('34');
    await until(() => heard.length === 5);
    expect(heard.join('')).toBe('12(missed)34');
  });

  test("for seconds, with the caller's: nobody has hung up", async () => {
    await using network = await startTcpProxy(ports.livekit);
    const url = `ws://127.0.0.1:${network.port}`;
    await using c = await call(attributes, url, url);
    const back = new Promise<void>((resolve) => c.line.onKeysMissed(resolve));
    const key = new Promise<string>((resolve) => c.line.onKey((it) => resolve(it.reveal())));
    network.cut();
    await sleep(2500);
    network.mend();
    const ended = c.line.ended.then((how) => {
      throw new Error(`the line did not come back: ${how}`);
    });
    await Promise.race([back, ended]);
    const pressing = setInterval(() => void c.caller.press('7').catch(() => undefined), 200);
    expect(await Promise.race([key, c.line.ended])).toBe('7');
    clearInterval(pressing);
  });
});

describe('a caller who hangs up just after the connection was cut', () => {
  test.each([
    { away: 'a moment', ms: 200 },
    { away: 'seconds', ms: 2500 },
  ])('for $away has hung up, and is no line that we have lost', async ({ ms }) => {
    await using network = await startTcpProxy(ports.livekit);
    await using c = await call(attributes, `ws://127.0.0.1:${network.port}`);
    const back = new Promise<void>((resolve) => c.line.onKeysMissed(resolve));
    network.cut();
    await sleep(ms);
    network.mend();
    await back;
    await c.caller.room.disconnect();
    expect(await c.line.ended).toBe('hungUp');
  });
});

describe('playing', () => {
  test('clips are heard whole and in one go', async () => {
    await using c = await call();
    await c.line.answer(never);
    await c.line.play([tone(500, 400), tone(900, 405)], never);
    await c.caller.hears(900, 300);
    expect(c.caller.heardMs(500)).toBeGreaterThanOrEqual(300);
  });

  test('an abort is silence at once, and nothing of it is heard later', async () => {
    await using c = await call();
    await c.line.answer(never);
    const bargeIn = new AbortController();
    const playing = c.line.play([tone(500, 5000), tone(2500, 5000)], bargeIn.signal);
    await c.caller.hears(500, 200);
    bargeIn.abort(new Error('barged in'));
    await expect(playing).rejects.toThrow('barged in');
    await c.line.play([tone(900, 400)], never);
    await c.caller.hears(900, 300);
    expect(c.caller.heardMs(500)).toBeLessThan(1000);
    expect(c.caller.heardMs(2500)).toBe(0);
  });

  test('an abort while a clip is being handed over leaves nothing behind', async () => {
    await using c = await call();
    await c.line.answer(never);
    for (let n = 0; n < 20; n++) {
      const bargeIn = new AbortController();
      const playing = c.line.play([tone(500, 3000)], bargeIn.signal);
      for (let turns = 0; turns < n; turns++) await Promise.resolve();
      bargeIn.abort(new Error('barged in'));
      await expect(playing).rejects.toThrow('barged in');
    }
    await c.line.play([tone(900, 300)], never);
    await c.caller.hears(900, 220);
    expect(c.caller.heardMs(500)).toBeLessThan(500);
  });

  test('only a prompt that a key has stopped is told as hushed, when nothing is left of it', async () => {
    await using c = await call();
    await c.line.answer(never);
    const hushed: number[] = [];
    c.line.onHushed((seconds) => hushed.push(seconds));

    const cut = new AbortController();
    const playing = c.line.play([tone(500, 3000)], cut.signal);
    await c.caller.hears(500, 100);
    cut.abort(new Error('not by a key'));
    await expect(playing).rejects.toThrow('not by a key');
    await c.line.play([tone(900, 100)], never);
    const idle = new Promise<void>((resolve) => c.line.onKey(() => resolve()));
    await c.caller.press('1');
    await idle;
    expect(hushed).toEqual([]);

    for (let n = 1; n <= 10; n++) {
      const bargeIn = new AbortController();
      c.line.onKey(() => bargeIn.abort(new Error('barged in')));
      const prompt = c.line.play([tone(500, 3000), tone(2500, 3000)], bargeIn.signal);
      const stopped = expect(prompt).rejects.toThrow('barged in');
      await c.caller.press('2');
      await stopped;
      await until(() => hushed.length === n);
    }
    expect(hushed.every((seconds) => seconds >= 0)).toBe(true);
    await c.line.play([tone(900, 300)], never);
    await c.caller.hears(900, 300);
    expect(c.caller.heardMs(2500)).toBe(0);
    expect(hushed).toHaveLength(10);
  });

  test('a signal that has aborted already plays nothing', async () => {
    await using c = await call();
    await c.line.answer(never);
    const gone = AbortSignal.abort(new Error('too late'));
    await expect(c.line.play([tone(500, 300)], gone)).rejects.toThrow('too late');
    await c.line.play([tone(900, 200)], never);
    await c.caller.hears(900, 120);
    expect(c.caller.heardMs(500)).toBe(0);
  });

  test('two utterances never mix: the second waits for the first', async () => {
    await using c = await call();
    await c.line.answer(never);
    const order: string[] = [];
    await Promise.all([
      c.line.play([tone(500, 300)], never).then(() => order.push('first')),
      c.line.play([tone(900, 300)], never).then(() => order.push('second')),
    ]);
    await c.caller.hears(900, 220);
    expect(order).toEqual(['first', 'second']);
    expect(c.caller.heardMs(500)).toBeGreaterThanOrEqual(220);
  });

  test('nothing can be played before the call is answered', async () => {
    await using c = await call();
    await expect(c.line.play([tone(500, 100)], never)).rejects.toMatchObject({
      code: 'IVR_LINE_LOST',
    });
  });

  test('answering waits until the bridge passes audio on', async () => {
    await using c = await call({ ...attributes, 'sip.callStatus': 'ringing' });
    let answered = false;
    const answering = c.line.answer(never).then(() => {
      answered = true;
    });
    await until(() => c.caller.room.remoteParticipants.size === 1);
    await until(
      () => [...c.caller.room.remoteParticipants.values()][0]?.trackPublications.size === 1,
    );
    await sleep(500);
    expect(answered).toBe(false);
    await c.caller.room.localParticipant?.setAttributes({ 'sip.callStatus': 'active' });
    await answering;
  });
});

describe('the end of a call', () => {
  test('a caller who leaves has hung up', async () => {
    await using c = await call();
    await c.caller.room.disconnect();
    expect(await c.line.ended).toBe('hungUp');
    await c.line.hangUp(never);
  });

  test('a leg that says so has hung up, though its participant is still there', async () => {
    await using c = await call({ ...attributes, 'sip.callStatus': 'active' });
    await c.caller.room.localParticipant?.setAttributes({ 'sip.callStatus': 'hangup' });
    expect(await c.line.ended).toBe('hungUp');
  });

  test('a deleted room is a hang-up; a participant of ours that was thrown out is a lost line', async () => {
    const rooms = new RoomServiceClient(livekit.api.host, livekit.api.key, livekit.api.secret);
    await using deleted = await call();
    await rooms.deleteRoom(deleted.room);
    expect(await deleted.line.ended).toBe('hungUp');

    await using thrownOut = await call();
    const there = await rooms.listParticipants(thrownOut.room);
    const us = there.find(({ identity }) => identity !== 'sip_caller');
    await rooms.removeParticipant(thrownOut.room, us?.identity ?? '');
    expect(await thrownOut.line.ended).toBe('lost');
  });

  test('refusing asks the bridge, with the reason', async () => {
    await using c = await call();
    const asked = Promise.withResolvers<string>();
    c.caller.room.localParticipant?.registerRpcMethod('lk.sip.EndCall', async ({ payload }) => {
      asked.resolve(payload);
      setTimeout(() => void c.caller.room.disconnect(), 50);
      return '{}';
    });
    await c.line.refuse('SIP;cause=608;text="Rejected"', never);
    expect(JSON.parse(await asked.promise)).toEqual({
      headers: { Reason: 'SIP;cause=608;text="Rejected"' },
    });
    expect(await c.line.ended).toBe('hungUp');
  });

  test('a caller whose side knows no such request, or refuses it, is removed', async () => {
    await using plain = await call({});
    await plain.line.hangUp(never);
    expect(await plain.line.ended).toBe('hungUp');

    await using stubborn = await call();
    stubborn.caller.room.localParticipant?.registerRpcMethod('lk.sip.EndCall', async () => {
      throw new RpcError(1500, 'no');
    });
    await stubborn.line.hangUp(never);
    expect(await stubborn.line.ended).toBe('hungUp');
  });

  test('hanging up waits until the caller has heard the last word', async () => {
    await using c = await call({});
    await c.line.answer(never);
    await c.line.play([tone(900, 400)], never);
    await c.line.hangUp(never);
    expect(c.caller.heardMs(900)).toBeGreaterThanOrEqual(300);
  });

  test('leaving finishes the job first, leaves the caller there, and may be done twice', async () => {
    const c = await call();
    await Promise.all([c.line.leave(), c.line.leave()]);
    await c.line.leave();
    expect(c.job.finished).toEqual(['success']);
    await until(() => c.caller.room.remoteParticipants.size === 0);
    expect(c.caller.room.isConnected).toBe(true);
    await c.caller[Symbol.asyncDispose]();
  });

  test('rooms that the server ended leave nothing behind in the media library', async () => {
    const rooms = new RoomServiceClient(livekit.api.host, livekit.api.key, livekit.api.secret);
    const library = (globalThis as { _ffiClientInstance?: NodeJS.EventEmitter })._ffiClientInstance;
    const before = library?.listenerCount('ffi_event');
    const c = await call();
    await c.line.answer(never);
    await rooms.deleteRoom(c.room);
    await c.line.ended;
    await c.line.leave();
    await until(() => !c.caller.room.isConnected);
    const left = library?.listenerCount('ffi_event') ?? 0;
    // The caller's own room is the test's, and leaks.
    expect(left - (before ?? 0)).toBeLessThanOrEqual(2);
  });
});
