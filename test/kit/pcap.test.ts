// Capture files as SIPp reads them, byte by byte.

import { expect, test } from 'vitest';
import { internetChecksum, pcapFile } from '../e2e/kit/pcap.ts';

const payload = Uint8Array.of(1, 2, 3, 4);
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const FRAME = 14 + 20 + 8 + payload.length;

test('a capture says that it holds Ethernet frames with times in microseconds', () => {
  const file = pcapFile([]);
  expect(file.length).toBe(FILE_HEADER);
  expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect([file.readUInt16LE(4), file.readUInt16LE(6)]).toEqual([2, 4]);
  expect(file.readUInt32LE(20)).toBe(1);
});

test('each packet has its time and its length, and they keep their order', () => {
  const file = pcapFile([
    { atMs: 20.25, payload },
    { atMs: 1999.9996, payload },
  ]);
  const records = [FILE_HEADER, FILE_HEADER + RECORD_HEADER + FRAME];
  const times = records.map((at) => [file.readUInt32LE(at), file.readUInt32LE(at + 4)]);
  expect(times).toEqual([
    [0, 20_250],
    [2, 0],
  ]);
  for (const at of records) {
    expect([file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)]).toEqual([FRAME, FRAME]);
  }
  expect(file.length).toBe(FILE_HEADER + 2 * (RECORD_HEADER + FRAME));
});

test('a packet is UDP in IPv4 with its payload, and its IP header adds up', () => {
  const frame = pcapFile([{ atMs: 0, payload }]).subarray(FILE_HEADER + RECORD_HEADER);
  expect(frame.readUInt16BE(12)).toBe(0x0800);
  const ip = frame.subarray(14);
  expect(ip.readUInt16BE(2)).toBe(FRAME - 14);
  expect(ip[9]).toBe(17);
  expect(internetChecksum(ip.subarray(0, 20))).toBe(0);
  const udp = ip.subarray(20);
  expect(udp.readUInt16BE(4)).toBe(8 + payload.length);
  expect([...udp.subarray(8)]).toEqual([...payload]);
});
