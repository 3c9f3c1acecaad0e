// Callers of real calls in a process of their own: so many calls, so many at once. Each keys its account number
// ahead, is handed to the desk, and is hung up on there. Prints each call that was over, and how.

import { setTimeout as sleep } from 'node:timers/promises';
import { closeMedia, joinAsCaller } from '../../../src/livekit/phone.ts';
import { roomFor } from '../../../src/livekit/phone-token.ts';

const [host = '', key = '', secret = '', calls = '1', width = '1'] = process.argv.slice(2);
const api = { host, key, secret };
const DIALLED = '+15105550101';
const ACCOUNT = '31415926';
const KEY_MS = 80;
const ENTRIES = 4;
const AGAIN_MS = 15_000;
/** Longest that a call should take by far. */
const PATIENCE_MS = 90_000;

async function call(n: number): Promise<string> {
  const calling = `+1555${String(3_000_000 + n)}`;
  const phone = await joinAsCaller({
    api,
    room: roomFor(DIALLED),
    agentName: 'tonegate',
    dialled: DIALLED,
    calling,
  });
  try {
    const late = sleep(PATIENCE_MS, 'late', { ref: false });
    const answered = phone.answered.then(() => 'answered');
    const first = await Promise.race([answered, phone.ended.then(() => 'not answered'), late]);
    if (first !== 'answered') return first;
    const over = phone.ended.then(() => 'over');
    // A key pressed before the room is wholly there may be lost: a person would begin again, too.
    for (let entry = 0; entry < ENTRIES; entry += 1) {
      for (const key of entry === 0 ? ACCOUNT : `*${ACCOUNT}`) {
        await phone.press(key);
        await sleep(KEY_MS);
      }
      const how = await Promise.race([over, late, sleep(AGAIN_MS, '', { ref: false })]);
      if (how !== '') return how;
    }
    return 'not handed over';
  } finally {
    await phone.hangUp();
  }
}

let next = 0;
async function callInTurn(): Promise<void> {
  for (let n = next++; n < Number(calls); n = next++) {
    const how = await call(n).catch(() => 'failed');
    console.log(JSON.stringify({ call: n, how }));
  }
}
await Promise.all(Array.from({ length: Number(width) }, callInTurn));
await closeMedia();
