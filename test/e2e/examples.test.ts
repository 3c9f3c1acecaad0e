// The desk of examples/desk-agent.ts takes a caller over, as it is run beside `npm start`.

import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { numberOf } from './hand-overs.ts';
import { lengthOf, secondsOfSound } from './kit/heard-in.ts';
import { dial, runHere } from './terminal.ts';

const system = inject('system');

test('a desk agent of somebody’s own believes its ticket, and is heard by the caller', async () => {
  const desk = runHere(join(process.cwd(), 'examples/desk-agent.ts'), 'example', 'example-desk');
  await desk.reads('example-desk: registered');
  const file = join(system.folder, 'example.wav');
  const caller = dial(numberOf('example'), '--record', file);
  await caller.reads('Please enter your account number.');
  caller.types('0#');
  await caller.reads('Call ended: handed-off, auth none.');
  await desk.reads(': auth none, amr -');
  // The IVR has left: whoever is heard now is the desk. Its words are not looked for, for WebRTC stretches sound.
  const from = lengthOf(file);
  await expect
    .poll(() => secondsOfSound(file, from), { timeout: 30_000, interval: 1000 })
    .toBeGreaterThan(1);
  caller.hangsUp();
  expect(await caller.exited).toBe(0);
  desk.interrupts();
  expect(await desk.exited).toBe(0);
});

test('the same desk takes nobody over whose ticket is for another one', async () => {
  const desk = runHere(join(process.cwd(), 'examples/desk-agent.ts'), 'general', 'example-desk');
  await desk.reads('example-desk: registered');
  const caller = dial(numberOf('example'));
  await caller.reads('Please enter your account number.');
  caller.types('0#');
  await caller.reads('Call ended: handed-off, auth none.');
  caller.hangsUp();
  await caller.exited;
  expect(desk.output()).not.toContain(': auth');
  desk.interrupts();
  await desk.exited;
});
