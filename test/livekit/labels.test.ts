import { EventEmitter } from 'node:events';
import { type Room, RoomEvent } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { CallerLabels } from '../../src/livekit/labels.ts';

const CALLER = 'sip_caller';
const NEVER = new AbortController().signal;

/** A room with a caller in it, and a server that does what it is asked when it is let. */
function scene(attributes: Record<string, string> = { 'sip.callStatus': 'active' }) {
  const caller = { attributes };
  const room = Object.assign(new EventEmitter(), {
    remoteParticipants: new Map([[CALLER, caller]]),
  });
  const asked: Record<string, string>[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const labels = new CallerLabels(room as unknown as Room, CALLER, {
    async setAttributes(wanted) {
      asked.push({ ...wanted });
      const done = Promise.withResolvers<void>();
      waiting.push(done);
      await done.promise;
    },
  });
  return {
    labels,
    asked,
    caller,
    room,
    /** Lets the server do the oldest request that it has. */
    async serves(fault?: Error) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      const done = waiting.shift();
      if (fault) done?.reject(fault);
      else done?.resolve();
    },
    async settles() {
      await new Promise(setImmediate);
    },
  };
}

test('of two requests the later one is asked only when the earlier one is done', async () => {
  const { labels, asked, serves, settles } = scene();
  const first = labels.set({ 'ivr.auth': 'none' }, NEVER);
  const second = labels.set({ 'ivr.auth': 'verified' }, NEVER);
  await settles();
  expect(asked).toEqual([{ 'ivr.auth': 'none' }]);
  await serves();
  await first;
  await serves();
  await second;
  expect(asked).toEqual([{ 'ivr.auth': 'none' }, { 'ivr.auth': 'verified' }]);
});

test('a request that failed rejects, and the next one is asked all the same', async () => {
  const { labels, asked, serves } = scene();
  const first = expect(labels.set({ 'ivr.auth': 'none' }, NEVER)).rejects.toThrow('away');
  const second = labels.set({ 'ivr.auth': 'failed' }, NEVER);
  await serves(new Error('away'));
  await first;
  await serves();
  await second;
  expect(asked.at(-1)).toEqual({ 'ivr.auth': 'failed' });
});

test('whoever waits for one may stop waiting, and the one after it still keeps its turn', async () => {
  const { labels, asked, serves, settles } = scene();
  const impatient = new AbortController();
  const first = expect(labels.set({ 'ivr.desk': 'one' }, impatient.signal)).rejects.toThrow(
    'no more',
  );
  const second = labels.set({ 'ivr.desk': 'two' }, NEVER);
  await settles();
  impatient.abort(new Error('no more'));
  await first;
  await settles();
  expect(asked).toHaveLength(1);
  await serves();
  await serves();
  await second;
  expect(asked.at(-1)).toEqual({ 'ivr.desk': 'two' });
});

test('headers that were mapped for us alone are taken off with every request', async () => {
  const { labels, asked, serves } = scene({
    'sip.callStatus': 'active',
    'tonegate.h.x-verstat': 'passed',
  });
  const done = labels.set({ 'ivr.auth': 'none' }, NEVER);
  await serves();
  await done;
  expect(asked).toEqual([{ 'tonegate.h.x-verstat': '', 'ivr.auth': 'none' }]);
});

const COMES_BACK = [RoomEvent.ParticipantConnected, RoomEvent.Reconnected];

test.each(COMES_BACK)(
  'after a restart of the server (%s) the caller is answered again, with all that was set',
  async (event) => {
    const { labels, asked, caller, room, serves } = scene();
    for (const attributes of [
      { 'ivr.auth': 'none', 'ivr.line': 'bank' },
      { 'ivr.auth': 'verified' },
    ]) {
      const done = labels.set(attributes, NEVER);
      await serves();
      await done;
    }
    labels.answered();
    caller.attributes = { 'sip.callStatus': 'ringing' };
    room.emit(event);
    await expect.poll(() => asked.length).toBe(3);
    expect(asked.at(-1)).toEqual({
      'ivr.auth': 'verified',
      'ivr.line': 'bank',
      'sip.callStatus': 'active',
    });
  },
);

test('a reminder that fails harms nobody', async () => {
  const { labels, asked, caller, room, serves } = scene();
  labels.answered();
  caller.attributes = { 'sip.callStatus': 'ringing' };
  room.emit(RoomEvent.Reconnected);
  await serves(new Error('away'));
  const next = labels.set({ 'ivr.auth': 'none' }, NEVER);
  await serves();
  await next;
  expect(asked).toHaveLength(2);
});

test.each([
  ['that still rings', 'ringing', false],
  ['that has stayed answered', 'active', true],
  ['that has hung up', 'hangup', true],
])('nobody is reminded of a call %s', async (_, status, isAnswered) => {
  const { labels, asked, caller, room, settles } = scene();
  if (isAnswered) labels.answered();
  caller.attributes = { 'sip.callStatus': status };
  for (const event of COMES_BACK) room.emit(event);
  await settles();
  expect(asked).toEqual([]);
});

test('nobody is reminded of a caller who is not there', async () => {
  const { labels, asked, room, settles } = scene();
  labels.answered();
  room.remoteParticipants.clear();
  room.emit(RoomEvent.Reconnected);
  await settles();
  expect(asked).toEqual([]);
});
