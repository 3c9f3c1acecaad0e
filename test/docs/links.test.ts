// The documentation as a book: every link leads somewhere, and every page can be come to from its first one.

import { existsSync, globSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { clone, type Page, pageOf, pagesAt, read } from './pages.ts';

const pages = pagesAt(
  '*.md',
  'docs/**/*.md',
  'examples/**/*.md',
  'audio/**/*.md',
  'deploy/**/*.md',
);
const FIRST = 'docs/README.md';

/** Where a link leads: a path from the root, and an anchor; null: out of the repository. */
function targetOf(page: Page, link: string): { path: string; anchor: string | null } | null {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return null;
  const [path = '', anchor = null] = decodeURIComponent(link).split('#', 2);
  const from = posix.dirname(page.path);
  return { path: path === '' ? page.path : posix.normalize(posix.join(from, path)), anchor };
}

function faultsOf(page: Page, all = pages): string[] {
  return page.links.flatMap((link) => {
    const target = targetOf(page, link);
    if (target === null) return [];
    const { path, anchor } = target;
    if (path.startsWith('..') || !(all.has(path) || existsSync(posix.join(clone, path))))
      return [`${link}: no such file`];
    if (anchor === null || !path.endsWith('.md')) return [];
    return all.get(path)?.anchors.has(anchor) ? [] : [`${link}: no such heading`];
  });
}

test.each([...pages.keys()])(
  'every link of %s leads to a file and a heading that are there',
  (path) => {
    expect(faultsOf(pages.get(path)!)).toEqual([]);
  },
);

test('every page can be come to from the first one', () => {
  const reached = new Set([FIRST]);
  for (const path of reached) {
    const page = pages.get(path);
    for (const link of page?.links ?? []) {
      const target = targetOf(page!, link);
      if (target?.path.endsWith('.md')) reached.add(target.path);
    }
  }
  const ours = [...pages.keys()].filter((path) => /^(docs|examples)\//.test(path));
  expect(ours.length).toBeGreaterThan(40);
  expect(ours.filter((path) => !reached.has(path))).toEqual([]);
});

test('every page beside the first one has its place in it', () => {
  const first = pages.get(FIRST)!;
  const placed = new Set(first.links.map((link) => targetOf(first, link)?.path));
  const beside = [...pages.keys()].filter((path) => /^docs\/[^/]+\.md$/.test(path));
  expect(beside.filter((path) => path !== FIRST && !placed.has(path))).toEqual([]);
});

test('pages that the program and what is deployed speak of are there', () => {
  const files = globSync(['src/**/*.ts', 'deploy/**/*.{yaml,yml,mjs,service,json}', '*.yaml'], {
    cwd: clone,
  });
  const named = files.flatMap((path) =>
    [...read(path).matchAll(/\bdocs\/[\w/-]+\.(?:md|yaml|json)\b/g)].map(([page]) => ({
      path,
      page,
    })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ page }) => !existsSync(posix.join(clone, page)))).toEqual([]);
});

test('a link to nowhere, a heading that is not there and a way out are found', () => {
  const text = [
    '# One',
    '[a](no-such.md) [b](records.md#no-such) [c](#one) [d](#two) [e](../../elsewhere.md)',
    '[f](https://livekit.io/no#such) `[g](code.md)` [h](records.md#the-fields)',
    '```',
    '[i](code.md)',
    '```',
  ].join('\n');
  const page = pageOf('docs/page.md', text);
  expect(faultsOf(page, new Map([...pages, [page.path, page]]))).toEqual([
    'no-such.md: no such file',
    'records.md#no-such: no such heading',
    '#two: no such heading',
    '../../elsewhere.md: no such file',
  ]);
});
