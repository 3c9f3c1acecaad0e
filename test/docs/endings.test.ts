// docs/endings.md has every ending, and says of it what callers hear.

import { expect, test } from 'vitest';
import { ENDING_REASONS, ending } from '../../src/machines/outcome.ts';
import { catalogue } from '../../src/prompts/catalogue.ts';
import { read } from './pages.ts';

const rows = [...read('docs/endings.md').matchAll(/^\| `(?!reason`)([a-z-]+)` \|(.+)\|$/gm)].map(
  ([, reason, rest = '']) => ({ reason, cells: rest.split(' | ').map((cell) => cell.trim()) }),
);

test('every ending has its line, in the order of the code, with its result and what to do', () => {
  expect(rows.map(({ reason }) => reason)).toEqual(ENDING_REASONS);
  for (const { reason, cells } of rows) {
    expect(cells, reason).toHaveLength(4);
    expect(cells[0]).toBe(ending(reason as (typeof ENDING_REASONS)[number]).result);
    expect(cells.filter((cell) => cell === '')).toEqual([]);
  }
});

test('what a caller hears is said in the words of the catalogue', () => {
  const spoken = Object.values(catalogue).map(({ text }) => text.en);
  const sentences = spoken.flatMap((text) => text.split(/(?<=[.?!]) /));
  const quoted = rows.flatMap(({ cells }) =>
    [...(cells[2] ?? '').matchAll(/“([^”]+)”/g)].flatMap(([, words = '']) =>
      words.split(/(?<=[.?!]) /).filter((sentence) => sentence !== '…'),
    ),
  );
  expect(quoted.length).toBeGreaterThan(20);
  expect(quoted.filter((sentence) => !sentences.includes(sentence))).toEqual([]);
});
