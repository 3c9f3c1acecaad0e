// The import fence of biome.json, proved by files that break it.

import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const fixtures = join(import.meta.dirname, 'fixtures', 'fence');

// A project of its own inside ours, so that biome.json applies as it stands.
mkdirSync(join(root, '.tonegate'), { recursive: true });
const project = mkdtempSync(join(root, '.tonegate', 'fence-'));
for (const path of ['biome.json', 'scripts/lint']) {
  cpSync(join(root, path), join(project, path), { recursive: true });
}
cpSync(fixtures, project, { recursive: true });
afterAll(() => rmSync(project, { recursive: true }));

const RULES = /^(lint\/style\/noRestricted|lint\/suspicious\/noConsole|plugin)/;
const reported = lint();

test.each(globSync('src/**/*.ts', { cwd: fixtures }))(
  'every line of %s that breaks the fence is reported, and no other',
  (file) => {
    const lines = readFileSync(join(fixtures, file), 'utf8').split('\n');
    const forbidden = lines.flatMap((line, i) => (line.endsWith('// forbidden') ? [i + 1] : []));
    expect(reported.get(file) ?? []).toEqual(forbidden);
  },
);

test('every room of the house is tried', () => {
  const rooms = (folder: string) => globSync('src/*/', { cwd: folder }).toSorted();
  expect(rooms(fixtures)).toEqual(expect.arrayContaining(rooms(root)));
});

/** Runs the linter over the bad project; answers the lines the fence reports, by file. */
function lint(): Map<string, number[]> {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const args = [biome, 'lint', '--reporter=github', '--max-diagnostics=none', 'src'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  const found = new Map<string, Set<number>>();
  for (const [, rule = '', path = '', line] of stdout.matchAll(
    /^::\w+ title=([^,]+),file=([^,]+),line=(\d+),/gm,
  )) {
    if (!RULES.test(rule)) continue;
    const file = path.slice(path.indexOf('src/'));
    found.set(file, (found.get(file) ?? new Set()).add(Number(line)));
  }
  return new Map([...found].map(([file, lines]) => [file, [...lines].toSorted((a, b) => a - b)]));
}
