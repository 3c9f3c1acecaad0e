// How long a phone was left in silence, at the ear: by the arrival of RTP packets, on the phone's own clock.

import { setTimeout as sleep } from 'node:timers/promises';
import { decodeMuLaw } from './mu-law.ts';
import type { Phone } from './phone.ts';

/** Louder than the noise that mu-law makes of silence. */
const SOUND = 200;
const LISTEN_MS = 20;
const PATIENCE_MS = 20_000;
/** A key that is pressed at a person's pace, and noticed by the bridge when it begins. */
const PRESSING = { pressMs: 100, gapMs: 150 };
const SINCE_LAST_KEY_MS = PRESSING.pressMs + PRESSING.gapMs;

/** Presses keys; answers how many ms passed from the beginning of the last press to the next sound. */
export async function silenceAfter(phone: Phone, keys: string): Promise<number> {
  await phone.press(keys, PRESSING);
  const lastKeyAt = performance.now() - SINCE_LAST_KEY_MS;
  return (await nextSound(phone, lastKeyAt)) - lastKeyAt;
}

/** When the first sound after a moment arrived, in ms of `performance.now()`. */
async function nextSound(phone: Phone, from: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  let next = phone.packets.findLastIndex(({ at }) => at <= from) + 1;
  while (performance.now() < deadline) {
    for (; next < phone.packets.length; next += 1) {
      const { payloadType, payload, at } = phone.packets[next]!;
      if (payloadType === 0 && decodeMuLaw(payload).some((s) => Math.abs(s) > SOUND)) return at;
    }
    await sleep(LISTEN_MS);
  }
  throw new Error(`${PATIENCE_MS} ms went by in silence after the last key`);
}
