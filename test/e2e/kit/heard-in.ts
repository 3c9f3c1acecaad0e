// What a terminal phone has kept of a call: how much of it is sound. Which words are said is not looked for: WebRTC
// stretches sound where packets are late. What a phone puts into its file is in test/console/call-recording.test.ts.

import { readFileSync } from 'node:fs';
import { readWav } from './recording.ts';

const RATE = 16_000;
const STRETCH = RATE / 100;
/** More than the noise of a codec. */
const LOUD = 500;

/** How many seconds of a file are sound, from this sample on. */
export function secondsOfSound(file: string, from = 0): number {
  const heard = readWav(readFileSync(file)).subarray(from);
  let loud = 0;
  for (let at = 0; at + STRETCH <= heard.length; at += STRETCH) {
    if (heard.subarray(at, at + STRETCH).some((sample) => Math.abs(sample) > LOUD)) loud += 1;
  }
  return (loud * STRETCH) / RATE;
}

/** How many samples are in a file by now. */
export const lengthOf = (file: string) => readWav(readFileSync(file)).length;
