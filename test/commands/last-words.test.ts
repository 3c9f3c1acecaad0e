import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** A process that ends by this. */
function run(end: string) {
  const program = `
    import { pino } from ${module('../../node_modules/pino/pino.js')};
    import { sayLastWords } from ${module('../../src/commands/last-words.ts')};
    sayLastWords(pino({ base: null }));
    const error = Object.assign(new TypeError('entry 90517328'), { entry: '90517328' });
    ${end}
    setTimeout(() => undefined, 10_000);
  `;
  const args = ['--input-type=module', '-e', program];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 15_000 });
}

test.each([
  ['an error', 'setImmediate(() => { throw error; });'],
  ['a rejection', 'Promise.reject(error);'],
])('%s that nobody catches ends the process without a value of it in what it prints', (_, end) => {
  const { status, stdout, stderr } = run(end);
  const logged = JSON.parse(stdout);
  expect(logged).toMatchObject({
    level: 60,
    fault: { kind: 'TypeError', at: expect.any(Array) },
    msg: 'uncaught error: this process ends',
  });
  expect(stdout + stderr).not.toContain('90517328');
  expect(status).toBe(1);
});
