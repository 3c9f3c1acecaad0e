// Where a line lets callers find out whether an account exists (docs/verification.md): that is allowed, and
// whoever configures it should know.

import type { Config, LineConfig, StepConfig } from './schema.ts';

/** A sentence for each way through a line on which it can be heard whether an account number exists. */
export function probingWarnings({ lines }: Config): string[] {
  return lines.flatMap((line, i) =>
    waysOf(line).flatMap(({ path, steps }) => {
      const why = probedBy(steps);
      return why === null ? [] : [`lines.${i}${path}.steps: ${why}`];
    }),
  );
}

function waysOf(line: LineConfig): { path: string; steps: readonly StepConfig[] }[] {
  if (line.menu === undefined) return [{ path: '', steps: line.steps ?? [] }];
  return Object.entries(line.menu).map(([key, { steps }]) => ({ path: `.menu.${key}`, steps }));
}

function probedBy([account, ...others]: readonly StepConfig[]): string | null {
  if (account === undefined) return null;
  const always = others.filter((step) => !('when' in step && step.when !== undefined));
  if (always.length === 0) {
    const some = others.length === 0 ? '' : ' of callers who are spared the rest';
    return `with an account number alone${some}, a caller hears whether that account exists: ask for something more that only its holder knows`;
  }
  return always[0]?.step === 'oneTimeCode'
    ? 'where a code comes directly after the account number, a caller hears whether that account can be sent one, and its holder gets the messages: ask for a passcode or birth date first'
    : null;
}
