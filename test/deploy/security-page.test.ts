// docs/security.md: what it says to be shown by a test is shown by one that is there.

import { globSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { clone, text } from './files.ts';

const page = await text('docs/security.md');

test('every test that the page names is there', () => {
  const named = [...page.matchAll(/`([\w/*.-]+\.test\.ts)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter((path) => {
    const below = path.startsWith('test/') ? path : `test/${path}`;
    return globSync(below, { cwd: clone }).length === 0;
  });
  expect(missing).toEqual([]);
});

test('every threat has a defence, a test or a reason, and says what remains', () => {
  const [, table = ''] = page.split('\n## Threats\n');
  const rows = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| (?!threat|---)(.+) \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(28);
  for (const [, row = ''] of rows) {
    const cells = row.split(' | ');
    expect(cells, row).toHaveLength(4);
    expect(cells.filter((cell) => cell.trim() === '')).toEqual([]);
  }
});

test('the page for operators and this one lead to files that are there', async () => {
  for (const name of ['docs/security.md', 'docs/operations.md', 'SECURITY.md', 'README.md']) {
    const links = (await text(name)).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g);
    for (const [, link = ''] of links) await access(join(clone, dirname(name), link));
  }
});
