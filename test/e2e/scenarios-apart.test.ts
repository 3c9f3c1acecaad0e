// The scenario files that nobody can play on a system that others use, played live all the same: on a system of
// their own whose workers are killed, drained and broken, whose store is stopped, whose desks stay away.

import { globSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadEdition } from '../../src/commands/edition.ts';
import { loadScenarios, type PlannedScenario } from '../../src/commands/scenario-files.ts';
import { type Played, play } from '../../src/console/player.ts';
import { inColumns } from '../../src/console/transcript.ts';
import { type ChaosSystem, startSystem } from '../chaos/system.ts';
import { needsSip } from './apart/callers.ts';
import { openStageApart } from './apart/stage.ts';

const PORTS = { livekit: 23780, sip: 23760, rtp: 23200, redis: 23779, worker: 23_800 };
/** Those who call over LiveKit; the trunk sends all others to one agent, so that they call one after the other. */
const AT_ONCE = 4;

const edition = await loadEdition('tonegate.yaml');
const all = await loadScenarios(globSync('examples/scenarios/*.yaml').toSorted(), edition.config);
const apart = all.filter(({ scenario }) => scenario.only === 'simulated');
const played = new Map<string, Played | Error>();
let system: ChaosSystem;

async function playOne(planned: PlannedScenario): Promise<Played> {
  await using stage = await openStageApart(system, edition, planned);
  return await play(planned.scenario, stage);
}

beforeAll(async () => {
  const began = performance.now();
  system = await startSystem({
    ports: PORTS,
    configure: (demo) => demo,
    audiences: { 'sensitive-desk': 'sensitive', 'operator-desk': 'operator-desk' },
  });
  const [bySip, others] = [true, false].map((isBySip) =>
    apart.filter(({ scenario }) => needsSip(scenario) === isBySip),
  ) as [PlannedScenario[], PlannedScenario[]];
  const playOn = async (waiting: PlannedScenario[]) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      played.set(next.file, await playOne(next).catch((error: Error) => error));
    }
  };
  await Promise.all([playOn(bySip), ...Array.from({ length: AT_ONCE }, () => playOn(others))]);
  console.info(`scenarios, apart: ${Math.round((performance.now() - began) / 1000)} s`);
}, 300_000);
afterAll(() => system?.[Symbol.asyncDispose]());

test.each(apart)('$scenario.scenario', ({ file }) => {
  const call = played.get(file);
  if (call === undefined || call instanceof Error) throw call ?? new Error('not played');
  expect(call.isPassed, `\n${file}\n${inColumns(call.rows, '')}`).toBe(true);
});
