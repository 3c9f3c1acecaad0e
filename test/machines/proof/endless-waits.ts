// Which states of the charts could last for ever.

import type { AnyStateNode } from 'xstate';
import type { Explored } from './chart-paths.ts';
import { below } from './paths.ts';

/** Whatever these wait for, the call they are part of has its limit (`underway` in the call chart). */
const BOUNDED_BY_THE_CALL = new Set([
  'call.underway.welcoming.notifying', // a prompt that is played
  'call.underway.steps.greeting',
  'collectDigits.announcing',
  'collectDigits.listening.prompting',
  'handOff.announcing.comfort.speaking',
  'handOff.bringing.comfort.speaking',
  'oneTimeCode.awaitingCode.pacing.open', // the code is entered beside it
  'oneTimeCode.preparing.comfort.reassuring', // the question is asked beside it
  'verifyEntry.held.readingBack',
]);

/** Runs beside what it watches, and ends nothing by itself. */
const WATCHES = new Set(['roomWatch']);

export function waitsWithoutEnd(explored: Explored): string[] {
  const nodes = Object.values(explored).flatMap(({ machine }) => below(machine.root));
  const isBounded = (node: AnyStateNode) =>
    upwards(node).some((above) => hasDeadline(above, explored));
  const waiting = nodes.filter((node) => node.type === 'atomic' && !isBounded(node));
  // A call that still rings, or closes, is not under the limit: it must need nobody's answer.
  const unlimited = nodes.filter(({ parent }) =>
    /^call\.(screening|closing)$/.test(parent?.id ?? ''),
  );
  const limit = nodes.find(({ id }) => id === 'call.underway');
  return [
    ...waiting.filter(({ id }) => !BOUNDED_BY_THE_CALL.has(id)).map(({ id }) => `${id} has no end`),
    ...unlimited.filter((node) => !hasOwnDeadline(node)).map(({ id }) => `${id} has no end`),
    ...(limit && hasOwnDeadline(limit) ? [] : ['a call has no limit']),
  ];
}

function upwards(node: AnyStateNode): AnyStateNode[] {
  return [node, ...(node.parent ? upwards(node.parent) : [])];
}

/** A timer, a way on at once, or a chart below that ends by itself. */
function hasDeadline(node: AnyStateNode, explored: Explored): boolean {
  const isLimit = node.id === 'call.underway';
  return (
    (hasOwnDeadline(node) && !isLimit) ||
    node.invoke.some(({ id }) => id in explored && !WATCHES.has(id))
  );
}

function hasOwnDeadline(node: AnyStateNode): boolean {
  const isAlways = node.always?.some(({ guard }) => guard === undefined) ?? false;
  return node.after.length > 0 || isAlways;
}
