// Findings on what `tonegate provision apply` would still have to do: which trunks and rules of ours are
// not at LiveKit, or not as the configuration says.

import type { Drift } from './facts.ts';
import { error, type Finding, listed, warning } from './finding.ts';

/** The mapping of headers has findings of its own. */
const TOLD_ELSEWHERE = 'headers to attributes';

/** One finding for each trunk or rule that is not as wanted. */
export function driftFindings(drifts: readonly Drift[]): Finding[] {
  return drifts.flatMap(driftFinding);
}

function driftFinding({ what, name, action, fields }: Drift): Finding[] {
  const thing = `${what} "${name}"`;
  const differing = fields.filter((field) => field !== TOLD_ELSEWHERE);
  switch (action) {
    case 'create':
      return [error(`${what}-missing`, `${thing} is not at LiveKit`)];
    case 'change':
      return differing.length === 0
        ? []
        : [error(`${what}-differs`, `${thing} is otherwise at LiveKit in: ${listed(differing)}`)];
    case 'remove':
      return [warning('leftover', `${thing} is at LiveKit and not in the configuration`)];
    case 'unchanged':
      return [];
  }
}

/** Names of the trunks and rules of ours that are not there. */
export function missing(drifts: readonly Drift[], kind: Drift['what']): ReadonlySet<string> {
  return new Set(
    drifts.flatMap(({ what, name, action }) =>
      what === kind && action === 'create' ? [name] : [],
    ),
  );
}
