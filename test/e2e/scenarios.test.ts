// The scenario files that we ship, played live as their user would: by the command, over the real server, many at
// once. Simulated they are played in test/commands/qa-scenarios.test.ts.

import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { recordsHold } from './records-hold.ts';

const system = inject('system');
const files = globSync('examples/scenarios/*.yaml').toSorted();
const main = join(process.cwd(), 'src/main.ts');

interface Result {
  readonly file: string;
  readonly outcome: 'passed' | 'differs' | 'not-played';
  readonly difference: object | null;
  readonly because?: string;
}

let results: readonly Result[] = [];
let code = -1;

beforeAll(async () => {
  const began = performance.now();
  const args = ['qa', '--live', '--json', '--junit', 'qa.xml', '--config', 'tonegate.yaml'];
  const paths = files.map((file) => join(process.cwd(), file));
  const out = await new Promise<string>((resolve) => {
    const options = { cwd: system.folder, maxBuffer: 2 ** 26 };
    execFile(process.execPath, [main, ...args, ...paths], options, (error, stdout, stderr) => {
      code = error === null ? 0 : Number(error.code ?? -1);
      if (stderr !== '') console.error(stderr);
      resolve(stdout);
    });
  });
  results = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  console.info(`scenarios, live: ${Math.round((performance.now() - began) / 1000)} s`);
}, 180_000);

test.for(files)('%s goes live as it is written, or says why it cannot', async (file) => {
  const result = results.find((one) => basename(one.file) === basename(file));
  expect(result?.difference ?? null, JSON.stringify(result, null, 2)).toBeNull();
  const isOnlySimulated = /^only: simulated$/m.test(await readFile(file, 'utf8'));
  expect(result?.outcome).toBe(isOnlySimulated ? 'not-played' : 'passed');
  expect(result?.because === undefined).toBe(!isOnlySimulated);
});

test('all that were played are as expected, and the command says so', async () => {
  expect(code).toBe(0);
  const xml = await readFile(join(system.folder, 'qa.xml'), 'utf8');
  expect(xml.match(/<testcase /g)).toHaveLength(files.length);
});

test('the records of these calls hold', recordsHold);
