// Two kinds of tests: `unit`, which need nothing but Node (and the local stack, for its own test), and
// `e2e`, which make real calls. The report is what .ci/run counts.

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { phonesAtOnce } from './test/e2e/kit/phones-at-once.ts';

const phones = phonesAtOnce();
const e2e = (...names: readonly string[]) => names.map((name) => `test/e2e/${name}.test.ts`);

/** On stacks of their own, and nothing of what is heard is recognised: two files at a time lose no sound. */
const APART = e2e('livekit-agents', 'livekit-line', 'livekit-sip', 'provision');

/**
 * Not beside others that make calls: they change what all calls go by (bank, rules, recordings, the worker itself),
 * look at figures of all calls, measure, make many calls at once, listen to every word, or have a browser take the
 * processor.
 */
const ALONE = e2e(
  'conversation',
  'doctor',
  'faults',
  'first-call',
  'leak',
  'lock-outs',
  'own-codes',
  'page/qa-phone',
  'performance',
  'reload',
  'scenarios',
  'scenarios-apart',
  'stranger',
  'survival',
  'worker-lost',
);

/** Unit tests that take long and are not large: begun last, one core would wait for them. */
const LONG = [
  'machines/mutants',
  'deploy/package',
  'examples/examples',
  'store/store-races',
  'console/dial-simulated',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) =>
      LONG.some((name) => moduleId.endsWith(`/test/${name}.test.ts`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const patience = { testTimeout: 120_000, hookTimeout: 120_000 };
/** Both projects that make calls to the system under test share it. */
const calling = { ...patience, globalSetup: ['test/e2e/setup.ts'] };

export default defineConfig({
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: '.tonegate/test-results.json' },
    // Most unit tests wait for disks, databases and other processes.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
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
        test: { name: 'e2e-apart', include: APART, sequence: { groupOrder: 1 }, ...patience },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...APART, ...ALONE],
          // Two files at a time, with half the phones each: there is always somebody on the line.
          maxWorkers: 2,
          maxConcurrency: phones / 2,
          sequence: { groupOrder: 2 },
          ...calling,
        },
      },
      {
        test: {
          name: 'e2e-alone',
          include: ALONE,
          fileParallelism: false,
          maxConcurrency: phones,
          sequence: { groupOrder: 3 },
          ...calling,
        },
      },
    ],
  },
});
