// Sound on the wire: packets, their timeline, and a phone's ear and voice over real UDP.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { decodeMuLaw, encodeMuLaw } from '../e2e/kit/mu-law.ts';
import { decodeRtp, encodeRtp, type RtpPacket } from '../e2e/kit/rtp.ts';
import { RtpPort } from '../e2e/kit/rtp-port.ts';
import { pressingMs, telephoneEvents } from '../e2e/kit/telephone-event.ts';
import { Timeline } from '../e2e/kit/timeline.ts';

const packet = (more: Partial<RtpPacket>): RtpPacket => ({
  payloadType: 0,
  marker: false,
  sequence: 1,
  timestamp: 0,
  ssrc: 7,
  payload: encodeMuLaw(Int16Array.of(1000, 1000)),
  ...more,
});

test('µ-law keeps every sample within its step', () => {
  const samples = Int16Array.of(0, 8, -8, 100, -100, 1000, -1000, 12345, -12345, 32000, -32000);
  const back = decodeMuLaw(encodeMuLaw(samples));
  samples.forEach((s, n) => {
    expect(Math.abs(back[n]! - s)).toBeLessThanOrEqual(Math.abs(s) / 16 + 4);
  });
});

test('a packet comes back from the wire as it went, and RTCP is none', () => {
  const sent = packet({ marker: true, sequence: 65535, timestamp: 2 ** 32 - 1 });
  expect(decodeRtp(encodeRtp(sent))).toEqual(sent);
  expect(decodeRtp(encodeRtp(packet({ marker: true, payloadType: 72 })))).toBeNull();
});

test('late packets find their place, lost ones are silence, timestamps may wrap', () => {
  const timeline = new Timeline();
  const at = (samples: number) => (2 ** 32 - 2 + samples) % 2 ** 32;
  timeline.add(packet({ timestamp: at(0) }));
  timeline.add(packet({ timestamp: at(6) }));
  timeline.add(packet({ timestamp: at(2) }));
  expect([...timeline.samples].map((sample) => sample !== 0)).toEqual([
    ...[true, true, true, true],
    ...[false, false, true, true],
  ]);
});

test('a voice sends silence, and each key with the moment it was pressed', async () => {
  const far = createSocket('udp4').bind(0, '127.0.0.1');
  await once(far, 'listening');
  const received: RtpPacket[] = [];
  far.on('message', (bytes) => received.push(decodeRtp(bytes)!));
  await using port = await RtpPort.open(101);
  port.speakTo({ address: '127.0.0.1', port: far.address().port });
  await port.press(telephoneEvents('42'), pressingMs('42'));
  far.close();
  const events = received.filter(({ payloadType }) => payloadType === 101);
  const pressed = new Map(events.map(({ timestamp, payload }) => [timestamp, payload[0]]));
  expect([...pressed.values()]).toEqual([4, 2]);
  expect(received.some(({ payloadType }) => payloadType === 0)).toBe(true);
  const [first, second] = [...pressed.keys()] as [number, number];
  expect(second - first).toBeGreaterThanOrEqual(1600);
});

test('keys that are being pressed when the call ends were not pressed', async () => {
  await using port = await RtpPort.open(101);
  port.speakTo({ address: '127.0.0.1', port: port.port });
  const pressing = expect(port.press(telephoneEvents('1'), 200)).rejects.toThrow('call ended');
  port.hush();
  await pressing;
});
