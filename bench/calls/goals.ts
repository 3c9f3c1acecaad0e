// The goals, and whether they are met. Pure. What could not be measured is not met.

import type { Burst, Percentiles, Ratios, ScalePoint, UnderLoad } from './figures.ts';

export interface Goal {
  readonly what: string;
  /** As people write it: `≤ 1.15`. */
  readonly goal: string;
  /** Null: not measured. */
  readonly measured: number | null;
  readonly held: boolean;
  /** The same of the floor, where that says what the machine itself allows. */
  readonly floor?: number | null;
}

/** What goals are about. */
export interface Found {
  readonly ratios: Ratios;
  readonly scale: readonly ScalePoint[];
  readonly burst: Burst;
  readonly floorUnderLoad: UnderLoad;
  readonly sip: { readonly keyToSilenceMs: Percentiles | null };
}

/** How much more or less a call may cost than at the smallest number of calls. */
const FLAT = 0.15;
const LOOP_MS = 20;

export function goalsOf({ ratios, scale, burst, floorUnderLoad, sip }: Found): readonly Goal[] {
  const most = (what: string, measured: number | null, limit: number, unit = ''): Goal => ({
    what,
    goal: `≤ ${limit}${unit}`,
    measured,
    held: measured !== null && measured <= limit,
  });
  const full = scale.at(-1);
  return [
    most('memory of a call, Tonegate / floor', ratios.memoryVsFloor, 1.15),
    most('processor of a call while it plays, Tonegate / floor', ratios.cpuPlayingVsFloor, 1.15),
    most('processor of a call while it waits, Tonegate / floor', ratios.cpuWaitingVsFloor, 1.15),
    most('memory of a call, Tonegate / agents', ratios.memoryVsAgents, 0.1),
    most('dispatch to first sound, p50, Tonegate / agents', ratios.firstAudioVsAgents, 0.9),
    most('dispatch to first sound, p95, Tonegate / agents', ratios.firstAudioVsAgentsP95, 0.9),
    most('key to silence, p50, Tonegate / floor', ratios.keyToSilenceVsFloor, 1.2),
    most('key to silence, p95, Tonegate / floor', ratios.keyToSilenceVsFloorP95, 1.2),
    most('key to silence over the SIP bridge, p95', sip.keyToSilenceMs?.p95 ?? null, 160, ' ms'),
    most('verdict to next sound, p50, Tonegate / floor', ratios.verdictToSoundVsFloor, 1.2),
    {
      what: 'calls at once without an underrun, with every key',
      goal: '≥ 60',
      measured: mostClean(scale),
      held: mostClean(scale) >= 60,
      floor: mostClean(floorUnderLoad.scale),
    },
    most(`event loop p99 at ${full?.calls ?? 0} calls`, full?.loopP99Ms ?? null, LOOP_MS, ' ms'),
    {
      ...most('processor of a call as calls grow, largest change', largestChange(scale), FLAT),
      floor: largestChange(floorUnderLoad.scale),
    },
    {
      ...most(`${burst.calls} calls at once: all heard`, burst.allHeardMs, 2000, ' ms'),
      floor: floorUnderLoad.burst.allHeardMs,
    },
  ];
}

function mostClean(scale: readonly ScalePoint[]): number {
  return Math.max(0, ...scale.filter(isClean).map(({ calls }) => calls));
}

function isClean({ underruns, keysSent, keysReceived }: ScalePoint): boolean {
  return underruns === 0 && keysReceived === keysSent;
}

/** By how much of what it is with the fewest calls a call's cost changes. */
function largestChange(scale: readonly ScalePoint[]): number | null {
  const [first, ...more] = scale;
  if (first === undefined || more.length === 0 || !(first.cpuPctPerCall > 0)) return null;
  return Math.max(
    ...more.map(({ cpuPctPerCall }) => Math.abs(cpuPctPerCall / first.cpuPctPerCall - 1)),
  );
}
