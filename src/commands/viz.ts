// `tonegate viz`: draws the charts into docs/machines, or says whether what is there is still true.

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { fileOf, indexOf, kebab, pageOf } from '../charts/page.ts';
import { walk } from '../charts/walk.ts';
import { CHARTS } from './charts.ts';

const MACHINES = fileURLToPath(new URL('../machines', import.meta.url));
const PAGES = fileURLToPath(new URL('../../docs/machines', import.meta.url));

interface WriteCharts {
  /** Only say what differs. */
  readonly check: boolean;
  readonly out?: Writable;
  /** Folder of the pages. */
  readonly dir?: string;
}

/** Writes a page per chart and their index. Exit code: 0 done or all true, 1 a page is not. */
export async function writeCharts(options: WriteCharts): Promise<0 | 1> {
  const { check, out = process.stdout, dir = PAGES } = options;
  const print = (line: string) => out.write(`${line}\n`);
  const show = (file: string) => relative('', join(dir, file));

  const forgotten = await notListed();
  for (const file of forgotten) print(`${file} is not drawn: add it to src/commands/charts.ts`);

  const pages = drawAll();
  const there = await pagesIn(dir);
  const differing = [...pages].filter(([file, text]) => there.get(file) !== text);
  const stale = [...there.keys()].filter((file) => !pages.has(file));
  for (const file of stale) print(`${show(file)} belongs to no chart: delete it`);

  if (check) {
    for (const [file] of differing) print(`${show(file)} differs from the code: npm run viz`);
  } else {
    await mkdir(dir, { recursive: true });
    for (const [file, text] of differing) {
      await writeFile(join(dir, file), text);
      print(`${show(file)} written`);
    }
  }
  const faults = forgotten.length + stale.length + (check ? differing.length : 0);
  if (faults === 0) print(`${pages.size} pages are as the code is`);
  return faults === 0 ? 0 : 1;
}

function drawAll(): Map<string, string> {
  const charts = CHARTS.map(walk);
  return new Map([
    ...charts.map((chart) => [fileOf(chart.id), pageOf(chart)] as const),
    ['README.md', indexOf(charts)],
  ]);
}

async function pagesIn(dir: string): Promise<Map<string, string>> {
  if (!existsSync(dir)) return new Map();
  const files = (await readdir(dir)).filter((file) => file.endsWith('.md')).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
  return new Map(files.map((file, i) => [file, texts[i] ?? '']));
}

/** Charts that somebody wrote and forgot to list above. */
async function notListed(): Promise<string[]> {
  const listed = new Set(CHARTS.map(({ id }) => kebab(id)));
  const files = (await readdir(MACHINES)).filter((file) => /\.machine\.[jt]s$/.test(file)).sort();
  return files.filter((file) => !listed.has(file.replace(/\.machine\..*$/, '')));
}
