// Runs and figures as a bench finds them.

import type { Figures, Percentiles } from '../../bench/calls/figures.ts';
import type { Run } from '../../bench/calls/measure.ts';

/** Ten calls that cost 10 MB each, and a percent of a core while they play. */
export function run(changes: Partial<Run> = {}): Run {
  return {
    calls: 10,
    restMb: 100,
    fullMb: 200,
    cpuPctPlaying: 10,
    cpuPctWaiting: 8,
    othersPct: 1,
    firstAudioMs: [300, 400],
    keyToSilenceMs: [50, 60],
    verdictToSoundMs: [40, 45],
    keysSent: 200,
    keysReceived: 200,
    underruns: 0,
    ...changes,
  };
}

export const times = (p50: number, p95 = p50, p99 = p95): Percentiles => ({ p50, p95, p99 });

export function figures(changes: Partial<Figures> = {}): Figures {
  return {
    calls: 10,
    mbPerCall: 10,
    cpuPctPerCallPlaying: 1,
    cpuPctPerCallWaiting: 0.8,
    firstAudioMs: times(300, 400),
    keyToSilenceMs: times(50, 60),
    verdictToSoundMs: times(40, 50),
    keysSent: 200,
    keysReceived: 200,
    underruns: 0,
    ...changes,
  };
}
