// One caller's line on which recordings are played for long, every third of them stopped amid, in this one process.
// Prints how often a play took too long or was not heard; an audio source that is stuck would show as either.

import { randomUUID } from 'node:crypto';
import { closeMedia, joinCallerLine } from '../../../src/livekit/room-line.ts';
import { Guest, jobFor, tone } from '../../livekit/room-kit.ts';

const [host = '', key = '', secret = '', seconds = '60'] = process.argv.slice(2);
const api = { host, key, secret };
const never = new AbortController().signal;
const PITCHES = [500, 700, 900, 1100, 1300];
const SOUND_MS = 600;
const STOPPED_AFTER_MS = 200;
/** From the first sample to the end of the play; the rest is for a busy machine. */
const PLAYED_WITHIN_MS = SOUND_MS + 1000;
/** Of each sound at least so much is heard: opus and the jitter buffer shape its ends. */
const HEARD_MS = SOUND_MS - 150;

const room = `soak-${randomUUID()}`;
const caller = await Guest.join(api, {
  room,
  kind: 'sip',
  identity: 'sip_caller',
  attributes: { 'sip.callStatus': 'active', 'sip.trunkPhoneNumber': '+15105550100' },
});
await caller.publish();
const line = await joinCallerLine(await jobFor(api, room), api);
let underruns = 0;
line.onUnderrun(() => {
  underruns += 1;
});
await line.answer(never);

const found = { plays: 0, bargeIns: 0, late: 0, unheard: 0, longestMs: 0 };
const end = performance.now() + Number(seconds) * 1000;
for (let n = 0; performance.now() < end; n += 1) {
  const hertz = PITCHES[n % PITCHES.length] ?? 500;
  const before = caller.heardMs(hertz);
  if (n % 3 === 2) {
    const bargeIn = AbortSignal.timeout(STOPPED_AFTER_MS);
    await line.play([tone(hertz, 5000)], bargeIn).catch(() => undefined);
    found.bargeIns += 1;
    continue;
  }
  const began = performance.now();
  await line.play([tone(hertz, SOUND_MS / 2), tone(hertz, SOUND_MS / 2)], never);
  const ms = performance.now() - began;
  found.plays += 1;
  found.longestMs = Math.max(found.longestMs, Math.round(ms));
  if (ms > PLAYED_WITHIN_MS) found.late += 1;
  const patience = performance.now() + 2000;
  while (caller.heardMs(hertz) - before < HEARD_MS && performance.now() < patience) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (caller.heardMs(hertz) - before < HEARD_MS) found.unheard += 1;
}
console.log(JSON.stringify({ ...found, underruns }));
await line.leave();
await caller[Symbol.asyncDispose]();
await closeMedia();
