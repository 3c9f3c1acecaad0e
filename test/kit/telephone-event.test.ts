// Key presses on the wire, packet by packet.

import { expect, test } from 'vitest';
import { pressingMs, telephoneEvents } from '../e2e/kit/telephone-event.ts';

const END = 0x80;

test('a key is pressed with a marker, a growing duration and three ends', () => {
  const packets = telephoneEvents('5', { pressMs: 60 });
  const durations = packets.map(({ payload }) => Buffer.from(payload).readUInt16BE(2));
  expect(packets.map(({ payload }) => payload[0])).toEqual([5, 5, 5, 5, 5, 5]);
  expect(packets.map(({ marker }) => marker)).toEqual([true, false, false, false, false, false]);
  expect(durations).toEqual([160, 320, 480, 480, 480, 480]);
  expect(packets.map(({ payload }) => (payload[1]! & END) !== 0)).toEqual([
    ...[false, false, false],
    ...[true, true, true],
  ]);
});

test('keys follow each other press by pause, star and pound included', () => {
  const packets = telephoneEvents('1*#', { pressMs: 100, gapMs: 40 });
  const presses = packets.filter(({ marker }) => marker);
  expect(presses.map(({ payload }) => payload[0])).toEqual([1, 10, 11]);
  expect(presses.map(({ atMs }) => atMs)).toEqual([0, 140, 280]);
  expect(pressingMs('1*#', { pressMs: 100, gapMs: 40 })).toBe(420);
});

test('what is no key of a phone cannot be pressed', () => {
  expect(() => telephoneEvents('1x')).toThrow(RangeError);
});
