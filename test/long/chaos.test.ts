// Workers that are killed, frozen and restarted under load, at full length, on a real server and a real bridge.
// What was found is written to docs/evidence. The short version is test/e2e/survival.test.ts.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Caller, SORRY } from '../chaos/caller.ts';
import { gatherEvidence } from '../chaos/evidence.ts';
import { expectFairPlay, recordsOf } from '../chaos/fair-play.ts';
import { desksStayThroughFreeze, livesThroughFreeze } from '../chaos/freezing.ts';
import { killCalls } from '../chaos/killed-calls.ts';
import { silenceFrom } from '../chaos/silence.ts';
import { type ChaosSystem, startSystem } from '../chaos/system.ts';

const evidence = gatherEvidence();
let system: ChaosSystem;

beforeAll(async () => {
  system = await startSystem();
  const workers = await Promise.all([system.startWorker(), system.startWorker()]);
  await Promise.all(workers.map((worker) => worker.ready()));
});
afterAll(async () => {
  evidence.write('chaos', 7);
  await system?.[Symbol.asyncDispose]();
});

it('fifty calls whose worker is killed at a random moment go on to their desk, within a second', async () => {
  await evidence.proof('kill -9 of a worker', async () => {
    const plan = { hit: 50, atOnce: 2, seed: 20_261_130 };
    const found = await killCalls(system, plan);
    expect(found.silenceMs.p95).toBeLessThanOrEqual(1000);
    expect(found.silenceMs.longest).toBeLessThanOrEqual(10_000);
    return { atOnce: plan.atOnce, seed: plan.seed, ...found };
  });
});

it.each([3, 10, 30])(
  'a worker frozen for %d seconds speaks no more when it comes back',
  async (seconds) => {
    await evidence.proof(`worker frozen for ${seconds} s`, async () => {
      const { silenceMs, record, pid } = await livesThroughFreeze(system, seconds);
      expect(silenceMs).toBeLessThanOrEqual(6000);
      // Within its lease it keeps its call.
      expect(record.resumed).toBe(seconds > 4);
      expect(record.workerId.includes(`-${pid}-`)).toBe(seconds < 4);
      return { silenceMs: Math.round(silenceMs), takenOver: record.resumed };
    });
  },
);

it('a worker frozen on the way to a desk leaves the desk alone that has come when it is back', async () => {
  await evidence.proof('worker frozen for 14 s, on the way to a desk', async () => {
    const { resumed, desk } = await desksStayThroughFreeze(system, 14);
    expect({ resumed, desk }).toEqual({ resumed: true, desk: 'sensitive' });
    return { desk };
  });
});

it('workers that are restarted one after the other under load drop no call', async () => {
  await evidence.proof('rolling restart under load', async () => {
    const before = [...system.workers];
    let isOver = false;
    const callers: Caller[] = [];
    const calling = async () => {
      while (!isOver) {
        await using caller = await Caller.dial(system);
        callers.push(caller);
        await caller.goesOn();
        await caller.hangsUp();
      }
    };

    const restarting = async () => {
      try {
        for (const worker of before) {
          await (await system.startWorker()).ready();
          expect(await worker.drain()).toBe(0);
        }
      } finally {
        isOver = true;
      }
    };
    await Promise.all([...Array.from({ length: 4 }, calling), restarting()]);
    const records = await recordsOf(system, callers);
    for (const record of records) {
      expect(record).toMatchObject({ auth: 'verified', resumed: false });
    }
    expectFairPlay(system, records);
    return { restarted: before.length, calls: callers.length, dropped: 0 };
  });
});

it('with SQLite and one worker the restarted worker resumes the call within ten seconds', async () => {
  await evidence.proof('kill -9 of the only worker, SQLite, restarted at once', async () => {
    await Promise.all([...system.workers].map((worker) => worker.drain()));
    const store = `sqlite:${join(system.folder, 'alone.db')}`;
    const worker = await system.startWorker({ store });
    await worker.ready();
    await using caller = await Caller.dial(system);
    await caller.goesOn({ until: ['enter-birth-date-mdy'] });
    const at = worker.kill();
    await worker.ended;
    await system.startWorker({ store });
    const { heard } = await caller.goesOn();
    expect(heard).toContain(SORRY);
    const silence = silenceFrom(caller.phone, at) ?? Number.POSITIVE_INFINITY;
    expect(silence).toBeLessThanOrEqual(10_000);
    await caller.hangsUp();
    const records = await recordsOf(system, [caller], { store });
    expect(records).toMatchObject([{ auth: 'verified', resumed: true }]);
    expectFairPlay(system, records);
    return { silenceMs: Math.round(silence) };
  });
});
