// Desks that behave in all the ways that desks do, each the operator of a line of its own. The agents among them
// are whoever the test registers.

export const HAND_OVERS = [
  { desk: 'telephone', number: '+15105550140', transfer: 'tel:+15105550198', ringSeconds: 5 },
  { desk: 'missing', number: '+15105550111', agent: 'no-such-agent', joinWithinSeconds: 2 },
  { desk: 'slow', number: '+15105550142', agent: 'slow-desk', joinWithinSeconds: 5 },
  { desk: 'mute', number: '+15105550143', agent: 'mute-desk', joinWithinSeconds: 2 },
  { desk: 'crashing', number: '+15105550144', agent: 'crashing-desk', joinWithinSeconds: 5 },
  { desk: 'example', number: '+15105550146', agent: 'example-desk', joinWithinSeconds: 5 },
  { desk: 'watcher', number: '+15105550145', attributesOnly: true, joinWithinSeconds: 20 },
] as const;

/** The number of the line whose callers come to this desk for `0`. */
export function numberOf(desk: (typeof HAND_OVERS)[number]['desk']): string {
  const found = HAND_OVERS.find((handOver) => handOver.desk === desk);
  if (found === undefined) throw new Error(`no line leads to ${desk}`);
  return found.number;
}
