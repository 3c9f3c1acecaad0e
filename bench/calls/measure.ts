// One contender under so many calls at once: all play, then all wait, then all key. Every contender goes through the
// same, and every time is taken at a caller's ear or at the machine's clock.

import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENTRIES } from './asking.ts';
import { now } from './clock.ts';
import { accountOf, type Contender } from './contenders.ts';
import type { Crowd, CrowdCall } from './crowd.ts';
import { silencesIn } from './gaps.ts';
import { busyMs, cpuMs, family, pssMb } from './proc.ts';
import type { Lengths } from './recordings.ts';
import { type BenchSystem, DIALLED } from './system.ts';

export interface Plan {
  readonly calls: number;
  /** How much sound callers take at once: with little, times are sharp; with much, many callers need less. */
  readonly frameMs: number;
  /** For how long processor time is taken, playing and waiting. */
  readonly windowMs: number;
  /** How many entries each caller keys. */
  readonly entries: number;
  readonly lengths: Lengths;
}

/** What was found; times in milliseconds. */
export interface Run {
  readonly calls: number;
  readonly restMb: number;
  readonly fullMb: number;
  /** Of one processor, all calls together. */
  readonly cpuPctPlaying: number;
  readonly cpuPctWaiting: number;
  /** What others needed of all processors while that was measured. */
  readonly othersPct: number;
  readonly firstAudioMs: readonly number[];
  readonly keyToSilenceMs: readonly number[];
  readonly verdictToSoundMs: readonly number[];
  readonly keysSent: number;
  readonly keysReceived: number;
  readonly underruns: number;
}

/** Calls begin so far apart that none waits for the setting up of another, on two cores that do everything. */
const BEGIN_GAP_MS = 400;
const WARM_UPS = 2;
/** After something was set off in all calls, until it is all that happens. */
const SETTLE_MS = 1500;
const KEY_GAP_MS = 150;
/** A caller listens a moment before it keys. */
const THINK_MS = 700;
/** The end of a recording, as heard, is as sharp as this. */
const BLUR_MS = 300;
const VERDICT_WITHIN_MS = 10_000;
const BIRTH_DATE = '19790314';
const PASSCODE = '1618';

let numbers = 0;

/** Callers, each from a number of its own, waiting in their rooms. */
async function enterCalls(
  crowd: Crowd,
  { trunkId }: BenchSystem,
  count: number,
  frameMs: number,
): Promise<readonly CrowdCall[]> {
  const calls = Array.from({ length: count }, () => {
    numbers += 1;
    const calling = `+1555${String(numbers).padStart(7, '0')}`;
    return crowd.caller({ dialled: DIALLED, calling, trunkId });
  });
  for (let from = 0; from < count; from += 5) {
    await Promise.all(calls.slice(from, from + 5).map((call) => call.enter(frameMs)));
  }
  return calls;
}

/** A few calls that nothing is measured of: what is loaded and compiled for the first one is no part of any call. */
async function warmUp(contender: Contender, crowd: Crowd, system: BenchSystem) {
  for (let n = 0; n < WARM_UPS; n += 1) {
    const [call] = await enterCalls(crowd, system, 1, 10);
    await contender.warm();
    await contender.serve(call!);
    await call!.next('sound');
    await sleep(SETTLE_MS);
    await call!.leave();
  }
  await sleep(SETTLE_MS);
  await contender.warm();
}

export async function measure(
  contender: Contender,
  crowd: Crowd,
  system: BenchSystem,
  plan: Plan,
  onPlaying: () => Promise<void> = async () => undefined,
): Promise<Run> {
  await warmUp(contender, crowd, system);
  const restMb = pssMb(contender.processes());
  const calls = await enterCalls(crowd, system, plan.calls, plan.frameMs);
  const openingMs = plan.lengths.welcome + plan.lengths['enter-account'] - BLUR_MS;
  let underruns = 0;

  const sent: (number | null)[] = [];
  for (const call of calls) {
    await contender.warm();
    sent.push(await contender.serve(call));
    await sleep(BEGIN_GAP_MS);
  }
  const firstSounds = await Promise.all(calls.map((call) => call.next('sound')));
  const firstAudioMs = sent.flatMap((at, i) => (at === null ? [] : [firstSounds[i]! - at]));

  const stars = await pressAll(calls, '*');
  await sleep(SETTLE_MS);
  await onPlaying();
  const playing = await cpuOver(contender, plan.windowMs);
  const fullMb = pssMb(contender.processes());
  await onPlaying();
  await Promise.all(calls.map((call, i) => call.next('silence', stars[i]! + openingMs)));
  for (const [i, { moments }] of calls.entries()) {
    const firstEnd = Math.min(firstSounds[i]! + openingMs, stars[i]!);
    underruns += silencesIn(moments, firstSounds[i]!, firstEnd);
    underruns += silencesIn(moments, stars[i]! + SETTLE_MS / 2, stars[i]! + openingMs);
  }
  await sleep(SETTLE_MS);
  const waiting = await cpuOver(contender, plan.windowMs);

  const keyed = await Promise.all(calls.map((call) => keyAll(call, contender, plan.entries)));
  await sleep(SETTLE_MS);
  const keysReceived = contender.keysReceived(calls);
  await Promise.all(calls.map((call) => call.leave()));
  return {
    calls: plan.calls,
    restMb,
    fullMb,
    cpuPctPlaying: playing.pct,
    cpuPctWaiting: waiting.pct,
    othersPct: Math.max(playing.othersPct, waiting.othersPct),
    firstAudioMs,
    keyToSilenceMs: keyed.flatMap(({ toSilence }) => toSilence),
    verdictToSoundMs: keyed.flatMap(({ toSound }) => toSound),
    keysSent: keyed.reduce((sum, { keys }) => sum + keys, 0),
    keysReceived,
    underruns: underruns + keyed.reduce((sum, one) => sum + one.gaps, 0),
  };
}

async function pressAll(calls: readonly CrowdCall[], key: string): Promise<readonly number[]> {
  return await Promise.all(calls.map(async (call) => (await call.press(key))[0]!));
}

interface Use {
  /** Of one processor, by the contender. */
  readonly pct: number;
  /** Of all processors, by whatever is none of the bench's. */
  readonly othersPct: number;
}

/** Processor time for a while. */
async function cpuOver(contender: Contender, ms: number): Promise<Use> {
  const [its, ours] = [contender.processes(), family(process.pid)];
  const [itsBefore, oursBefore, allBefore] = [cpuMs(its), cpuMs(ours), busyMs()];
  const since = performance.now();
  await sleep(ms);
  const elapsed = performance.now() - since;
  const others = busyMs() - allBefore - (cpuMs(ours) - oursBefore);
  return {
    pct: (100 * (cpuMs(its) - itsBefore)) / elapsed,
    othersPct: Math.max(0, (100 * others) / (elapsed * availableParallelism())),
  };
}

interface Keyed {
  readonly toSilence: readonly number[];
  readonly toSound: readonly number[];
  readonly keys: number;
  readonly gaps: number;
}

/** Has the prompt played once more, and keys one entry after the other into the beginning of each prompt. */
async function keyAll(call: CrowdCall, contender: Contender, entries: number): Promise<Keyed> {
  const toSilence: number[] = [];
  const toSound: number[] = [];
  let keys = 0;
  let gaps = 0;
  await sleep(Math.random() * THINK_MS);
  const [starAt = 0] = await call.press('*');
  let soundAt = await call.next('sound', starAt);
  const entered = [accountOf(call.calling), BIRTH_DATE, PASSCODE].slice(0, entries);
  for (const [i, entry] of entered.entries()) {
    if (entry.length !== ENTRIES[i]!.keys) throw new Error('the bench keys what nobody asks for');
    await sleep(THINK_MS * (1 + Math.random() / 2));
    const sent = await call.press(entry, KEY_GAP_MS);
    keys += sent.length;
    const [firstAt, lastAt] = [sent[0]!, sent.at(-1)!];
    gaps += silencesIn(call.moments, soundAt, firstAt);
    toSilence.push((await call.next('silence', firstAt)) - firstAt);
    const decidedAt = await decided(contender, call, i, lastAt);
    // A key is missing: what follows is another call than that of the others.
    if (decidedAt === null) break;
    soundAt = await call.next('sound', decidedAt);
    toSound.push(soundAt - decidedAt);
  }
  return { toSilence, toSound, keys, gaps };
}

async function decided(
  contender: Contender,
  call: CrowdCall,
  entry: number,
  lastAt: number,
): Promise<number | null> {
  const deadline = now() + VERDICT_WITHIN_MS;
  for (;;) {
    const at = contender.decidedAt(call, entry, lastAt);
    if (at !== null || now() > deadline) return at;
    await sleep(10);
  }
}

/**
 * So many calls whose agents are sent for in the same moment (the floor: that are to be joined): how long until all
 * of their callers hear something, in milliseconds.
 */
export async function measureBurst(
  contender: Contender,
  crowd: Crowd,
  system: BenchSystem,
  count: number,
): Promise<number> {
  await warmUp(contender, crowd, system);
  const calls = await enterCalls(crowd, system, count, 20);
  await sleep(SETTLE_MS);
  const from = now();
  const sent = await Promise.all(calls.map((call) => contender.serve(call)));
  const heard = await Promise.all(calls.map((call) => call.next('sound')));
  await Promise.all(calls.map((call) => call.leave()));
  return Math.max(...heard) - Math.min(...sent.map((at) => at ?? from));
}
