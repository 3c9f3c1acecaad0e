// What LiveKit's SIP bridge makes of key presses, packet by packet, and what our collector makes of that.
// SIPp plays each recording of a press to the real bridge; docs/key-presses.md says the same in a table.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bridged, spaced } from './kit/disorder.ts';
import { ask, type PacedKey, type Taken } from './kit/entry.ts';
import { type KeyLine, openKeyLine } from './kit/key-line.ts';
import {
  evenPresses,
  keyStream,
  moved,
  pressAt,
  retimed,
  type TimedPacket,
} from './kit/key-stream.ts';

// A bridge that has to wait for the processor loses a packet now and then, and here each of them counts.
const again = { retry: 2 } as const;

/** From the answer to the first press. */
const LEAD_MS = 400;
const KEYED = '13579024';

let line: KeyLine;
beforeAll(async () => {
  line = await openKeyLine({ livekit: 26080, sip: 26060, rtp: 26200, redis: 26079 });
});
afterAll(() => line[Symbol.asyncDispose]());

describe.concurrent('one press', again, () => {
  test('is one key however long it is held, and is heard when it begins', async () => {
    const held = [50, 100, 250, 1000, 3000, 50];
    let startMs = LEAD_MS;
    const presses = held.map((pressMs, index) => {
      const press = { key: String(index), startMs, pressMs };
      startMs += pressMs + 500;
      return press;
    });
    const received = await line.keysOf(keyStream(presses, startMs));
    expect(keys(received)).toBe('012345');
    // At the release they would come 1500 and 3500 ms after the key before.
    expect(received[3]?.sinceLastMs).toBeLessThan(1200);
    expect(received[4]?.sinceLastMs).toBeLessThan(2500);
  });

  test('is one key though its end is told three times, or but once', async () => {
    const stream = keyed();
    const ends = pressAt(stream, 3).slice(-2);
    const received = await through(stream.filter((packet) => !ends.includes(packet)));
    expect(keys(received)).toBe(KEYED);
    expect(outcome(received)).toBe('right');
  });

  test('is one key when all its packets but the last are lost', async () => {
    const stream = keyed();
    const lost = pressAt(stream, 3).slice(0, -1);
    const received = await through(stream.filter((packet) => !lost.includes(packet)));
    expect(keys(received)).toBe(KEYED);
    expect(outcome(received)).toBe('right');
  });

  test('is no key when all its packets are lost: the entry is too short, and asked again', async () => {
    const stream = keyed();
    const lost = pressAt(stream, 3);
    const received = await through(stream.filter((packet) => !lost.includes(packet)));
    expect(keys(received)).toBe('1359024');
    expect(outcome(received)).toBe('tooShort');
  });

  test('is one key when every packet comes twice', async () => {
    const stream = keyed().flatMap((packet) => [packet, { ...packet, atMs: packet.atMs + 1 }]);
    const received = await through(stream);
    expect(keys(received)).toBe(KEYED);
    expect(outcome(received)).toBe('right');
  });
});

describe.concurrent('bursts', again, () => {
  test.for([
    [50, 50, 'right'],
    [20, 10, 'doubtful'],
  ] as const)(
    'of %i ms and pauses of %i ms bring every key, and the entry is %s',
    async ([pressMs, pauseMs, judged]) => {
      const received = await through(keyed({ pressMs, pauseMs }));
      expect(keys(received)).toBe(KEYED);
      expect(outcome(received)).toBe(judged);
    },
  );
});

describe.concurrent('a packet that comes late', again, () => {
  test('after the next press has begun brings both keys again: doubtful', async () => {
    const received = await through(late(keyed(), 2, 70));
    expect(keys(received)).toBe('1357579024');
    expect(outcome(received)).toBe('doubtful');
  });

  test('after the last press has begun leaves a right entry, and a doubtful key for the next', async () => {
    const received = await through(late(keyed(), 6, 70));
    expect(keys(received)).toBe('1357902424');
    const entry = ask(received);
    expect(entry.result).toBe(KEYED);
    expect(keys(entry.left)).toBe('24');
    expect(ask([...entry.left, ...paced('13579')]).result).toBe('doubtful');
  });

  test('within its own press changes nothing', async () => {
    const stream = keyed();
    const [first] = pressAt(stream, 2) as [TimedPacket];
    const received = await through(moved(stream, first, 50));
    expect(keys(received)).toBe(KEYED);
    expect(outcome(received)).toBe('right');
  });

  // Too late for a doubt: only a check digit, a read-back or the customer's system can find this one.
  test('after the next press is over is a key like any other: the entry is wrong', async () => {
    const received = await through(late(keyed({ pauseMs: 200 }), 2, 360));
    expect(keys(received)).toBe('135759024');
    const entry = ask(received);
    expect(entry.result).toBe('13575902');
    expect(keys(entry.left)).toBe('4');
  });
});

describe.concurrent('a gateway that minds no timestamps', again, () => {
  test('and changes them with every packet brings a key each 20 ms: doubtful', async () => {
    const stream = retimed(keyed(), ({ atMs }) => atMs);
    const received = await through(stream);
    expect(received.length).toBeGreaterThan(4 * KEYED.length);
    expect(outcome(received)).toBe('doubtful');
  });

  // As senders do that split a press of more than 8.19 s (RFC 4733 §2.5.1.3).
  test('and changes them once within a press brings its key twice: the entry is wrong', async () => {
    const stream = keyed();
    const later = pressAt(stream, 3).slice(3);
    const moment = later[0]?.atMs ?? 0;
    const changed = retimed(stream, (packet) => (later.includes(packet) ? moment : null));
    const received = await through(changed);
    expect(keys(received)).toBe('135779024');
    expect(ask(received).result).toBe('13577902');
  });

  test('and keeps them for two presses brings one key: the entry is too short', async () => {
    const stream = keyed();
    const before = pressAt(stream, 2)[0]?.atMs ?? 0;
    const second = pressAt(stream, 3);
    const kept = retimed(stream, (packet) => (second.includes(packet) ? before : null));
    const received = await through(kept);
    expect(keys(received)).toBe('1359024');
    expect(outcome(received)).toBe('tooShort');
  });
});

/**
 * Sends a stream, and gives the keys that came, as far apart as their packets were: what we measure depends on
 * how busy this machine is, and is looked at in keys-disorder.test.ts.
 */
async function through(stream: readonly TimedPacket[]): Promise<PacedKey[]> {
  const onWire = spaced(bridged(stream));
  expect(keys(await line.keysOf(stream))).toBe(keys(onWire));
  return onWire;
}

/** An entry of eight digits on the wire. */
function keyed(times: { pressMs?: number; pauseMs?: number } = {}): TimedPacket[] {
  const presses = evenPresses(KEYED, { startMs: LEAD_MS, ...times });
  return keyStream(presses, (presses.at(-1)?.startMs ?? 0) + 400);
}

/** The last packet of a press arrives later. */
function late(stream: readonly TimedPacket[], index: number, byMs: number): TimedPacket[] {
  return moved(stream, pressAt(stream, index).at(-1)!, byMs);
}

/** Keys as a person presses them. */
function paced(pressed: string): PacedKey[] {
  return [...pressed].map((key) => ({ key, sinceLastMs: 300 }));
}

function keys(received: readonly PacedKey[]): string {
  return received.map(({ key }) => key).join('');
}

/** What one question makes of these keys, `right` for what was keyed. */
function outcome(received: readonly PacedKey[]): Taken['result'] {
  const { result } = ask(received);
  return result === KEYED ? 'right' : result;
}
