// The generated pages as a reader needs them; that they are up to date is for `npm run check` to say.

import { expect, test } from 'vitest';
import { read } from './pages.ts';

const commands = read('docs/cli.md');
const keys = read('docs/configuration-keys.md');

test('every command has its section, subcommands too', () => {
  for (const command of ['dial', 'calls purge', 'locks clear', 'config check', 'prompts script']) {
    expect(commands).toMatch(new RegExp(`^##+ tonegate ${command}$`, 'm'));
  }
  expect(commands).toContain('--record <file>');
});

test('every key has its line, and every line says what the key is for', () => {
  const lines = [...keys.matchAll(/^\| `(.+?)`.* \| ([^|]*) \|$/gm)];
  expect(lines.length).toBeGreaterThan(90);
  expect(lines.filter(([, , text = '']) => text.trim() === '').map(([, key]) => key)).toEqual([]);
  for (const key of ['lines[].steps[].tries', 'desks.NAME.requires', 'trunks[].encryption']) {
    expect(keys).toContain(`\`${key}\``);
  }
});
