// A packet capture file as SIPp plays it to the other side. Pure: UDP payloads with their times in, the
// bytes of the file out. SIPp puts its own addresses and ports in place of those written here.

/** One UDP payload and the moment it was captured. */
export interface Captured {
  readonly atMs: number;
  readonly payload: Uint8Array;
}

const MAGIC = 0xa1b2c3d4;
const SNAP_LENGTH = 65_535;
const ETHERNET = 1;

const ETHERNET_HEADER = 14;
const IP_HEADER = 20;
const UDP_HEADER = 8;
const IPV4 = 0x0800;
const UDP = 17;
/** The same for every packet: SIPp sends to the callee's port plus the distance between those found here. */
const PORT = 40_000;
const LOOPBACK = [127, 0, 0, 1];

/** The file, in the format all versions of libpcap read (2.4, microseconds). */
export function pcapFile(packets: readonly Captured[]): Buffer {
  return Buffer.concat([fileHeader(), ...packets.flatMap(record)]);
}

function fileHeader(): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(SNAP_LENGTH, 16);
  bytes.writeUInt32LE(ETHERNET, 20);
  return bytes;
}

function record({ atMs, payload }: Captured): Buffer[] {
  const frame = ethernetFrame(payload);
  const microseconds = Math.round(atMs * 1000);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(Math.floor(microseconds / 1e6), 0);
  header.writeUInt32LE(microseconds % 1e6, 4);
  header.writeUInt32LE(frame.length, 8);
  header.writeUInt32LE(frame.length, 12);
  return [header, frame];
}

function ethernetFrame(payload: Uint8Array): Buffer {
  const length = IP_HEADER + UDP_HEADER + payload.length;
  const frame = Buffer.alloc(ETHERNET_HEADER + length);
  frame.writeUInt16BE(IPV4, 12);

  const ip = frame.subarray(ETHERNET_HEADER);
  ip[0] = 0x45;
  ip.writeUInt16BE(length, 2);
  ip[8] = 64;
  ip[9] = UDP;
  ip.set(LOOPBACK, 12);
  ip.set(LOOPBACK, 16);
  ip.writeUInt16BE(internetChecksum(ip.subarray(0, IP_HEADER)), 10);

  // No UDP checksum: none is needed over IPv4, and SIPp makes its own.
  const udp = ip.subarray(IP_HEADER);
  udp.writeUInt16BE(PORT, 0);
  udp.writeUInt16BE(PORT, 2);
  udp.writeUInt16BE(UDP_HEADER + payload.length, 4);
  udp.set(payload, UDP_HEADER);
  return frame;
}

/** RFC 1071; over a header whose checksum is right it is 0. */
export function internetChecksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
