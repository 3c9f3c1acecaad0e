// What SIPp writes about its messages, read as it grows.

import { expect, test } from 'vitest';
import { mediaAddress, readTrace } from '../e2e/kit/sip-trace.ts';

const entry = (how: string, message: string) =>
  `----------------------------------------------- 2026-11-21 02:51:28.628332\nUDP message ${how}:\n\n${message}\n`;
const invite = 'INVITE sip:a@b SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n';
const ok =
  'SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\nreason: x\r\n\r\nv=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4711 RTP/AVP 0\r\n';
const trace =
  entry(`sent (${invite.length} bytes)`, invite) + entry(`received [${ok.length}] bytes `, ok);

test('messages are told apart by direction, method and status, and name their media address', () => {
  const { messages } = readTrace(trace);
  expect(messages.map(({ direction, method, status }) => [direction, method, status])).toEqual([
    ['sent', 'INVITE', null],
    ['received', 'INVITE', 200],
  ]);
  expect(messages[1]?.header('Reason')).toBe('x');
  expect(mediaAddress(messages[1]!)).toEqual({ address: '127.0.0.1', port: 4711 });
});

test('a message that is not written to its end yet is left for the next time', () => {
  const cut = trace.length - 20;
  const first = readTrace(trace.slice(0, cut));
  expect(first.messages).toHaveLength(1);
  const rest = readTrace(trace.slice(first.length));
  expect(rest.messages.map(({ status }) => status)).toEqual([200]);
});
