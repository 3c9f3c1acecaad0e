import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { meanWaitMs, watchLoop } from '../../src/commands/loop-watch.ts';

const MS = 1e6;

test.each([
  ['nothing measured', Number.NaN, Number.NaN, 0],
  ['a free loop', 10, 0, 0],
  ['a look every 50 ms', 50, 0, 20],
  // 150 looks 10 ms apart and one a second late: 60 % of the time it is free, in the rest one waits half a second.
  ['one gap of a second in 2.5', 16.556, 80.3, 198],
])('%s makes a wait of its own', (_, mean, stddev, wait) => {
  expect(meanWaitMs({ mean: mean * MS, stddev: stddev * MS })).toBeCloseTo(wait, 0);
});

test('a loop that stood still is seen at once, also in the window after', async () => {
  using loop = watchLoop();
  // From its first look to its second nothing is measured yet; some more, so that both were.
  for (let looks = 0; looks < 5; looks += 1) await sleep(20);
  const end = performance.now() + 700;
  while (performance.now() < end);
  await vi.waitFor(() => expect(loop.waitMs()).toBeGreaterThan(100));
});
