import { expect, test } from 'vitest';
import { figuresOf, percentiles, ratiosOf } from '../../bench/calls/figures.ts';
import { figures, run, times } from './runs.ts';

test('a percentile is a value that was measured', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentiles(hundred)).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
});

test('of nothing there are no percentiles', () => {
  expect(percentiles([])).toBeNull();
});

test('a call costs its share of what came on top of a process without one', () => {
  expect(
    figuresOf([run({ calls: 20, restMb: 110, fullMb: 330, cpuPctPlaying: 24 })]),
  ).toMatchObject({ calls: 20, mbPerCall: 11, cpuPctPerCallPlaying: 1.2 });
});

test('of more runs, costs are those of the run in the middle and times those of all', () => {
  const runs = [
    run({ fullMb: 400, keyToSilenceMs: [10], underruns: 1 }),
    run({ fullMb: 200, keyToSilenceMs: [30], underruns: 2 }),
    run({ fullMb: 190, keyToSilenceMs: [20] }),
  ];
  expect(figuresOf(runs)).toMatchObject({
    mbPerCall: 10,
    keyToSilenceMs: { p50: 20, p95: 30 },
    underruns: 3,
    keysSent: 600,
  });
});

test('each ratio is Tonegate divided by the other', () => {
  const tonegate = figures({
    mbPerCall: 11,
    cpuPctPerCallPlaying: 1.1,
    cpuPctPerCallWaiting: 1,
    firstAudioMs: times(300, 500),
    keyToSilenceMs: times(60, 90),
    verdictToSoundMs: times(44),
  });
  const agents = figures({ mbPerCall: 110, firstAudioMs: times(600, 2000) });
  const ratios = ratiosOf(tonegate, figures({ firstAudioMs: null }), agents);
  expect(ratios).toEqual({
    memoryVsFloor: 1.1,
    cpuPlayingVsFloor: 1.1,
    cpuWaitingVsFloor: 1.25,
    memoryVsAgents: 0.1,
    firstAudioVsAgents: 0.5,
    firstAudioVsAgentsP95: 0.25,
    keyToSilenceVsFloor: 1.2,
    keyToSilenceVsFloorP95: 1.5,
    verdictToSoundVsFloor: 1.1,
  });
});

test('what was not measured has no ratio', () => {
  const ratios = ratiosOf(figures({ verdictToSoundMs: null }), figures(), null);
  expect(ratios.memoryVsAgents).toBeNull();
  expect(ratios.verdictToSoundVsFloor).toBeNull();
});

test('nothing is divided by nothing', () => {
  expect(ratiosOf(figures(), figures({ mbPerCall: 0 }), null).memoryVsFloor).toBeNull();
});
