import { EventEmitter } from 'node:events';
import { type Room, RoomEvent } from '@livekit/rtc-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepOut } from '../../src/livekit/earlier-workers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A room that two workers have had before, and a server that is away after it was told whom to take out. */
function scene() {
  const room = new EventEmitter();
  const expelled: string[] = [];
  const kept = keepOut(room as unknown as Room, ['agent-1', 'agent-2'], {
    async expel(identity) {
      expelled.push(identity);
      throw new Error('LiveKit is away');
    },
  });
  const joins = (identity: string) => room.emit(RoomEvent.ParticipantConnected, { identity });
  return { expelled, kept, joins };
}

test('earlier workers are taken out when the first word of the new one is heard, once', () => {
  const { expelled, kept } = scene();
  vi.advanceTimersByTime(100);
  kept.spoken();
  vi.advanceTimersByTime(200);
  // Said again sooner than that: it is the first word that counts.
  kept.spoken();
  vi.advanceTimersByTime(29);
  expect(expelled).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(expelled).toEqual(['agent-1', 'agent-2']);
  kept.spoken();
  kept.left();
  vi.advanceTimersByTime(60_000);
  expect(expelled).toHaveLength(2);
});

test('where the new one has nothing to say they are taken out after a second', () => {
  const { expelled, kept } = scene();
  vi.advanceTimersByTime(900);
  kept.spoken();
  vi.advanceTimersByTime(99);
  expect(expelled).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(expelled).toEqual(['agent-1', 'agent-2']);
});

test('where the new one leaves first they are taken out then', () => {
  const { expelled, kept } = scene();
  kept.left();
  vi.advanceTimersByTime(1);
  expect(expelled).toEqual(['agent-1', 'agent-2']);
});

test('one that comes back is taken out at once, each time, and nobody else', () => {
  const { expelled, kept, joins } = scene();
  joins('agent-2');
  joins('sip_caller');
  expect(expelled).toEqual(['agent-2']);
  kept.left();
  vi.advanceTimersByTime(1);
  joins('agent-2');
  expect(expelled).toEqual(['agent-2', 'agent-1', 'agent-2', 'agent-2']);
});
