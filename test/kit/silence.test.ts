import { expect, test } from 'vitest';
import { silenceFrom } from '../chaos/silence.ts';
import { encodeMuLaw } from '../e2e/kit/mu-law.ts';
import type { ReceivedPacket } from '../e2e/kit/rtp-port.ts';

const KILLED = 1000;

/** What a phone received, a packet every 20 ms, with sound in those of these moments. */
function phone(...loud: readonly (readonly [from: number, to: number])[]) {
  const packets: ReceivedPacket[] = [];
  for (let at = 0; at < 4000; at += 20) {
    const isLoud = loud.some(([from, to]) => at >= from && at < to);
    const payload = encodeMuLaw(new Int16Array(160).fill(isLoud ? 5000 : 0));
    packets.push({ at, payloadType: 0, payload } as ReceivedPacket);
  }
  return { packets };
}

test('from the last of the old voice to the first of the new one', () => {
  expect(silenceFrom(phone([0, 1100], [1800, 2400]), KILLED)).toBe(720);
});

test('from the moment itself where nothing was being said', () => {
  expect(silenceFrom(phone([0, 500], [1800, 2400]), KILLED)).toBe(800);
});

test('a scrap of the old voice between the two is no voice', () => {
  expect(silenceFrom(phone([0, 1100], [1560, 1600], [1800, 2400]), KILLED)).toBe(720);
});

test('nobody was heard any more', () => {
  expect(silenceFrom(phone([0, 1100], [1560, 1600]), KILLED)).toBeNull();
});
