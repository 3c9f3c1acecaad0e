import { expect, test } from 'vitest';
import { ratiosOf } from '../../bench/calls/figures.ts';
import type { Findings } from '../../bench/calls/findings.ts';
import { goalsOf } from '../../bench/calls/goals.ts';
import { pageOf } from '../../bench/calls/page.ts';
import { tableOf } from '../../bench/calls/report.ts';
import { figures, times } from './runs.ts';

const floor = figures({ firstAudioMs: null });
const tonegate = figures({ mbPerCall: 12.34, cpuPctPerCallWaiting: 0.81 });
const agents = figures({ calls: 4, mbPerCall: 120, firstAudioMs: times(600, 900) });
const results = {
  floor,
  tonegate,
  agents,
  ratios: ratiosOf(tonegate, floor, agents),
  scale: [
    { calls: 10, cpuPctPerCall: 1, mbPerCall: 9, loopP99Ms: 3, keysSent: 80, keysReceived: 80 },
    { calls: 60, cpuPctPerCall: 1, mbPerCall: 9, loopP99Ms: 8, keysSent: 480, keysReceived: 480 },
  ].map((point) => ({ ...point, underruns: 0, othersPct: 0 })),
  burst: { calls: 30, allHeardMs: 1234.5 },
  floorUnderLoad: {
    scale: [
      {
        ...{ calls: 10, cpuPctPerCall: 1.5, mbPerCall: 8, loopP99Ms: null, underruns: 2 },
        ...{ keysSent: 80, keysReceived: 79, othersPct: 0 },
      },
    ],
    burst: { calls: 30, allHeardMs: 987.6 },
  },
  sip: { calls: 20, keyToSilenceMs: times(120, 155, 158) },
  othersPct: 2.4,
  spread: { memoryVsFloor: [1.1, 1.3] },
} as const;
const findings: Findings = {
  ...results,
  machine: {
    cpu: 'A processor',
    cores: 2,
    memoryGb: 24,
    load: 0.3,
    platform: 'linux x64',
    node: '26.10.0',
    sqlite: '3',
    tonegate: '0.1.0',
    commit: '0123456789abcdef',
    isModified: false,
    date: '2026-12-01T10:00:00.000Z',
  },
  versions: {
    tonegate: '0.1.0',
    node: '26.10.0',
    rtcNode: '1.1.0',
    livekitServer: '1.13.5',
    livekitSip: '1.8.0',
    agents: '1.9.0',
    agentsRtcNode: '0.13.35',
  },
  goals: goalsOf(results),
  charts: [{ what: 'charts alone', perSecond: 10_000, microseconds: 100 }],
};

test('the page says of each goal whether it is held, with the figure', () => {
  const page = pageOf(findings);
  expect(page).toContain(
    '| memory of a call, Tonegate / floor | ≤ 1.15 | 1.23 | **not held** |  |',
  );
  expect(page).toContain(
    '| processor of a call while it waits, Tonegate / floor | ≤ 1.15 | 1.01 | held |  |',
  );
  expect(page).toContain('12 of 14 are held.');
  expect(page).toContain('| 30 calls at once: all heard | ≤ 2000 ms | 1235 | held | 988 |');
});

test('the page says on what and how much was measured, and what chance does to it', () => {
  const page = pageOf(findings);
  expect(page).toContain(
    '2 cores of A processor, 24 GiB, linux x64; others needed at most 2.4 % of them',
  );
  expect(page).toContain('Tonegate 0.1.0 (0123456789), Node 26.10.0, rtc-node 1.1.0, 2026-12-01');
  expect(page).toContain(
    '| dispatch to first sound (ms) | - | 300 / 400 / 400 | 600 / 900 / 900 |',
  );
  expect(page).toContain('| `memoryVsFloor` | 1.10 | 1.30 |');
});

test('the table marks a goal that is missed', () => {
  const table = tableOf(findings);
  expect(table).toContain('NOT HELD  memory of a call, Tonegate / floor: 1.23 (≤ 1.15)');
  expect(table).toContain(
    'held      30 calls at once: all heard: 1235 (≤ 2000 ms; the floor: 988)',
  );
});

test('floor and Tonegate are said as calls grow, and who they are', () => {
  const page = pageOf(findings);
  expect(page).toContain('| 10 | floor | 1.50 | 8.0 | - | 2 | 79/80 |');
  expect(page).toContain('| 60 | tonegate | 1.00 | 9.0 | 8.0 | 0 | 480/480 |');
  expect(tableOf(findings)).toContain('floor, 10 calls');
});
