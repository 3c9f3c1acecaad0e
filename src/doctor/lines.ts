// Findings on the lines of a configuration that is in order and yet does what nobody can want.

import type { Config, LineConfig, TrunkConfig } from '../config/schema.ts';
import { type Finding, warning } from './finding.ts';

/** What is surprising about each line. */
export function lineFindings(config: Config): Finding[] {
  return config.lines
    .filter((line) => takesNobody(line, config))
    .map(({ name }) =>
      warning(
        'line-no-verdict',
        `line "${name}" takes validated calls only, and no trunk that counts for it has a profile`,
      ),
    );
}

function takesNobody(line: LineConfig, config: Config): boolean {
  const { mode, accept } = { ...config.screening, ...line.screening };
  if (mode !== 'enforce' || accept !== 'validated') return false;
  return config.trunks
    .filter((trunk) => countsFor(line, trunk))
    .every(({ profile }) => profile === 'none');
}

/** Whether headers that come over a trunk are believed: it is listed, or carries a number of the line. */
function countsFor({ trunks, numbers }: LineConfig, trunk: TrunkConfig): boolean {
  return trunks === undefined
    ? trunk.numbers.some((number) => numbers.includes(number))
    : trunks.includes(trunk.name);
}
