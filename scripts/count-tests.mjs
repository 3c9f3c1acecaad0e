// Prints how the tests went as one line, from vitest's report, and exits with the code given: that of
// `npm test`. A run that failed without a failed test, or left no report, counts as one failed.

import { readFileSync } from 'node:fs';

const code = Number(process.argv[2]);
const report = readReport();
const failed = Math.max(report?.numFailedTests ?? 0, code === 0 && report ? 0 : 1);
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
process.stdout.write(
  `${report?.numPassedTests ?? 0} passed, ${failed} failed, ${skipped} skipped\n`,
);
process.exitCode = code === 0 && !report ? 1 : code;

function readReport() {
  try {
    return JSON.parse(
      readFileSync(new URL('../.tonegate/test-results.json', import.meta.url), 'utf8'),
    );
  } catch {
    return undefined;
  }
}
