// Findings on our numbers: whether calls to each come in over the trunk that the configuration has it on,
// and by which rules. A number is told by its place in the configuration, never by itself.

import type { Config, LineConfig, TrunkConfig } from '../config/schema.ts';
import { missing } from './drift.ts';
import type { Drift, RuleFacts, SipFacts, TrunkFacts } from './facts.ts';
import { error, type Finding, listed, shown, warning } from './finding.ts';
import { overlap, rulesTaking, trunksTaking } from './routing.ts';
import { ownTrunk } from './trunks.ts';

/** One of our numbers, and the rules that take its calls, the preferred one first. */
export interface OurNumber {
  readonly line: LineConfig | undefined;
  readonly rules: readonly RuleFacts[];
  readonly findings: readonly Finding[];
}

/** Over which trunks the calls to a number come in; `own` is null for numbers bought from LiveKit. */
type Way =
  | { readonly kind: 'own'; readonly own: TrunkFacts | null }
  | { readonly kind: 'contested'; readonly own: TrunkFacts; readonly others: string }
  | { readonly kind: 'twice' | 'elsewhere'; readonly others: string }
  | { readonly kind: 'untaken' };

/** What becomes of calls to each number that a trunk of the configuration has. */
export function ourNumbers(
  config: Config,
  sip: SipFacts,
  drifts: readonly Drift[],
): readonly OurNumber[] {
  // That a whole trunk or its rule is missing is told once, not for each number.
  const told = { trunks: missing(drifts, 'trunk'), rules: missing(drifts, 'rule') };
  return config.trunks.flatMap((trunk) =>
    trunk.numbers.map((number, i) => {
      const way = wayOf(config, trunk, number, sip);
      const rules = 'own' in way ? rulesTaking(number, way.own, sip) : [];
      const hasNoRule = 'own' in way && rules.length === 0 && !told.rules.has(trunk.name);
      const line = config.lines.find(({ numbers }) => numbers.includes(number));
      const ofLine = line === undefined ? '' : ` (line "${line.name}")`;
      const findings = [
        ...wayFindings(way, told.trunks.has(trunk.name)),
        ...(hasNoRule ? [error('rule-missing', 'is taken by no dispatch rule')] : []),
      ].map((finding) => ({
        ...finding,
        what: `number ${i + 1} of trunk "${trunk.name}"${ofLine} ${finding.what}`,
      }));
      return { line, rules, findings };
    }),
  );
}

function wayOf(config: Config, trunk: TrunkConfig, number: string, sip: SipFacts): Way {
  const taking = trunksTaking(number, sip);
  const own = taking.find((one) => ownTrunk(config, one) === trunk);
  const foreign = taking.filter((one) => one !== own);
  const others = listed(foreign.map(({ name }) => `"${shown(name)}"`));
  if (own === undefined) {
    if (foreign.length > 0) return { kind: 'elsewhere', others };
    return trunk.livekitNumber ? { kind: 'own', own: null } : { kind: 'untaken' };
  }
  if (foreign.length === 0) return { kind: 'own', own };
  return foreign.some((one) => overlap(own, one))
    ? { kind: 'twice', others }
    : { kind: 'contested', own, others };
}

function wayFindings(way: Way, isTold: boolean): Finding[] {
  switch (way.kind) {
    case 'own':
      return [];
    case 'contested':
      return [warning('number-contested', `is taken by ${way.others} too, for its callers`)];
    case 'twice':
      return [error('number-twice', `is taken by ${way.others} too`)];
    case 'elsewhere':
      return [error('number-elsewhere', `is taken by ${way.others}`)];
    case 'untaken':
      return isTold ? [] : [error('number-untaken', 'is taken by no trunk')];
  }
}
