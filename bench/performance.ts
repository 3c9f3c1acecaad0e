// The bench of calls: the floor of the media library, Tonegate, and an agent of `@livekit/agents`, on one machine in
// one run. Exit code 2 where it is used wrongly, 3 where something it needs is not there.
//   npm run bench -- [--calls N] [--json] [--write]

import { writeFileSync } from 'node:fs';
import { readUsage, USAGE } from './calls/usage.ts';
import { machine } from './machine.ts';

const PAGE = new URL('../docs/performance.md', import.meta.url);

function fail(code: 2 | 3, why: string): never {
  console.error(`bench: ${why}`);
  process.exit(code);
}

const usage = readUsage(process.argv.slice(2));
if (typeof usage === 'string') fail(2, `${usage}\n${USAGE}`);
if (process.platform !== 'linux') fail(3, 'it needs Linux: memory and processor time are in /proc');

// Loads the media library, for which not every platform has a build.
const { runBench } = await import('./calls/run.ts');
const { measureCharts } = await import('./calls/chart-speed.ts');
const { goalsOf } = await import('./calls/goals.ts');
const { versions } = await import('./calls/findings.ts');
const { pageOf } = await import('./calls/page.ts');
const { tableOf } = await import('./calls/report.ts');

const on = machine();
const charts = measureCharts();
let results: Awaited<ReturnType<typeof runBench>>;
try {
  results = await runBench(usage.calls, (text) => console.error(`bench: ${text}`));
} catch (error) {
  fail(3, error instanceof Error ? error.message : String(error));
}
const found = { machine: on, versions: versions(), ...results, goals: goalsOf(results), charts };
if (usage.json) {
  // Three decimals: what is beyond them is chance.
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
  process.stdout.write(`${JSON.stringify(found, rounded)}\n`);
} else console.info(tableOf(found));
if (usage.write) writeFileSync(PAGE, pageOf(found));
process.exit(0);
