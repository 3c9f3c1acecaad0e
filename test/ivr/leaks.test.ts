// The short form of the soak (test/long/soak.test.ts): what a call leaves behind after it has ended.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Look } from '../long/soak/look.ts';

const program = new URL('../long/soak/simulated.ts', import.meta.url).pathname;

test('fifty calls leave no actor, no timer and no memory behind', async () => {
  const args = ['--expose-gc', program, '50', '25'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { looks, endings } = JSON.parse(stdout) as { looks: Look[]; endings: object };
  expect(endings).toEqual({ 'handed-off verified': 50 });
  const [idle, half, all] = looks as [Look, Look, Look];
  expect(all).toMatchObject({ actors: 0, listeners: 0, resources: idle.resources });
  // Of 25 calls that stay it would be nearly twice that.
  expect(all.heapMb - half.heapMb).toBeLessThan(4);
}, 120_000);
