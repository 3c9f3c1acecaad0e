// Findings as they are printed: one line each, for people or for programs.

import type { Finding, Severity } from './finding.ts';

/** One line: what, why it matters, mend. */
export function asText({ severity, code, what, why, mend }: Finding): string {
  const line = `${severity.padEnd(7)}  ${code.padEnd(18)}  ${what}`;
  return why === null ? line : `${line}. Why: ${why}. Mend: ${mend}.`;
}

/** One JSON object on a line. */
export function asJson(finding: Finding): string {
  return JSON.stringify(finding);
}

/** The last line for people. */
export function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  return `doctor: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${count('ok')} ok`;
}

function counted(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
