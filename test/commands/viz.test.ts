import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeCharts } from '../../src/commands/viz.ts';

let dir: string;
let printed: string;
const out = new Writable({
  write(chunk, _, done) {
    printed += chunk;
    done();
  },
});

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tonegate-viz-')), 'machines');
  printed = '';
});

afterEach(() => rm(join(dir, '..'), { recursive: true }));

describe('tonegate viz', () => {
  test('has drawn every chart as the code is', async () => {
    expect(await writeCharts({ check: true, out })).toBe(0);
    const pages = await readdir('docs/machines');
    const charts = (await readdir('src/machines')).filter((file) => file.endsWith('.machine.ts'));
    expect(pages.sort()).toEqual(
      ['README.md', ...charts.map((file) => file.replace('.machine.ts', '.md'))].sort(),
    );
  });

  test('writes the pages once, and then nothing differs', async () => {
    expect(await writeCharts({ check: false, out, dir })).toBe(0);
    expect(await writeCharts({ check: true, out, dir })).toBe(0);
    printed = '';
    await writeCharts({ check: false, out, dir });
    const count = (await readdir(dir)).length;
    expect(printed).toBe(`${count} pages are as the code is\n`);
  });

  test('check names the page that drifted and the mend, and changes nothing', async () => {
    await writeCharts({ check: false, out, dir });
    await appendFile(join(dir, 'call.md'), 'more');
    printed = '';
    expect(await writeCharts({ check: true, out, dir })).toBe(1);
    expect(printed).toMatch(/machines\/call\.md differs from the code: npm run viz\n$/);
    expect(printed.trim().split('\n')).toHaveLength(1);
    expect(await readFile(join(dir, 'call.md'), 'utf8')).toMatch(/more$/);
  });

  test('check finds a description that changed', async () => {
    await writeCharts({ check: false, out, dir });
    const page = join(dir, 'hand-off.md');
    const text = await readFile(page, 'utf8');
    const before = text.replaceAll('A desk that', 'Somebody who');
    expect(before).not.toBe(text);
    await writeFile(page, before);
    printed = '';
    expect(await writeCharts({ check: true, out, dir })).toBe(1);
    expect(printed).toContain('hand-off.md differs from the code');
  });

  test('check finds a page that is missing', async () => {
    await writeCharts({ check: false, out, dir });
    await rm(join(dir, 'step.md'));
    expect(await writeCharts({ check: true, out, dir })).toBe(1);
  });

  test('tells of a page that no chart has', async () => {
    await writeCharts({ check: false, out, dir });
    await writeFile(join(dir, 'menu.md'), '');
    printed = '';
    expect(await writeCharts({ check: true, out, dir })).toBe(1);
    expect(printed).toMatch(/machines\/menu\.md belongs to no chart: delete it\n$/);
  });
});
