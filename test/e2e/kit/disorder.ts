// What a network does to the packets of a press, by chance but repeatably; and what LiveKit's SIP bridge
// makes of the packets that arrive. Pure: packets in, packets or keys out.

import { isEvent, type TimedPacket } from './key-stream.ts';

/** A number from 0 to less than 1. */
export type Random = () => number;

const END = 0x80;

/** Each rate is the chance of one packet of a press, but for `split`; sound stays as it is. */
export interface Disorder {
  readonly lost: number;
  /** Sent twice, the second time as late as a late one. */
  readonly doubled: number;
  readonly late: number;
  /** How late, evenly spread. */
  readonly lateMs: readonly [from: number, to: number];
  /** An outage begins with a packet and takes all that are sent for `outageMs`. */
  readonly outages: number;
  readonly outageMs: number;
  /** Chance of a press whose end comes with a timestamp of its own: a fault of the sender. */
  readonly split: number;
}

/** Always the same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number between two, both possible. */
export function between(random: Random, from: number, to: number): number {
  return from + random() * (to - from);
}

/** The packets as they arrive, in order of arrival. */
export function disordered(
  packets: readonly TimedPacket[],
  disorder: Disorder,
  random: Random,
): TimedPacket[] {
  let outageUntil = Number.NEGATIVE_INFINITY;
  const late = (sent: TimedPacket) => ({
    ...sent,
    atMs: sent.atMs + between(random, ...disorder.lateMs),
  });
  const arrivals = withSplits(packets, disorder.split, random).flatMap((sent) => {
    if (!isEvent(sent)) return [sent];
    if (random() < disorder.outages) outageUntil = sent.atMs + disorder.outageMs;
    const isLost = sent.atMs < outageUntil || random() < disorder.lost;
    const first = random() < disorder.late ? late(sent) : sent;
    const second = random() < disorder.doubled ? [late(sent)] : [];
    return isLost ? [] : [first, ...second];
  });
  return arrivals.sort((a, b) => a.atMs - b.atMs);
}

function withSplits(
  packets: readonly TimedPacket[],
  rate: number,
  random: Random,
): readonly TimedPacket[] {
  /** The timestamp of its end, by the timestamp of a press. */
  const ends = new Map<number, number>();
  return packets.map((sent) => {
    const { packet } = sent;
    const isEnd = isEvent(sent) && (packet.payload[1] ?? 0) >= END;
    if (!isEnd) return sent;
    const timestamp = ends.get(packet.timestamp) ?? packet.timestamp + (random() < rate ? 1 : 0);
    ends.set(packet.timestamp, timestamp);
    return { ...sent, packet: { ...packet, timestamp } };
  });
}

/** A key that leaves the bridge. */
export interface BridgedKey {
  readonly key: string;
  readonly atMs: number;
}

/**
 * The keys livekit-sip v1.8.0 makes of packets, in order of arrival: one whenever the RTP timestamp differs
 * from that of the event packet before. Duration, end bit, marker and sequence number are not looked at.
 */
export function bridged(arrivals: readonly TimedPacket[]): BridgedKey[] {
  const keys: BridgedKey[] = [];
  let lastTimestamp: number | null = null;
  for (const { atMs, packet } of arrivals.filter(isEvent)) {
    if (packet.timestamp === lastTimestamp) continue;
    lastTimestamp = packet.timestamp;
    keys.push({ key: '0123456789*#'[packet.payload[0] ?? 16] ?? '', atMs });
  }
  return keys;
}

/** The same keys with the time from each to the next. */
export function spaced(keys: readonly BridgedKey[]): (BridgedKey & { sinceLastMs: number })[] {
  return keys.map((key, index) => ({
    ...key,
    sinceLastMs: key.atMs - (keys[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY),
  }));
}
