// The scenario files that we ship, each played simulated; together they come to every way in which a step or a call
// can end. Live they are played in test/e2e/scenarios.test.ts.

import { globSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { loadEdition } from '../../src/commands/edition.ts';
import { simulatedStages } from '../../src/commands/qa-simulated.ts';
import { loadScenarios, type PlannedScenario } from '../../src/commands/scenario-files.ts';
import { play } from '../../src/console/player.ts';
import { inColumns } from '../../src/console/transcript.ts';
import type { CallRecord } from '../../src/ivr/call-record.ts';
import { ENDING_REASONS, STEP_OUTCOMES } from '../../src/machines/outcome.ts';

const files = globSync('examples/scenarios/*.yaml').toSorted();
const edition = await loadEdition('tonegate.yaml');
const scenarios = await loadScenarios(files, edition.config);
const open = await simulatedStages(edition);
const records: CallRecord[] = [];

async function played(planned: PlannedScenario) {
  await using stage = await open(planned);
  const call = await play(planned.scenario, stage);
  const { account, birthDate, passcode } = stage.customer;
  const [year, month, day] = (birthDate ?? '').split('-');
  const keyed = [account, `${month}${day}${year}`, passcode ?? '', ...(await stage.codes())];
  return { ...call, keyed };
}

afterAll(() => {
  expect(records.length).toBeGreaterThanOrEqual(files.length);
});

test.each(scenarios)('$scenario.scenario', async (planned) => {
  const { isPassed, rows, records: kept, keyed } = await played(planned);
  expect(isPassed, `\n${inColumns(rows, '')}`).toBe(true);
  const words = rows.map(({ expected, happened }) => `${expected} ${happened}`).join('\n');
  for (const entry of keyed) expect(words).not.toContain(entry);
  records.push(...kept);
});

test('they end in every way in which a call can end', () => {
  const reached = new Set(records.map(({ ending }) => ending.reason));
  expect([...reached].toSorted()).toEqual([...ENDING_REASONS].toSorted());
});

test('their steps end in every way in which a step can end', () => {
  const reached = new Set(records.flatMap(({ steps }) => steps.map(({ outcome }) => outcome)));
  expect([...reached].toSorted()).toEqual([...STEP_OUTCOMES].toSorted());
});

test('most of them can be played live, and the others say why not', () => {
  const simulated = scenarios.filter(({ scenario }) => scenario.only !== undefined);
  expect(scenarios.length - simulated.length).toBeGreaterThanOrEqual(25);
  expect(simulated.length).toBeLessThanOrEqual(11);
  for (const { scenario } of simulated) expect(scenario.because).toMatch(/^[A-Z].+\.$/);
});
