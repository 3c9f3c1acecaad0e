// What was measured, as docs/performance.md and `--json` have it. Pure. A figure that was not measured is null.

import { quantile, spread } from '../statistics.ts';
import type { Run } from './measure.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** One contender. */
export interface Figures {
  readonly calls: number;
  readonly mbPerCall: number;
  readonly cpuPctPerCallPlaying: number;
  readonly cpuPctPerCallWaiting: number;
  readonly firstAudioMs: Percentiles | null;
  readonly keyToSilenceMs: Percentiles | null;
  readonly verdictToSoundMs: Percentiles | null;
  readonly keysSent: number;
  readonly keysReceived: number;
  readonly underruns: number;
}

/** Tonegate divided by the other; null: one of both was not measured. */
export interface Ratios {
  readonly memoryVsFloor: number | null;
  readonly cpuPlayingVsFloor: number | null;
  readonly cpuWaitingVsFloor: number | null;
  readonly memoryVsAgents: number | null;
  readonly firstAudioVsAgents: number | null;
  readonly firstAudioVsAgentsP95: number | null;
  readonly keyToSilenceVsFloor: number | null;
  readonly keyToSilenceVsFloorP95: number | null;
  readonly verdictToSoundVsFloor: number | null;
}

export interface ScalePoint {
  readonly calls: number;
  readonly cpuPctPerCall: number;
  readonly mbPerCall: number;
  /** Null: of a contender whose loop nobody watches. */
  readonly loopP99Ms: number | null;
  readonly underruns: number;
  readonly keysSent: number;
  readonly keysReceived: number;
  /** What others needed of all processors meanwhile. */
  readonly othersPct: number;
}

/** So many calls in the same moment: how long until all of their callers heard something. */
export interface Burst {
  readonly calls: number;
  readonly allHeardMs: number;
}

/** What becomes of a contender as calls grow, and when many come in the same moment. */
export interface UnderLoad {
  readonly scale: readonly ScalePoint[];
  readonly burst: Burst;
}

export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const at = quantile(values);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export function mbPerCall({ fullMb, restMb, calls }: Run): number {
  return (fullMb - restMb) / calls;
}

/** All runs of one contender together: times of all of them; of memory and processor the run in the middle. */
export function figuresOf(runs: readonly Run[]): Figures {
  const median = (of: (run: Run) => number) => spread(runs.map(of)).median;
  const sum = (of: (run: Run) => number) => runs.reduce((total, run) => total + of(run), 0);
  const times = (of: (run: Run) => readonly number[]) => percentiles(runs.flatMap(of));
  return {
    calls: runs[0]?.calls ?? 0,
    mbPerCall: median(mbPerCall),
    cpuPctPerCallPlaying: median((run) => run.cpuPctPlaying / run.calls),
    cpuPctPerCallWaiting: median((run) => run.cpuPctWaiting / run.calls),
    firstAudioMs: times((run) => run.firstAudioMs),
    keyToSilenceMs: times((run) => run.keyToSilenceMs),
    verdictToSoundMs: times((run) => run.verdictToSoundMs),
    keysSent: sum((run) => run.keysSent),
    keysReceived: sum((run) => run.keysReceived),
    underruns: sum((run) => run.underruns),
  };
}

export function ratiosOf(tonegate: Figures, floor: Figures, agents: Figures | null): Ratios {
  const times =
    (what: 'firstAudioMs' | 'keyToSilenceMs' | 'verdictToSoundMs') =>
    (other: Figures | null, at: keyof Percentiles) =>
      ratio(tonegate[what]?.[at], other?.[what]?.[at]);
  const firstAudio = times('firstAudioMs');
  const keyToSilence = times('keyToSilenceMs');
  return {
    memoryVsFloor: ratio(tonegate.mbPerCall, floor.mbPerCall),
    cpuPlayingVsFloor: ratio(tonegate.cpuPctPerCallPlaying, floor.cpuPctPerCallPlaying),
    cpuWaitingVsFloor: ratio(tonegate.cpuPctPerCallWaiting, floor.cpuPctPerCallWaiting),
    memoryVsAgents: ratio(tonegate.mbPerCall, agents?.mbPerCall),
    firstAudioVsAgents: firstAudio(agents, 'p50'),
    firstAudioVsAgentsP95: firstAudio(agents, 'p95'),
    keyToSilenceVsFloor: keyToSilence(floor, 'p50'),
    keyToSilenceVsFloorP95: keyToSilence(floor, 'p95'),
    verdictToSoundVsFloor: times('verdictToSoundMs')(floor, 'p50'),
  };
}

/** Null where there is nothing to divide, or nothing to divide by. */
function ratio(ours: number | undefined, theirs: number | undefined): number | null {
  if (ours === undefined || theirs === undefined || !(theirs > 0)) return null;
  return ours / theirs;
}
