// Can the phone's ear be trusted? Known recordings, put into noise and through µ-law by hand.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GrowingBand, halveRate } from '../e2e/kit/band.ts';
import { decodeMuLaw, encodeMuLaw } from '../e2e/kit/mu-law.ts';
import { findAll, Search } from '../e2e/kit/recognise.ts';
import { readWav, recording } from '../e2e/kit/recording.ts';
import { samples } from '../e2e/kit/timeline.ts';

const START_MS = 1000;
const silence = (ms: number) => new Int16Array(samples(ms));

/** A recording at 8 kHz, as the bridge would send it. */
function played(id: string): Int16Array {
  const file = new URL(`../../audio/en/${id}.wav`, import.meta.url);
  return Int16Array.from(halveRate(readWav(readFileSync(file))));
}

/** What a phone hears of these sounds, a second after the call began: faint noise, µ-law. */
function heard(...sounds: Int16Array[]): GrowingBand {
  const parts = [silence(START_MS), ...sounds, silence(500)];
  const sound = Int16Array.from(parts.flatMap((part) => [...part]));
  let random = 1;
  for (let n = 0; n < sound.length; n++) {
    random = (random * 16807) % 2147483647;
    sound[n] = (sound[n] as number) + (random % 200) - 100;
  }
  const band = new GrowingBand();
  band.follow(decodeMuLaw(encodeMuLaw(sound)), true);
  return band;
}

const places = (id: string, band: GrowingBand) => findAll(recording(id), band, 0);

test.each(['enter-account', 'welcome', 'digit-6', 'digit-8'])(
  'hears "%s" where it was played',
  (id) => {
    const [place, ...more] = places(id, heard(played(id)));
    const lengthMs = played(id).length / samples(1);
    expect(more).toEqual([]);
    expect(Math.abs(place!.startMs - START_MS)).toBeLessThanOrEqual(2);
    expect(Math.abs(place!.endMs - START_MS - lengthMs)).toBeLessThanOrEqual(2);
  },
);

test('hears each of several recordings that follow without a gap, and no other digit', () => {
  const band = heard(
    played('code-sent'),
    played('digit-0'),
    played('digit-1'),
    played('enter-code'),
  );
  const ids = [...'0123456789'].map((digit) => `digit-${digit}`);
  expect(ids.filter((id) => places(id, band).length > 0)).toEqual(['digit-0', 'digit-1']);
  expect(places('enter-code', band)).toHaveLength(1);
});

test('does not hear a recording that was not played, although it begins with the same words', () => {
  expect(places('enter-account-again', heard(played('enter-account')))).toEqual([]);
  expect(places('enter-passcode', heard(played('enter-account')))).toEqual([]);
  expect(places('cannot-verify', heard(played('technical-problem')))).toEqual([]);
});

test('does not hear a recording whose last 200 ms are missing', () => {
  const whole = played('enter-account');
  expect(places('enter-account', heard(whole.subarray(0, -samples(200))))).toEqual([]);
});

test('does not hear a recording whose first 200 ms are missing', () => {
  expect(places('enter-account', heard(played('enter-account').subarray(samples(200))))).toEqual(
    [],
  );
});

test('hears a recording into which a starved mixer put a frame of silence', () => {
  const whole = played('enter-account');
  const at = samples(900);
  const stretched = heard(whole.subarray(0, at), silence(20), whole.subarray(at));
  const [place] = places('enter-account', stretched);
  expect(place!.endMs - place!.startMs).toBeGreaterThan(whole.length / samples(1) + 15);
});

test('tells a recording only once it was heard to its end', () => {
  const band = new GrowingBand();
  const sound = Int16Array.from([...silence(START_MS), ...played('welcome'), ...silence(500)]);
  const search = new Search(recording('welcome'));
  const end = samples(START_MS) + played('welcome').length;
  band.follow(sound.subarray(0, end - samples(20)));
  expect(search.advance(band)).toBeNull();
  band.follow(sound);
  expect(search.advance(band)?.id).toBe('welcome');
});
