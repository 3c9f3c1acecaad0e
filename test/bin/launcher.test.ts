import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const bin = join(import.meta.dirname, '..', '..', 'bin');

test('the launcher runs the command line and passes on its exit code', async () => {
  const child = spawn(process.execPath, [join(bin, 'tonegate.mjs'), 'no-such-command'], {
    stdio: 'ignore',
  });
  expect(await once(child, 'exit')).toEqual([2, null]);
});

test('a program that is handed over to hears of SIGTERM, and its exit code is ours', async () => {
  const program = `
    process.on('SIGTERM', () => process.exit(7));
    setInterval(() => {}, 1000);
    console.log('ready');
  `;
  const handOver = `
    const { handOver } = await import(${JSON.stringify(join(bin, 'hand-over.mjs'))});
    handOver(process.execPath, ['--eval', ${JSON.stringify(program)}]);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', handOver], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([7, null]);
});
