// One call whose worker stands still amid an entry and comes back later, as its caller and LiveKit's server see it.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { keyedBirthDate } from '../e2e/customers.ts';
import { Caller, SORRY, until } from './caller.ts';
import { expectFairPlay, recordsOf } from './fair-play.ts';
import { workerWith } from './killing.ts';
import { watchRooms } from './rooms.ts';
import { silenceFrom } from './silence.ts';
import type { ChaosSystem } from './system.ts';

/** A worker that has come back does what it does there and then: it finds its calls gone, and leaves. */
const AFTER_WAKING_MS = 2000;
/** Between two looks at the rooms on a busy machine. */
const LOOK_MS = 500;

export interface Thawed {
  /** What the caller heard nothing for. */
  readonly silenceMs: number;
  readonly record: CallRecord;
  /** Of the worker that was frozen; it takes calls again. */
  readonly pid: number;
}

/**
 * Freezes a worker that has sent for a desk, for longer than desks are waited for. Fails where what it does when it
 * comes back takes the desk away that has come meanwhile. Answers the record.
 */
export async function desksStayThroughFreeze(
  system: ChaosSystem,
  seconds: number,
): Promise<CallRecord> {
  await using rooms = watchRooms(system.api);
  await using caller = await Caller.dial(system);
  const sentForBefore = system.desks.sentFor.length;
  const release = system.desks.hold();
  await caller.keysAhead();
  await caller.goesOn({ until: ['resend-hint'] });
  await caller.pressesCode();
  await until(() => system.desks.sentFor.length > sentForBefore, 'a desk was sent for');
  const frozen = await workerWith(system, caller.callId);
  frozen.freeze();
  const waking = sleep(seconds * 1000).then(() => frozen.thaw());
  try {
    await caller.goesOn({ until: [SORRY] });
    release();
    await caller.goesOn();
  } finally {
    await waking;
  }
  await sleep(AFTER_WAKING_MS);
  expect(rooms.desks(caller.callId), 'desks with the caller').toEqual(['sensitive-desk']);
  await caller.hangsUp();
  await frozen.ready();
  const records = await recordsOf(system, [caller]);
  expectFairPlay(system, records);
  return records[0] as CallRecord;
}

/** Freezes a worker for a while. Fails where its call does not get to its desk, or has two voices then. */
export async function livesThroughFreeze(system: ChaosSystem, seconds: number): Promise<Thawed> {
  await using rooms = watchRooms(system.api);
  await using caller = await Caller.dial(system);
  const { phone, callId } = caller;
  const born = keyedBirthDate(caller.customer);
  await caller.goesOn({ until: ['enter-birth-date-mdy'] });
  await caller.presses(born.slice(0, 4));
  const frozen = await workerWith(system, callId);
  const at = frozen.freeze();
  const waking = sleep(seconds * 1000).then(() => frozen.thaw());
  try {
    await caller.presses(born.slice(4));
    await caller.goesOn({ until: ['resend-hint'] });
  } finally {
    await waking;
  }
  const silenceMs = silenceFrom(phone, at) ?? Number.POSITIVE_INFINITY;
  const wokeAt = await waking;
  await sleep(AFTER_WAKING_MS);
  const voice = rooms.voices(callId).at(-1);
  const looked = rooms.lastLook(callId);
  expect(voice?.last, 'the new voice was not evicted').toBeGreaterThan(looked - LOOK_MS);
  await caller.pressesCode();
  await caller.goesOn();
  expect(rooms.doubled(callId, wokeAt), 'ms with two voices').toBe(0);
  await caller.hangsUp();
  await frozen.ready();

  const records = await recordsOf(system, [caller]);
  expectFairPlay(system, records);
  return { silenceMs, record: records[0] as CallRecord, pid: frozen.pid };
}
