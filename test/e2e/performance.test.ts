// A guard against calls that become dear or slow: the short form of the bench, Tonegate beside bare rooms of the
// media library in one run. Only ratios count, with bounds far from what is measured on a quiet machine
// (docs/performance.md): a busy one makes both slow.

import { expect, test } from 'vitest';
import { startFloor, startTonegate } from '../../bench/calls/contenders.ts';
import { gatherCrowd } from '../../bench/calls/crowd.ts';
import { figuresOf, ratiosOf } from '../../bench/calls/figures.ts';
import { measure, type Plan } from '../../bench/calls/measure.ts';
import { startBenchSystem } from '../../bench/calls/system.ts';

const WINDOW_MS = 2500;
const PLAN: Plan = {
  calls: 10,
  frameMs: 10,
  windowMs: WINDOW_MS,
  entries: 1,
  lengths: {
    welcome: 1000,
    'enter-account': WINDOW_MS + 2500,
    'enter-birth-date-ymd': 1500,
    'enter-passcode': 1000,
    connecting: 1000,
  },
};

test('ten calls cost little more than the media library alone, and a key stops a prompt as soon', async () => {
  await using system = await startBenchSystem(PLAN.lengths);
  await using crowd = await gatherCrowd(system.api, system.folder, 1);
  const run = async (start: typeof startFloor) => {
    await using contender = await start(system);
    return figuresOf([await measure(contender, crowd, system, PLAN)]);
  };
  const floor = await run(startFloor);
  const tonegate = await run(startTonegate);
  const ratios = ratiosOf(tonegate, floor, null);
  console.info('Tonegate / floor', JSON.stringify(ratios));
  expect(tonegate.keysReceived).toBe(tonegate.keysSent);
  expect(ratios.memoryVsFloor).toBeLessThan(1.6);
  expect(ratios.cpuPlayingVsFloor).toBeLessThan(1.6);
  expect(ratios.cpuWaitingVsFloor).toBeLessThan(1.6);
  expect(ratios.keyToSilenceVsFloor).toBeLessThan(2.5);
});
