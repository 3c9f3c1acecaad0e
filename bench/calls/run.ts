// The whole bench of calls: all contenders on one system, one after the other and in turn, then the floor and Tonegate
// as calls grow and in a burst, and Tonegate over the SIP bridge.

import { installAgents } from './agents-package.ts';
import { type Contender, startAgents, startFloor, startTonegate } from './contenders.ts';
import { CALLERS_PER_PROCESS, type Crowd, gatherCrowd } from './crowd.ts';
import {
  type Burst,
  type Figures,
  figuresOf,
  mbPerCall,
  type Percentiles,
  percentiles,
  type Ratios,
  ratiosOf,
  type ScalePoint,
  type UnderLoad,
} from './figures.ts';
import { measure, measureBurst, type Plan, type Run } from './measure.ts';
import { availableMb } from './proc.ts';
import { measureSip } from './sip.ts';
import { undisturbed } from './stillness.ts';
import { type BenchSystem, startBenchSystem } from './system.ts';

export interface Results {
  readonly floor: Figures;
  readonly tonegate: Figures;
  readonly agents: Figures;
  readonly ratios: Ratios;
  /** Of Tonegate, as is `burst`. */
  readonly scale: readonly ScalePoint[];
  readonly burst: Burst;
  /** The same machine with nothing but the media library. */
  readonly floorUnderLoad: UnderLoad;
  readonly sip: { readonly calls: number; readonly keyToSilenceMs: Percentiles | null };
  /** What others needed of all processors while these were measured, at most. */
  readonly othersPct: number;
  /** Each ratio of two single runs, least and most: what chance does to them. */
  readonly spread: Readonly<Partial<Record<keyof Ratios, readonly [least: number, most: number]>>>;
}

/** Floor and Tonegate in turn, so often. */
const ROUNDS = 3;
const SCALE = [10, 20, 30, 40, 60] as const;
const BURST = 30;
const SIP = { calls: 20, atOnce: 2 };
/** A job of `@livekit/agents` and what its process needs while it starts, with room to spare. */
const AGENT_MB = 250;
/** A job of theirs needs a tenth of a core: more of them would show what a full machine does. */
const MOST_AGENTS = 10;

const WINDOW_MS = 5000;
/** The opening is still heard at the end of the window in which it is measured. */
const LENGTHS = {
  welcome: 2000,
  'enter-account': WINDOW_MS + 3000,
  'enter-birth-date-ymd': 4000,
  'enter-passcode': 4000,
  connecting: 2000,
};
/** The ear itself works with 10 ms; smaller pieces would cost two cores as much as what is measured. */
const SHARP_FRAME_MS = 20;
/** With sixty callers on the same two cores, their ears must not need more than what is measured. */
const CHEAP_FRAME_MS = 40;

export async function runBench(calls: number, say: (text: string) => void): Promise<Results> {
  const program = installAgents(say);
  await using system = await startBenchSystem(LENGTHS);
  const plan: Plan = {
    calls,
    frameMs: SHARP_FRAME_MS,
    windowMs: WINDOW_MS,
    entries: 3,
    lengths: LENGTHS,
  };
  /** With callers and a contender of its own; once more where the machine stood still. */
  const alone = <Found>(
    callers: number,
    start: (system: BenchSystem) => Promise<Contender>,
    work: (contender: Contender, crowd: Crowd) => Promise<Found>,
    busyPct: (found: Found) => number = () => 0,
  ): Promise<Found> =>
    undisturbed(
      async () => {
        await using crowd = await crowdFor(system, callers);
        await using contender = await start(system);
        return await work(contender, crowd);
      },
      busyPct,
      say,
    );
  const othersPct = (run: { readonly othersPct: number }) => run.othersPct;

  const runs: Record<Contender['name'], Run[]> = { floor: [], tonegate: [], agents: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, start] of [
      ['floor', startFloor],
      ['tonegate', startTonegate],
    ] as const) {
      say(`${name}, ${calls} calls, round ${round} of ${ROUNDS}`);
      runs[name].push(
        await alone(
          calls,
          start,
          (contender, crowd) => measure(contender, crowd, system, plan),
          othersPct,
        ),
      );
    }
  }
  const most = Math.max(1, Math.min(calls, MOST_AGENTS, Math.floor(availableMb() / AGENT_MB)));
  say(`agents, ${most} calls`);
  runs.agents.push(
    await alone(
      calls,
      () => startAgents(system, program),
      (contender, crowd) => measure(contender, crowd, system, { ...plan, calls: most }),
      othersPct,
    ),
  );

  const underLoad = async (
    name: string,
    start: (system: BenchSystem) => Promise<Contender>,
  ): Promise<UnderLoad> => {
    const scale: ScalePoint[] = [];
    for (const many of SCALE) {
      say(`${name}, ${many} calls`);
      try {
        scale.push(
          await alone(
            many,
            start,
            (contender, crowd) => scalePoint(contender, crowd, system, { ...plan, calls: many }),
            othersPct,
          ),
        );
      } catch (error) {
        say(`no more calls than that on this machine: ${String(error)}`);
        break;
      }
    }
    say(`${name}, ${BURST} calls in the same moment`);
    const allHeardMs = await alone(BURST, start, (contender, crowd) =>
      measureBurst(contender, crowd, system, BURST),
    );
    return { scale, burst: { calls: BURST, allHeardMs } };
  };
  const floorUnderLoad = await underLoad('floor', startFloor);
  const { scale, burst } = await underLoad('tonegate', startTonegate);
  say(`tonegate, ${SIP.calls} calls over the SIP bridge`);
  const sip = await alone(1, startTonegate, async () =>
    percentiles(await measureSip(SIP.calls, SIP.atOnce)),
  );

  const [floor, tonegate, agents] = [runs.floor, runs.tonegate, runs.agents].map(figuresOf);
  return {
    floor: floor!,
    tonegate: tonegate!,
    agents: agents!,
    ratios: ratiosOf(tonegate!, floor!, agents!),
    scale,
    burst,
    floorUnderLoad,
    sip: { calls: SIP.calls, keyToSilenceMs: sip },
    spread: spreadOf(runs),
    othersPct: Math.max(
      ...[...Object.values(runs).flat(), ...scale, ...floorUnderLoad.scale].map(othersPct),
    ),
  };
}

function crowdFor({ api, folder }: BenchSystem, callers: number): Promise<Crowd> {
  return gatherCrowd(api, folder, Math.ceil(callers / CALLERS_PER_PROCESS));
}

async function scalePoint(
  contender: Contender,
  crowd: Crowd,
  system: BenchSystem,
  plan: Plan,
): Promise<ScalePoint> {
  const loop: (number | null)[] = [];
  const run = await measure(
    contender,
    crowd,
    system,
    { ...plan, frameMs: CHEAP_FRAME_MS, entries: 1 },
    async () => void loop.push(await contender.loopP99Ms()),
  );
  return {
    calls: run.calls,
    cpuPctPerCall: run.cpuPctPlaying / run.calls,
    mbPerCall: mbPerCall(run),
    // The first answer is about what was before the calls played.
    loopP99Ms: loop.at(-1) ?? null,
    underruns: run.underruns,
    othersPct: run.othersPct,
    keysSent: run.keysSent,
    keysReceived: run.keysReceived,
  };
}

function spreadOf({ floor, tonegate, agents }: Readonly<Record<string, readonly Run[]>>) {
  const [beside] = (agents ?? []).map((run) => figuresOf([run]));
  const single = (tonegate ?? []).map((run, i) =>
    ratiosOf(figuresOf([run]), figuresOf([floor![i]!]), beside ?? null),
  );
  const names = Object.keys(single[0] ?? {}) as (keyof Ratios)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = single.map((ratios) => ratios[name]).filter((value) => value !== null);
      return values.length === 0 ? [] : [[name, [Math.min(...values), Math.max(...values)]]];
    }),
  );
}
