// Key presses as RFC 4733 telephone-events. Pure: says which packet is due when; sending is the voice's.

const CODES = '0123456789*#ABCD';
const PACKET_MS = 20;
const SAMPLES_PER_MS = 8;
const VOLUME = 10;
const END = 0x80;

/** One packet of a key press. */
export interface EventPacket {
  /** When it is due, from the beginning of the presses. */
  readonly atMs: number;
  /** Where its press began, likewise: all packets of one press carry that moment as RTP timestamp. */
  readonly startMs: number;
  readonly marker: boolean;
  /** The four bytes of RFC 4733 §2.3. */
  readonly payload: Uint8Array;
}

export interface Pressing {
  /** How long each key is held. Default 100. */
  readonly pressMs?: number;
  /** From the release of a key to the next press. Default 100. */
  readonly gapMs?: number;
}

/** The packets of pressing `keys` one after the other; the end of each press is sent three times. */
export function telephoneEvents(keys: string, pressing: Pressing = {}): readonly EventPacket[] {
  const { pressMs = 100, gapMs = 100 } = pressing;
  return [...keys].flatMap((key, index) => {
    const code = CODES.indexOf(key.toUpperCase());
    if (code < 0) throw new RangeError(`a phone has no key "${key}"`);
    return onePress(code, index * (pressMs + gapMs), pressMs);
  });
}

/** How long pressing takes, the pause after the last key included. */
export function pressingMs(keys: string, { pressMs = 100, gapMs = 100 }: Pressing = {}): number {
  return keys.length * (pressMs + gapMs);
}

function onePress(code: number, startMs: number, pressMs: number): EventPacket[] {
  const packet = (afterMs: number, heldMs: number, end: boolean): EventPacket => {
    const duration = heldMs * SAMPLES_PER_MS;
    const payload = Uint8Array.of(code, (end ? END : 0) | VOLUME, duration >> 8, duration & 0xff);
    return { atMs: startMs + afterMs, startMs, marker: afterMs === 0, payload };
  };
  const packets: EventPacket[] = [];
  for (let ms = 0; ms < pressMs; ms += PACKET_MS) packets.push(packet(ms, ms + PACKET_MS, false));
  for (let n = 0; n < 3; n++) packets.push(packet(pressMs + n * PACKET_MS, pressMs, true));
  return packets;
}
