// How long a caller was left in silence, at the ear: by the RTP packets that came, and when. Pure.

import { decodeMuLaw } from '../e2e/kit/mu-law.ts';
import type { Phone } from '../e2e/kit/phone.ts';
import { ms, samples } from '../e2e/kit/timeline.ts';

/** Louder than the noise that mu-law makes of silence. */
const SOUND = 200;
/** What bridge, jitter buffers and network still held when the voice broke off is heard within this. */
const TAIL_MS = 300;
/**
 * A voice, in packets of 20 ms. Less than that the bridge (v1.8.0) plays when it lets go of a track: a frame or two
 * of the old voice that it still had.
 */
const VOICE = { packets: 4, withinMs: 100 };

/**
 * The longest silence from a moment (ms of `performance.now()`) until the other side was heard again: its first
 * words after all that was under way must have arrived. Null where nothing was heard since.
 */
export function silenceFrom(phone: Pick<Phone, 'packets'>, from: number): number | null {
  const heard = soundsFrom(phone, from);
  const isVoice = (at: number, n: number) =>
    (heard[n + VOICE.packets - 1] ?? Number.POSITIVE_INFINITY) <= at + VOICE.withinMs;
  const again = heard.find((at, n) => at > from + TAIL_MS && isVoice(at, n));
  if (again === undefined) return null;
  const moments = [from, ...heard.filter((at) => at <= from + TAIL_MS), again];
  return Math.max(...moments.slice(1).map((at, n) => at - (moments[n] as number)));
}

/** When packets with sound in them arrived, from a moment on. */
function soundsFrom(phone: Pick<Phone, 'packets'>, from: number): number[] {
  const first = phone.packets.findLastIndex(({ at }) => at <= from) + 1;
  return phone.packets
    .slice(first)
    .filter(({ payloadType, payload }) => payloadType === 0 && isLoud(decodeMuLaw(payload)))
    .map(({ at }) => at);
}

/** How long nothing was heard from a place in the received sound on. */
export function quietAfter(phone: Phone, placeMs: number): number {
  const { audio } = phone;
  const from = samples(placeMs);
  const next = audio.subarray(from).findIndex((sample) => Math.abs(sample) > SOUND);
  return ms(next < 0 ? audio.length - from : next);
}

/** Whether anything was heard before a moment. */
export function wasHeardBefore(phone: Phone, moment: number): boolean {
  return phone.packets.some(
    ({ at, payloadType, payload }) =>
      at < moment && payloadType === 0 && isLoud(decodeMuLaw(payload)),
  );
}

function isLoud(sound: Int16Array): boolean {
  return sound.some((sample) => Math.abs(sample) > SOUND);
}

/** The value that this share of all values (0 to 1) does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
