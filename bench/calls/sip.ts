// A part of the bench over the real SIP bridge: how long after a key the prompt is still heard at a SIP phone's ear,
// by the arrival of RTP packets.

import { setTimeout as sleep } from 'node:timers/promises';
import { decodeMuLaw } from '../../test/e2e/kit/mu-law.ts';
import { dial, type Phone } from '../../test/e2e/kit/phone.ts';
import { DIALLED, PORTS } from './system.ts';

/** Louder than what a codec makes of silence, and far below any block of the bench's recordings. */
const SOUND = 800;
/** Packets of 20 ms in a row that are a silence. */
const QUIET_PACKETS = 3;
const THINK_MS = 700;
const PRESSING = { pressMs: 100, gapMs: 100 };
const SILENT_WITHIN_MS = 3000;
const PATIENCE_MS = 20_000;

/** So many calls, so many at once; a press into the prompt each. Answers the times in milliseconds. */
export async function measureSip(calls: number, atOnce: number): Promise<readonly number[]> {
  const times: number[] = [];
  const left = Array.from({ length: calls }, (_, i) => i).values();
  async function callInTurn(): Promise<void> {
    for (const nth of left) {
      const from = `+1556${String(nth).padStart(7, '0')}`;
      const sip = { host: '127.0.0.1', port: PORTS.sip };
      await using phone = await dial({ to: DIALLED, from, sip });
      await phone.answered();
      await phone.hearsSound(PATIENCE_MS);
      await sleep(THINK_MS * (1 + Math.random()));
      const pressedAt = performance.now();
      await phone.press('1', PRESSING);
      times.push((await silentFrom(phone, pressedAt)) - pressedAt);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, callInTurn));
  return times;
}

/** When the first packet arrived of the first silence after a moment. */
async function silentFrom(phone: Phone, since: number): Promise<number> {
  for (const deadline = since + SILENT_WITHIN_MS; ; ) {
    let quiet = 0;
    let quietSince = 0;
    for (const { at, payloadType, payload } of phone.packets) {
      if (at < since || payloadType !== 0) continue;
      const isSound = decodeMuLaw(payload).some((sample) => Math.abs(sample) >= SOUND);
      if (!isSound && quiet === 0) quietSince = at;
      quiet = isSound ? 0 : quiet + 1;
      if (quiet === QUIET_PACKETS) return quietSince;
    }
    if (performance.now() > deadline) throw new Error('a key did not silence the prompt');
    await sleep(20);
  }
}
