// Faults of single calls in a process that serves others too.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = new URL('faulty-calls.ts', import.meta.url).pathname;

test('what nobody catches ends its own call with an apology, and no other call hears of it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  const { ended, whose } = JSON.parse(stdout);
  for (const room of ['timer', 'promise', 'listener', 'chart']) {
    expect(ended[room], room).toMatchObject({
      ending: { result: 'platform', reason: 'fault' },
      auth: 'none',
    });
    expect(ended[room].heard.slice(-2), room).toEqual(['technical-problem', 'goodbye']);
  }
  for (const room of ['well-1', 'well-2', 'well-3', 'well-4']) {
    expect(ended[room], room).toMatchObject({
      ending: { result: 'success', reason: 'handed-off' },
      auth: 'verified',
    });
    expect(ended[room].heard, room).not.toContain('technical-problem');
  }
  expect(new Set(whose)).toEqual(new Set(['call']));
  expect(Object.keys(ended)).toHaveLength(8);
}, 60_000);
