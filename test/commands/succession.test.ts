// A worker that asks for its successor, as a process that somebody has started.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askForSuccessor, RELIEVED, SUCCESSOR_WANTED } from '../../src/commands/succession.ts';

const module = new URL('../../src/commands/succession.ts', import.meta.url).href;

/** Tells each thing it has done; ends by itself. */
function worker() {
  const folder = mkdtempSync(join(tmpdir(), 'tonegate-succession-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'worker.mjs');
  writeFileSync(
    program,
    `import { askForSuccessor } from ${JSON.stringify(module)};
     const serving = setInterval(() => undefined, 1000);
     await askForSuccessor(() => process.send('port given up'));
     process.send('goes');
     clearInterval(serving);`,
  );
  const child = fork(program, { execPath: process.execPath });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('a worker gives up its port, asks, and serves on until its successor does', async () => {
  const child = worker();
  const said: unknown[] = [];
  child.on('message', (message) => {
    said.push(message);
    if (message === SUCCESSOR_WANTED) {
      said.push('the successor starts');
      child.send('anything else');
      setTimeout(() => {
        said.push('the successor serves');
        child.send(RELIEVED);
      }, 300);
    }
  });
  const [code] = await once(child, 'exit');
  expect(said).toEqual([
    'port given up',
    SUCCESSOR_WANTED,
    'the successor starts',
    'the successor serves',
    'goes',
  ]);
  expect(code).toBe(0);
});

test('a worker that nobody listens to keeps its port', async () => {
  const { send } = process;
  onTestFinished(() => {
    process.send = send as NonNullable<typeof send>;
  });
  delete process.send;
  await askForSuccessor(() => expect.unreachable('the port was given up'));
});
