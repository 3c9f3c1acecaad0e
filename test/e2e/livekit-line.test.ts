// The caller's line on a real LiveKit server. Callers are participants with a SIP caller's token: to the
// line they look like a bridged phone, without a phone's timing. Real SIP is in livekit-sip.test.ts.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '@livekit/rtc-node';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IgnoredKey } from '../../src/ivr/ports.ts';
import { closeMedia, joinCallerLine } from '../../src/livekit/room-line.ts';
import { Guest, jobFor, startTestStack, type TestStack, tone, until } from '../livekit/room-kit.ts';

const never = new AbortController().signal;
const ports = { livekit: 25700, sip: 25760, rtp: 25200, redis: 25779 };
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

/** A caller in a room of their own, and our line to them. */
async function call(ringing: Record<string, string> = attributes) {
  const room = `call-${randomUUID()}`;
  const caller = await Guest.join(livekit.api, {
    room,
    kind: 'sip',
    identity: 'sip_caller',
    attributes: ringing,
  });
  await caller.publish();
  const job = await jobFor(livekit.api, room);
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
    await c.caller.press('1');
    await sleep(200);
    const keys: string[] = [];
    c.line.onKey((key) => keys.push(key.reveal()));
    await c.caller.press('2');
    await until(() => keys.length === 1);
    expect(keys).toEqual(['2']);
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
