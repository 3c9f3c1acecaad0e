// RTP packets (RFC 3550), as far as a phone needs them. Pure.

export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

const HEADER = 12;

/** The packet as it goes on the wire. */
export function encodeRtp(packet: RtpPacket): Buffer {
  const bytes = Buffer.alloc(HEADER + packet.payload.length);
  bytes[0] = 0x80;
  bytes[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2);
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4);
  bytes.writeUInt32BE(packet.ssrc >>> 0, 8);
  bytes.set(packet.payload, HEADER);
  return bytes;
}

/** The packet in `bytes`, or null where they hold none (RTCP, STUN, anything else). */
export function decodeRtp(bytes: Buffer): RtpPacket | null {
  if (bytes.length < HEADER) return null;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const isRtcp = second >= 192 && second <= 223;
  if (first >> 6 !== 2 || isRtcp) return null;
  let start = HEADER + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (bytes.length < start + 4) return null;
    start += 4 + 4 * bytes.readUInt16BE(start + 2);
  }
  const padding = first & 0x20 ? bytes.readUInt8(bytes.length - 1) : 0;
  if (bytes.length < start + padding) return null;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: new Uint8Array(bytes.subarray(start, bytes.length - padding)),
  };
}
