import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { showWorker } from '../../src/web/worker-figures.ts';

test('how a worker is, is asked whenever the figures are read', async () => {
  const registry = new Registry();
  let state = { load: 0.25, loopWaitMs: 12, isDraining: false, taken: 7 };
  showWorker(registry, () => state);
  const figures = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('tonegate_'));
  expect(await figures()).toEqual([
    'tonegate_load 0.25',
    'tonegate_loop_wait_seconds 0.012',
    'tonegate_draining 0',
    'tonegate_calls_taken 7',
  ]);
  state = { ...state, load: 1, isDraining: true };
  expect(await figures()).toContain('tonegate_load 1');
  expect(await figures()).toContain('tonegate_draining 1');
});
