// docs/scenarios.md held against the program: its example, played, is as expected; with the one word changed that
// the page changes, it differs exactly as the page shows.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadEdition } from '../../src/commands/edition.ts';
import { simulatedStages } from '../../src/commands/qa-simulated.ts';
import { loadScenarios } from '../../src/commands/scenario-files.ts';
import { play } from '../../src/console/player.ts';
import { HAPPENINGS, scenarioSchema } from '../../src/console/scenario.ts';
import { inColumns } from '../../src/console/transcript.ts';
import { temporaryFolder } from '../store/folder.ts';

const page = readFileSync('docs/scenarios.md', 'utf8');
const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const shown = /```text\n(.*?)```/s.exec(page)?.[1] ?? '';
const edition = await loadEdition('tonegate.yaml');

async function played(text: string) {
  const file = join(temporaryFolder(), 'mistyped.yaml');
  writeFileSync(file, text);
  const [planned] = await loadScenarios([file], edition.config);
  const open = await simulatedStages(edition);
  await using stage = await open(planned!);
  return await play(planned!.scenario, stage);
}

test('the example goes as it is written', async () => {
  const { isPassed, rows } = await played(example);
  expect(isPassed, inColumns(rows, '')).toBe(true);
});

test('with a wrong code it differs as the page shows', async () => {
  const { rows } = await played(example.replace('code: sent', 'code: wrong'));
  expect(inColumns(rows, '    ')).toBe(shown.split('\n').slice(1, -1).join('\n'));
});

test('the page names every key of a file, and everything that may happen', () => {
  const names = [...Object.keys(scenarioSchema.shape), ...Object.keys(HAPPENINGS)];
  for (const name of names) expect(page).toContain(`\`${name}`);
});

test('it counts the files that we ship as they are', () => {
  const files = globSync('examples/scenarios/*.yaml').map((file) => readFileSync(file, 'utf8'));
  const both = files.filter((text) => parse(text).only === undefined);
  expect(page).toContain(`${files.length} calls to the demo's lines, ${both.length} of which`);
});
