// How fast the charts of calls are without anything around them: a whole verified call by generated events, and what
// following it for logs and onlookers costs.
//   node bench/charts.ts [--json]

import { parseArgs } from 'node:util';
import { type ChartSpeed, measureCharts } from './calls/chart-speed.ts';
import { machine } from './machine.ts';
import { machineText } from './report.ts';

const { json } = parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
const on = machine();
const charts = measureCharts();
if (json) console.info(JSON.stringify({ machine: on, charts }));
else console.info(`${machineText(on)}\n${charts.map(text).join('\n')}`);

function text({ what, perSecond, microseconds }: ChartSpeed): string {
  return `${what.padEnd(44)} ${perSecond.toFixed(0).padStart(8)} transitions/s ${microseconds.toFixed(1).padStart(8)} µs each`;
}
