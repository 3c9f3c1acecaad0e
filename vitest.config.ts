// Two kinds of tests: `unit`, which need nothing but Node (and the local stack, for its own test), and
// `e2e`, which make real calls. The report is what .ci/run counts.

import { defineConfig } from 'vitest/config';
import { phonesAtOnce } from './test/e2e/kit/phones-at-once.ts';

/** On stacks of their own, and nothing of what is heard is recognised: two files at a time lose no sound. */
const APART = ['livekit-agents', 'livekit-line', 'livekit-sip', 'provision', 'survival'].map(
  (name) => `test/e2e/${name}.test.ts`,
);

export default defineConfig({
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: '.tonegate/test-results.json' },
    // Most unit tests wait for disks, databases and other processes.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/fixtures/**', 'test/long/**'],
          globalSetup: ['test/kit/postgres.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e-apart',
          include: APART,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: APART,
          globalSetup: ['test/e2e/setup.ts'],
          // After the others, one file at a time: calls are timed, and share one stack.
          fileParallelism: false,
          maxConcurrency: phonesAtOnce(),
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
