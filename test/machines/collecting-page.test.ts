// docs/collecting-digits.md names the tests that hold each rule: they must be there.

import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('docs/collecting-digits.md', 'utf8');
const rules = page.slice(page.indexOf('## The rules'), page.indexOf('## Barge-in'));
const tests = globSync('test/**/*.test.ts').map((file) => readFileSync(file, 'utf8'));

const rows = rules
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  .slice(1)
  .map((line) => {
    const [rule = '', , , named = ''] = line.slice(2).split(' | ');
    return { rule, named };
  });

test('every rule is told of', () => {
  expect(rows.length).toBeGreaterThanOrEqual(20);
});

test.each(rows)('the rule "$rule" names tests that exist', ({ named }) => {
  const names = [...named.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  if (names.length === 0) expect(named).toContain('the table below');
  for (const name of names) {
    const isThere = tests.some((text) => text.includes(`'${name}'`) || text.includes(`"${name}"`));
    expect(isThere, `a test named "${name}"`).toBe(true);
  }
});
