// LiveKit, PostgreSQL and Redis, each away for a while and back, while calls run. What was found is written to
// docs/evidence.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LEASE_MS } from '../../src/ivr/lease.ts';
import { Caller } from '../chaos/caller.ts';
import { gatherEvidence } from '../chaos/evidence.ts';
import { expectFairPlay, recordsOf } from '../chaos/fair-play.ts';
import { type ChaosSystem, startSystem } from '../chaos/system.ts';
import { keyedBirthDate } from '../e2e/customers.ts';

const AWAY_MS = 3000;
const NEXT_CALL_WITHIN_MS = 15_000;
const READY_WITHIN_MS = 10_000;
/** Where a call may end that cannot verify anybody. */
const WITHOUT_PROOF = ['operator-desk', 'goodbye'];
/** Who hears nothing for so long hangs up and calls again. */
const CALLERS_PATIENCE_MS = 4000;

const evidence = gatherEvidence();
let system: ChaosSystem;

beforeAll(async () => {
  system = await startSystem();
  const workers = await Promise.all([system.startWorker(), system.startWorker()]);
  await Promise.all(workers.map((worker) => worker.ready()));
});
afterAll(async () => {
  evidence.write('outages', 4);
  await system?.[Symbol.asyncDispose]();
});

/** Calls until a call is answered and goes through to its desk; answers when its caller heard something first. */
async function nextCall(): Promise<number> {
  for (;;) {
    await using caller = await Caller.dial(system);
    try {
      await caller.phone.hearsSound(CALLERS_PATIENCE_MS);
    } catch {
      continue;
    }
    const heardAt = performance.now();
    await caller.goesOn();
    await caller.hangsUp();
    expectFairPlay(system, await recordsOf(system, [caller]));
    return heardAt;
  }
}

/** Done when one is asked for the birth date, and the other for the code. */
async function bothUnderWay(entering: Caller, awaiting: Caller): Promise<void> {
  await Promise.all([
    entering.goesOn({ until: ['enter-birth-date-mdy'] }),
    awaiting.keysAhead().then(() => awaiting.goesOn({ until: ['resend-hint'] })),
  ]);
}

/** Done when every worker is ready; answers how many ms that took from a moment on. */
async function readyAfter(moment: number): Promise<number> {
  await Promise.all([...system.workers].map((worker) => worker.ready()));
  return Math.round(performance.now() - moment);
}

it('calls that LiveKit loses leave one record each, and the next one works soon after it is back', async () => {
  await evidence.proof('LiveKit killed and started again', async () => {
    await using entering = await Caller.dial(system);
    await using awaiting = await Caller.dial(system);
    await bothUnderWay(entering, awaiting);
    await system.livekit.kill();
    await sleep(AWAY_MS);
    for (const worker of system.workers) expect(await worker.isReady()).toBe(false);
    await system.livekit.start();
    const backAt = performance.now();
    const [readyMs, heardAt] = await Promise.all([readyAfter(backAt), nextCall()]);
    const nextCallMs = Math.round(heardAt - backAt);
    expect(nextCallMs).toBeLessThanOrEqual(NEXT_CALL_WITHIN_MS);

    // The bridge and the workers come back to their rooms by themselves; who does not is lost.
    await Promise.allSettled([entering.goesOn(), awaiting.goesOn()]);
    await Promise.all([entering.hangsUp(), awaiting.hangsUp()]);
    const records = await recordsOf(system, [entering, awaiting], { withinMs: 60_000 });
    const reasons = records.map(({ ending }) => ending.reason);
    for (const reason of reasons) expect(['handed-off', 'livekit-lost']).toContain(reason);
    expectFairPlay(system, records);
    const lost = reasons.filter((reason) => reason === 'livekit-lost').length;
    return { awayMs: AWAY_MS, calls: records.length, lost, readyMs, nextCallMs };
  });
});

it('without PostgreSQL nobody is verified: an operator takes the calls', async () => {
  await evidence.proof('PostgreSQL stopped and started again', async () => {
    await using entering = await Caller.dial(system);
    await using awaiting = await Caller.dial(system);
    await bothUnderWay(entering, awaiting);
    const verified = system.desks.tickets.filter(({ auth }) => auth === 'verified').length;
    await system.postgres.stop();
    await using fresh = await Caller.dial(system);
    await entering.presses(keyedBirthDate(entering.customer));
    await awaiting.pressesCode();
    const ends = await Promise.all([
      entering.goesOn({ until: WITHOUT_PROOF }),
      awaiting.goesOn({ until: WITHOUT_PROOF }),
      fresh.goesOn({ until: WITHOUT_PROOF }),
    ]);
    for (const worker of system.workers) expect(await worker.isReady()).toBe(false);
    await Promise.all([entering.hangsUp(), awaiting.hangsUp(), fresh.hangsUp()]);

    await system.postgres.start();
    const backAt = performance.now();
    const readyMs = await readyAfter(backAt);
    expect(readyMs).toBeLessThanOrEqual(READY_WITHIN_MS);
    const nextCallMs = Math.round((await nextCall()) - backAt);
    const records = await recordsOf(system, [entering, awaiting, fresh]);
    for (const { auth } of records) expect(auth).not.toBe('verified');
    expectFairPlay(system, records);
    const now = system.desks.tickets.filter(({ auth }) => auth === 'verified').length;
    expect(now - verified, 'verified since').toBe(1);
    return { ends: ends.map(({ end }) => end), readyMs, nextCallMs };
  });
});

it('a PostgreSQL that is restarted at once takes no call from the worker that has it', async () => {
  await evidence.proof('PostgreSQL restarted at once', async () => {
    await using entering = await Caller.dial(system);
    await using awaiting = await Caller.dial(system);
    await bothUnderWay(entering, awaiting);
    const stoppedAt = performance.now();
    await system.postgres.stop();
    await system.postgres.start();
    const awayMs = Math.round(performance.now() - stoppedAt);
    await readyAfter(stoppedAt);
    // Who took calls by mistake would have done so by then.
    await sleep(2 * LEASE_MS);
    const callers = [entering, awaiting];
    await Promise.all([
      entering.presses(keyedBirthDate(entering.customer)).then(() => entering.goesOn()),
      awaiting.pressesCode().then(() => awaiting.goesOn()),
    ]);
    await Promise.all(callers.map((caller) => caller.hangsUp()));
    const records = await recordsOf(system, callers);
    for (const record of records) {
      expect(record).toMatchObject({ auth: 'verified', resumed: false });
    }
    expectFairPlay(system, records);
    return { awayMs, resumed: 0 };
  });
});

it('without Redis the calls that run go on, new ones are refused, and the next one works when it is back', async () => {
  await evidence.proof('Redis stopped and started again', async () => {
    await using running = await Caller.dial(system);
    await running.goesOn({ until: ['enter-birth-date-mdy'] });
    await system.redis.stop();
    const stoppedAt = performance.now();
    await using refused = await system.dial();
    expect(await refused.ended()).toBe('refused');
    await running.presses(keyedBirthDate(running.customer));
    await sleep(Math.max(0, stoppedAt + AWAY_MS - performance.now()));
    await system.redis.start();
    const backAt = performance.now();
    const [{ end }, heardAt] = await Promise.all([running.goesOn(), nextCall()]);
    const nextCallMs = Math.round(heardAt - backAt);
    await running.hangsUp();
    expect(nextCallMs).toBeLessThanOrEqual(NEXT_CALL_WITHIN_MS);
    const records = await recordsOf(system, [running]);
    expect(records).toMatchObject([{ auth: 'verified', resumed: false }]);
    expectFairPlay(system, records);
    return { running: end, refusedWith: refused.status, nextCallMs };
  });
});
