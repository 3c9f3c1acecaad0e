// A caller's whole media stream with presses at given moments: silence in packets of 20 ms, and RFC 4733
// in its place while a key is held. Pure. What the network does to it is disorder.ts.

import { SILENCE } from './mu-law.ts';
import type { RtpPacket } from './rtp.ts';
import { telephoneEvents } from './telephone-event.ts';

/** One key, held from `startMs` for `pressMs`. */
export interface Press {
  readonly key: string;
  readonly startMs: number;
  readonly pressMs: number;
}

/** An RTP packet and the moment it passes. */
export interface TimedPacket {
  readonly atMs: number;
  readonly packet: RtpPacket;
}

/** RTP payload type of the events, as kit/sipp offers it. */
export const EVENT_TYPE = 101;
const PCMU = 0;
const PACKET_MS = 20;
const SAMPLES_PER_MS = 8;
const SSRC = 0x1ee7;

/** Keys one after the other, each held and released for the same time. */
export function evenPresses(
  keys: string,
  { startMs = 0, pressMs = 100, pauseMs = 100 }: Partial<Press & { pauseMs: number }> = {},
): Press[] {
  return [...keys].map((key, index) => ({
    key,
    startMs: startMs + index * (pressMs + pauseMs),
    pressMs,
  }));
}

/** The stream as it is sent, from 0 to `lengthMs`, sequence numbers and timestamps included. */
export function keyStream(presses: readonly Press[], lengthMs: number): TimedPacket[] {
  const events = presses.flatMap((press, index) => eventsOf(press, presses[index + 1]));
  const busy = new Set(events.map(({ atMs }) => Math.floor(atMs / PACKET_MS)));
  const voice: TimedPacket[] = [];
  for (let slot = 0; slot * PACKET_MS < lengthMs; slot++) {
    if (!busy.has(slot)) voice.push(silenceAt(slot * PACKET_MS));
  }
  return [...voice, ...events]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, packet }, sequence) => ({ atMs, packet: { ...packet, sequence } }));
}

/** Whether a packet is part of a press. */
export function isEvent({ packet }: TimedPacket): boolean {
  return packet.payloadType === EVENT_TYPE;
}

/** The packets of one press, counted from 0. */
export function pressAt(stream: readonly TimedPacket[], index: number): TimedPacket[] {
  const events = stream.filter(isEvent);
  const timestamps = [...new Set(events.map(({ packet }) => packet.timestamp))];
  return events.filter(({ packet }) => packet.timestamp === timestamps[index]);
}

/** The stream with one of its packets later. */
export function moved(
  stream: readonly TimedPacket[],
  one: TimedPacket,
  byMs: number,
): TimedPacket[] {
  return stream
    .map((packet) => (packet === one ? { ...packet, atMs: packet.atMs + byMs } : packet))
    .sort((a, b) => a.atMs - b.atMs);
}

/** The stream with the timestamps of other moments in its events, where one is given. */
export function retimed(
  stream: readonly TimedPacket[],
  momentOf: (packet: TimedPacket) => number | null,
): TimedPacket[] {
  return stream.map((timed) => {
    const moment = isEvent(timed) ? momentOf(timed) : null;
    return moment === null ? timed : { ...timed, packet: stamped(timed.packet, moment) };
  });
}

/** A phone sends no more of a press once the next one has begun. */
function eventsOf({ key, startMs, pressMs }: Press, next: Press | undefined): TimedPacket[] {
  return telephoneEvents(key, { pressMs })
    .map(({ atMs, marker, payload }) => ({
      atMs: startMs + atMs,
      packet: rtp(EVENT_TYPE, startMs, marker, payload),
    }))
    .filter(({ atMs }) => next === undefined || atMs < next.startMs);
}

function silenceAt(atMs: number): TimedPacket {
  const payload = new Uint8Array(PACKET_MS * SAMPLES_PER_MS).fill(SILENCE);
  return { atMs, packet: rtp(PCMU, atMs, false, payload) };
}

function rtp(payloadType: number, atMs: number, marker: boolean, payload: Uint8Array): RtpPacket {
  const packet = { payloadType, marker, sequence: 0, timestamp: 0, ssrc: SSRC, payload };
  return stamped(packet, atMs);
}

function stamped(packet: RtpPacket, atMs: number): RtpPacket {
  return { ...packet, timestamp: Math.round(atMs * SAMPLES_PER_MS) };
}
