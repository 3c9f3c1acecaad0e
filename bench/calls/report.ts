// What the bench of calls has found, for people in a terminal. Says of each goal whether it is met, and nothing that
// was not measured.

import { machineText } from '../report.ts';
import type { Figures, Percentiles } from './figures.ts';
import type { Findings } from './findings.ts';

export const CONTENDERS = ['floor', 'tonegate', 'agents'] as const;

/** Rows of a contender: a name, and the figure as people read it. */
export const ROWS: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['calls', ({ calls }) => String(calls)],
  ['memory of a call (MB, PSS)', ({ mbPerCall }) => mbPerCall.toFixed(1)],
  ['playing (% of a core a call)', (figures) => figures.cpuPctPerCallPlaying.toFixed(2)],
  ['waiting (% of a core a call)', (figures) => figures.cpuPctPerCallWaiting.toFixed(2)],
  ['dispatch to first sound (ms)', ({ firstAudioMs }) => times(firstAudioMs)],
  ['key to silence (ms)', ({ keyToSilenceMs }) => times(keyToSilenceMs)],
  ['verdict to next sound (ms)', ({ verdictToSoundMs }) => times(verdictToSoundMs)],
  ['keys received of sent', ({ keysReceived, keysSent }) => `${keysReceived}/${keysSent}`],
  ['underruns', ({ underruns }) => String(underruns)],
];

export function times(percentiles: Percentiles | null): string {
  if (percentiles === null) return '-';
  const { p50, p95, p99 } = percentiles;
  return [p50, p95, p99].map((ms) => ms.toFixed(0)).join(' / ');
}

export function figure(value: number | null): string {
  if (value === null) return 'not measured';
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

export function tableOf(findings: Findings): string {
  const { goals, scale, burst, floorUnderLoad, sip, machine } = findings;
  const row = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(i === 0 ? 32 : 20))
      .join('')
      .trimEnd();
  return [
    machineText(machine),
    '',
    row(['', ...CONTENDERS]),
    ...ROWS.map(([what, of]) => row([what, ...CONTENDERS.map((name) => of(findings[name]))])),
    '',
    row(['AS CALLS GROW', '% of a core a call', 'MB a call', 'loop p99 (ms)', 'underruns']),
    ...(
      [
        ['floor', floorUnderLoad.scale],
        ['tonegate', scale],
      ] as const
    ).flatMap(([name, points]) =>
      points.map((point) =>
        row([
          `${name}, ${point.calls} calls`,
          point.cpuPctPerCall.toFixed(2),
          point.mbPerCall.toFixed(1),
          point.loopP99Ms?.toFixed(1) ?? '-',
          String(point.underruns),
        ]),
      ),
    ),
    '',
    `${burst.calls} calls at once: all heard after ${burst.allHeardMs.toFixed(0)} ms; bare rooms after ${floorUnderLoad.burst.allHeardMs.toFixed(0)} ms`,
    `key to silence over the SIP bridge (ms): ${times(sip.keyToSilenceMs)}`,
    '',
    'GOALS',
    ...goals.map(
      ({ what, goal, measured, held, floor }) =>
        `${held ? 'held    ' : 'NOT HELD'}  ${what}: ${figure(measured)} (${goal}${floor === undefined ? '' : `; the floor: ${figure(floor)}`})`,
    ),
  ].join('\n');
}
