// Many calls, several at a time, whose workers are killed at random moments, until enough of them have been hit.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { LEASE_MS } from '../../src/ivr/lease.ts';
import { between, randomFrom } from '../e2e/kit/disorder.ts';
import { Caller } from './caller.ts';
import { expectFairPlay, recordsOf } from './fair-play.ts';
import { openKilling } from './killing.ts';
import { percentile, silenceFrom, wasHeardBefore } from './silence.ts';
import type { ChaosSystem } from './system.ts';

/** From the INVITE to a desk it takes about as long. */
const CALL_MS = 25_000;

export interface KilledCalls {
  /** Calls whose worker was killed, once or more. */
  readonly hit: number;
  readonly atOnce: number;
  readonly seed: number;
}

export interface KilledCallsFound {
  readonly calls: number;
  readonly kills: number;
  readonly hit: number;
  /** Of those, hit before they were answered: their callers heard it ring, and then were answered. */
  readonly hitRinging: number;
  /** What callers heard nothing for, from the kill on. */
  readonly silenceMs: { readonly p50: number; readonly p95: number; readonly longest: number };
  /** Between the words of who took over and the next ones. */
  readonly longestPauseMs: number;
}

export async function killCalls(system: ChaosSystem, plan: KilledCalls): Promise<KilledCallsFound> {
  const random = randomFrom(plan.seed);
  // One that has just been started lets others be for as long as a lease.
  const killing = openKilling(system, { settleMs: LEASE_MS });
  const isHit = ({ callId }: Caller) => killing.strikes.some(({ hit }) => hit.has(callId));
  await using dialled = new AsyncDisposableStack();
  const callers: Caller[] = [];
  const silences: number[] = [];
  const pauses: number[] = [];
  let hitRinging = 0;

  async function oneCall(): Promise<void> {
    const killAfterMs = between(random, 0, CALL_MS);
    const caller = dialled.use(await Caller.dial(system));
    callers.push(caller);
    // Where another one has just been killed nobody is: calls must get on, too.
    const striking = sleep(killAfterMs).then(() =>
      killing.isFree ? killing.strike(async () => caller.callId) : null,
    );
    const [passage] = await Promise.all([caller.goesOn(), striking]);
    pauses.push(...passage.pauses);
    for (const { at, hit } of killing.strikes) {
      if (!hit.has(caller.callId)) continue;
      const silence = silenceFrom(caller.phone, at);
      if (!wasHeardBefore(caller.phone, at)) hitRinging += 1;
      else if (silence !== null) silences.push(silence);
    }
    await caller.hangsUp();
  }

  async function calling(): Promise<void> {
    while (callers.filter(isHit).length < plan.hit) await oneCall();
  }
  await Promise.all(Array.from({ length: plan.atOnce }, calling));
  await killing.replaced();

  const records = await recordsOf(system, callers, { withinMs: 60_000 });
  for (const [n, caller] of callers.entries()) {
    const wasHit = isHit(caller);
    // One that was hit at its very end was over for whoever looked.
    if (!wasHit) expect(records[n]).toMatchObject({ resumed: false });
    expect(records[n]).toMatchObject({ auth: 'verified' });
  }
  expectFairPlay(system, records);
  return {
    calls: callers.length,
    kills: killing.strikes.length,
    hit: callers.filter(isHit).length,
    hitRinging,
    silenceMs: {
      p50: Math.round(percentile(silences, 0.5)),
      p95: Math.round(percentile(silences, 0.95)),
      longest: Math.round(Math.max(...silences)),
    },
    longestPauseMs: Math.max(0, ...pauses),
  };
}
