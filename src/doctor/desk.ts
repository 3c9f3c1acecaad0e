// Findings on the agents of desks, which were called to see whether they come.

import type { DeskFacts } from './facts.ts';
import { error, type Finding, good, listed } from './finding.ts';

/** Whether the agent of a desk came when it was called. */
export function deskFinding({ agent, desks, joinedMs, withinSeconds }: DeskFacts): Finding {
  const who = named({ agent, desks });
  return joinedMs === null
    ? error('desk-missing', `${who} did not come within ${withinSeconds} s`)
    : good('desk', `${who} came within ${Math.max(1, Math.round(joinedMs))} ms`);
}

/** What is said where LiveKit does not let us call it; `why` holds no value. */
export function untriedDesk(desk: Pick<DeskFacts, 'agent' | 'desks'>, why: string): Finding {
  return error('desk-untried', `${named(desk)} could not be called: ${why}`);
}

function named({ agent, desks }: Pick<DeskFacts, 'agent' | 'desks'>): string {
  return `agent "${agent}" (${listed(desks.map((desk) => `desk "${desk}"`))})`;
}
