// Workers that are full, killed or restarted, as their callers live through it: a system of its own, two workers,
// PostgreSQL. The long version, frozen workers, and everything else that may die, is in test/long.

import { delimiter } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LEASE_MS } from '../../src/ivr/lease.ts';
import { Caller, SORRY, until } from '../chaos/caller.ts';
import { expectFairPlay, recordsOf } from '../chaos/fair-play.ts';
import { hasBegun, openKilling, type Strike } from '../chaos/killing.ts';
import { watchRooms } from '../chaos/rooms.ts';
import { silenceFrom, wasHeardBefore } from '../chaos/silence.ts';
import { type ChaosSystem, startSystem } from '../chaos/system.ts';
import { layTrap } from '../kit/trap.ts';

/** What a caller whose worker was killed may hear nothing for; always. */
const SILENCE_MS = 10_000;

let system: ChaosSystem;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.[Symbol.asyncDispose]());

/** Starts another worker; done when it takes calls. */
async function workerReady(): Promise<void> {
  await (await system.startWorker()).ready();
}

interface Survived {
  /** What its caller heard nothing for; null while it rang. */
  readonly silenceMs: number | null;
  readonly heard: readonly string[];
}

/** A call that was hit goes on to its desk. */
async function livesThrough(caller: Caller, { at }: Strike): Promise<Survived> {
  const wasAnswered = wasHeardBefore(caller.phone, at);
  const { heard } = await caller.goesOn();
  await caller.hangsUp();
  return { silenceMs: wasAnswered ? silenceFrom(caller.phone, at) : null, heard };
}

test('a worker that is full takes no more calls, and when it is killed those it had go on to their desks', async () => {
  await using trap = await layTrap('lsb_release');
  const env = { PATH: [trap.folder, process.env.PATH].join(delimiter) };
  const full = await system.startWorker({ capacity: 3, env });
  await full.ready();
  await using entering = await Caller.dial(system);
  await using awaiting = await Caller.dial(system);
  await using leaving = await Caller.dial(system);
  const callers = [entering, awaiting, leaving];
  await Promise.all(callers.map(({ phone }) => phone.answered()));
  // It would keep each of them waiting.
  expect(await trap.wasRun()).toBe(false);
  const dialledAt = performance.now();
  await using tooMany = await system.dial();
  await tooMany.ringing();
  // One that comes later is not offered a call that rings already (server v1.13.5).
  const another = workerReady().then(() => sleep(LEASE_MS));
  const refused = tooMany.ended().then(() => performance.now() - dialledAt);
  await Promise.all([
    another,
    refused,
    entering.goesOn({ until: ['enter-account'] }),
    awaiting.keysAhead().then(() => awaiting.goesOn({ until: ['resend-hint'] })),
    leaving.keysAhead().then(() => leaving.goesOn({ until: ['resend-hint'] })),
  ]);
  expect(tooMany.status).toBe(486);
  const rangMs = await refused;
  console.info(`with all workers full it rang for ${Math.round(rangMs)} ms`);
  // As long as the trunk says: 10 s.
  expect(rangMs).toBeGreaterThan(9500);

  const release = system.desks.hold();
  await Promise.all([
    entering.presses(entering.customer.number.slice(0, 4)),
    leaving
      .pressesCode()
      .then(() => until(() => system.desks.sentFor.length > 0, 'a desk was sent for')),
  ]);
  const strike = { at: full.kill(), hit: new Set(callers.map(({ callId }) => callId)) };
  const replaced = workerReady();
  setTimeout(release, 1000);
  const survived = await Promise.all(callers.map((caller) => livesThrough(caller, strike)));
  await replaced;

  const silences = survived.map(({ silenceMs }) => silenceMs);
  console.info('silence after kill -9 (entering, awaiting the code, to the desk), ms:', silences);
  for (const ms of silences) expect(ms).toBeLessThan(SILENCE_MS);
  // A busy machine may lose the first of it for one of them, and nothing is said where the desk is there first.
  expect(survived.flatMap(({ heard }) => heard)).toContain(SORRY);
  const records = await recordsOf(system, callers);
  for (const record of records) expect(record).toMatchObject({ auth: 'verified', resumed: true });
  expectFairPlay(system, records);
});

test('a call whose worker is killed while it rings, or amid the welcome, is answered by another one', async () => {
  const killing = openKilling(system, { settleMs: 0 });
  await using calls = new AsyncDisposableStack();
  const callers: Caller[] = [];

  async function isHit(comesThere: (caller: Caller) => Promise<unknown>): Promise<Survived> {
    let caller: Caller | undefined;
    const strike = await killing.strike(async () => {
      caller = calls.use(await Caller.dial(system));
      callers.push(caller);
      await comesThere(caller);
      return caller.callId;
    });
    if (strike === null || caller === undefined) throw new Error('no worker had the call');
    return await livesThrough(caller, strike);
  }

  const survived = await Promise.all([
    isHit(({ callId }) => hasBegun(system, callId)),
    isHit(({ phone }) => phone.hearsSound()),
  ]);
  await killing.replaced();
  const silences = survived.map(({ silenceMs }) => silenceMs);
  console.info('silence after kill -9 (ringing, amid the welcome), ms:', silences);
  for (const ms of silences) expect(ms ?? 0).toBeLessThan(SILENCE_MS);
  const records = await recordsOf(system, callers);
  for (const record of records) expect(record).toMatchObject({ auth: 'verified', resumed: true });
  expectFairPlay(system, records);
});

test('a caller whose desk had come when the worker was killed is the desk’s, and hears of nothing', async () => {
  const killing = openKilling(system, { settleMs: 0 });
  await using rooms = watchRooms(system.api);
  await using caller = await Caller.dial(system);
  const strike = await killing.strike(async () => {
    await caller.keysAhead();
    await caller.goesOn({ until: ['resend-hint'] });
    await caller.pressesCode();
    await until(() => rooms.desks(caller.callId).length > 0, 'the desk was heard');
    return caller.callId;
  });
  expect(strike?.hit).toContain(caller.callId);
  const { heard } = await caller.goesOn({ patienceMs: 60_000 });
  expect(heard).toEqual(['sensitive-desk']);
  await caller.hangsUp();
  await killing.replaced();
  const records = await recordsOf(system, [caller]);
  expect(records).toMatchObject([
    { auth: 'verified', resumed: true, desk: 'sensitive', handoff: { outcome: 'succeeded' } },
  ]);
  expectFairPlay(system, records);
});

test('workers that are restarted one after the other drop no call', async () => {
  const before = [...system.workers];
  const oneCall = async () => {
    await using caller = await Caller.dial(system);
    await caller.keysAhead();
    await caller.goesOn();
    await caller.hangsUp();
    return caller;
  };
  const restarting = async () => {
    for (const worker of before) {
      await workerReady();
      expect(await worker.drain()).toBe(0);
    }
  };
  const [callers] = await Promise.all([
    Promise.all([oneCall(), oneCall(), oneCall()]),
    restarting(),
  ]);
  const records = await recordsOf(system, callers);
  for (const record of records) expect(record).toMatchObject({ auth: 'verified', resumed: false });
  expectFairPlay(system, records);
});
