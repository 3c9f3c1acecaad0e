// What the bench has found, for people. Pure.

import type { ChainSpeed } from './chain-speed.ts';
import { ALIKE, type Comparison, PLAIN } from './comparison.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './statistics.ts';
import type { Speed, StoreSpeeds } from './store-speed.ts';
import type { Listening } from './telling-apart.ts';

export function machineText(machine: Machine): string {
  const { cpu, cores, memoryGb, load, platform, node, sqlite, tonegate, commit, isModified } =
    machine;
  const source = commit === null ? '' : ` (${commit.slice(0, 7)}${isModified ? ', modified' : ''})`;
  return [
    `Tonegate ${tonegate}${source}, Node ${node}, SQLite ${sqlite}, ${machine.date.slice(0, 16)}Z`,
    `${cores} cores of ${cpu}, ${memoryGb} GiB, ${platform}, load ${load.toFixed(1)}`,
  ].join('\n');
}

const EAR = [24, 20, 7, 24, 24, 8, 9, 5];

export function listeningTitles(lateMs: number): string {
  const titles = [
    'LINE',
    'HEARD AFTER',
    'HELD',
    'EXISTING (ms)',
    'MISSING (ms)',
    't',
    'OTHERS',
    'HOLDS',
  ];
  return `
Telling an existing account from a missing one by ear: the bank answers ${lateMs} ms later for an existing one.
Median (5 % to 95 %) of the time from the last key to what is heard; t of Welch. Where answers are held back,
|t| must stay below ${ALIKE}; where they are not, |t| above ${PLAIN} shows that the bench can hear.
OTHERS: calls that heard other words than the rest, existing/missing.
${row(EAR, titles)}`;
}

export function listeningText({ line, comparisons }: Listening): string {
  return comparisons.map((comparison) => row(EAR, [line, ...heard(comparison)])).join('\n');
}

function heard(comparison: Comparison): readonly string[] {
  const { question, held, existing, missing, t, otherWords, holds } = comparison;
  return [
    question,
    held ? 'yes' : 'no',
    range(existing),
    range(missing),
    t.toFixed(2),
    `${otherWords.existing}/${otherWords.missing}`,
    holds === null ? '-' : holds ? 'yes' : 'NO',
  ];
}

function range({ median, p5, p95 }: Spread): string {
  return `${median.toFixed(0)} (${p5.toFixed(0)} to ${p95.toFixed(0)})`;
}

const SPEED = [32, 8, 30, 30, 5];

export function speedText({ speeds, postgres }: StoreSpeeds): string {
  const of = (database: string) => speeds.filter((speed) => speed.database === database);
  const [files, servers] = [of('SQLite'), of('PostgreSQL')];
  const rows = files.map((file, i) => {
    const server = servers[i]!;
    const ratio = (server.perSecond / file.perSecond).toFixed(1);
    return row(SPEED, [file.operation, `${file.atOnce}`, speed(file), speed(server), ratio]);
  });
  return `
Stores, a second: median and p95 of each. SQLite: file, WAL, full sync.
PostgreSQL ${postgres.server_version}, fsync ${postgres.fsync}.
${row(SPEED, ['', 'AT ONCE', 'SQLITE', 'POSTGRESQL', 'RATIO'])}
${rows.join('\n')}`;
}

function speed({ perSecond, medianMs, p95Ms }: Speed): string {
  return `${perSecond.toFixed(0)}/s  ${medianMs.toFixed(1)} ms, ${p95Ms.toFixed(1)} ms`;
}

export function chainText({ records, seals, perSecond, rss }: ChainSpeed): string {
  const { before, warm, peak, after } = rss;
  const [start, middle, most, end] = [before, warm, peak, after].map((mib) => mib.toFixed(0));
  return `
Records: ${perSecond.toFixed(0)} a second verified, of ${records} with ${seals} seals.
Memory ${start} MiB before, ${middle} MiB after a third of them, then at most ${most} MiB, ${end} MiB at the end.`;
}

function row(widths: readonly number[], cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join(' ')
    .trimEnd();
}
