// Two calls walked side by side through one chart, the same happening to both: does anything that can be
// heard tell them apart? Covers every path, since both are compared at every step that two states can take.

import type { Exploration } from './paths.ts';
import { told } from './snapshot-text.ts';
import type { Edge, Happened, Step } from './walk.ts';

/** What happens to the second call where `event` happens to the first; null: nothing that could. */
export type Counterpart = (event: Happened) => Happened | null;

/** Where the second call goes another way than the first, each thing said once. */
export function differences(
  { edges }: Exploration,
  starts: readonly (readonly [Step, Step])[],
  counterpart: Counterpart,
): string[] {
  const leaving = Map.groupBy(edges, ({ from }) => told(from));
  const wrong = new Set<string>();
  const seen = new Set<string>();
  const queue = [...starts];
  for (let pair = queue.pop(); pair !== undefined; pair = queue.pop()) {
    const [one, other] = pair;
    const name = `${told(one.to)} ${told(other.to)}`;
    if (heard(one) !== heard(other))
      wrong.add(`on ${one.event.type}: ${heard(one)} or ${heard(other)}`);
    if (seen.has(name) || one.to.status !== 'active' || other.to.status !== 'active') continue;
    seen.add(name);
    for (const edge of leaving.get(told(one.to)) ?? []) {
      const event = counterpart(edge.event);
      if (event === null) continue;
      const twin = leaving
        .get(told(other.to))
        ?.find((way: Edge) => told(way.event) === told(event));
      if (twin === undefined) wrong.add(`${told(event)} happens to the one call only`);
      else queue.push([edge, twin]);
    }
  }
  return [...wrong];
}

/** What a step asks of ports and charts, and whether it is the end; but for whose account it is. */
function heard({ asks, to: { status } }: Step): string {
  return JSON.stringify([status, asks], (name, value) => {
    if (name === 'account') return value?.otp;
    return /^(proof|challenge|replaces|auth|amr)$/.test(name) ? undefined : value;
  });
}
