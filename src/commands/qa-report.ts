// What `tonegate qa` says of the scenarios it played: to people, to programs, to build servers. Keys are dots in
// each of them.

import { asJunit, type JunitCase } from '../console/junit.ts';
import type { Played } from '../console/player.ts';
import { inColumns } from '../console/transcript.ts';
import type { PlannedScenario } from './scenario-files.ts';

/** A scenario that was played, or that this way of playing cannot play. */
export interface Result {
  readonly planned: PlannedScenario;
  /** Null: not played. */
  readonly played: Played | null;
  /** How long playing it took, in milliseconds of ours. */
  readonly tookMs: number;
}

export type Way = 'simulated' | 'live';

const INDENT = '    ';

/** A line, and the transcript where there is a difference. */
export function asText({ planned, played, tookMs }: Result): string {
  const { file, scenario } = planned;
  if (played === null) {
    return `not live  ${file}  ${scenario.scenario}\n${INDENT}only simulated: ${scenario.because}`;
  }
  const call = `${(played.ms / 1000).toFixed(0)} s of call in ${Math.round(tookMs)} ms`;
  if (played.isPassed) return `ok        ${file}  ${scenario.scenario} (${call})`;
  return `DIFFERS   ${file}  ${scenario.scenario} (${call})\n${inColumns(played.rows, INDENT)}`;
}

/** One JSON object. */
export function asJson({ planned, played, tookMs }: Result, way: Way): string {
  const { file, scenario } = planned;
  const told = { file, scenario: scenario.scenario, way };
  if (played === null) {
    return JSON.stringify({ ...told, outcome: 'not-played', because: scenario.because });
  }
  const { isPassed, rows, records, ms } = played;
  const outcome = isPassed ? 'passed' : 'differs';
  const difference = rows.find(({ differs }) => differs) ?? null;
  return JSON.stringify({
    ...told,
    outcome,
    callMs: Math.round(ms),
    tookMs: Math.round(tookMs),
    difference,
    transcript: rows,
    records,
  });
}

/** The last line: how many, and how many could not be played. */
export function asSummary(results: readonly Result[], way: Way): string {
  const count = (is: (result: Result) => boolean) => results.filter(is).length;
  const passed = count(({ played }) => played?.isPassed === true);
  const differing = count(({ played }) => played?.isPassed === false);
  const left = count(({ played }) => played === null);
  const played = `${passed + differing} scenarios ${way}: ${passed} as expected, ${differing} not`;
  return left === 0 ? played : `${played}; ${left} can only be simulated`;
}

export function asJunitText(results: readonly Result[], way: Way): string {
  return asJunit(`tonegate qa, ${way}`, results.map(junitCase));
}

function junitCase({ planned, played, tookMs }: Result): JunitCase {
  const { file, scenario } = planned;
  const told = { file, name: scenario.scenario, seconds: tookMs / 1000 };
  if (played === null) return { ...told, skipped: `only simulated: ${scenario.because}` };
  const row = played.rows.find(({ differs }) => differs);
  if (row === undefined) return told;
  const message = `expected: ${row.expected}; happened: ${row.happened}`;
  return { ...told, failure: { message, text: `\n${inColumns(played.rows, '')}\n` } };
}
