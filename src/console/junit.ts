// What was played, as JUnit's XML: what every build server reads. Promises to be well-formed, whatever a scenario is
// called.

/** One scenario, as a build server shows it. */
export interface JunitCase {
  readonly file: string;
  readonly name: string;
  readonly seconds: number;
  /** The first difference and the whole transcript; absent where all was as expected. */
  readonly failure?: { readonly message: string; readonly text: string } | undefined;
  /** Why it was not played. */
  readonly skipped?: string | undefined;
}

export function asJunit(suite: string, cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  const counts = attributes({ tests: cases.length, failures, errors: 0, skipped });
  const time = attributes({ time: seconds.toFixed(3) });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${counts}${time}>`,
    `  <testsuite${attributes({ name: suite })}${counts}${time}>`,
    ...cases.map(asCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function asCase({ file, name, seconds, failure, skipped }: JunitCase): string {
  const open = `    <testcase${attributes({ classname: file, name, time: seconds.toFixed(3) })}`;
  if (failure !== undefined) {
    const message = attributes({ message: failure.message, type: 'difference' });
    return `${open}>\n      <failure${message}>${escaped(failure.text)}</failure>\n    </testcase>`;
  }
  if (skipped === undefined) return `${open}/>`;
  return `${open}>\n      <skipped${attributes({ message: skipped })}/>\n    </testcase>`;
}

function attributes(given: Readonly<Record<string, string | number>>): string {
  return Object.entries(given)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

/** Characters that XML 1.0 has no place for, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
