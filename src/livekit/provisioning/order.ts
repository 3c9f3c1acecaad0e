// In which order changes go through: nothing is given what another still has, since LiveKit refuses to create
// that, and to callers of a number that two trunks have it gives no way in. Pure.

import { type Keys, overlap } from './keys.ts';

/** A change of one that is there. */
export interface Move<Thing> {
  readonly id: string;
  readonly to: Keys;
  readonly thing: Thing;
}

/**
 * Puts changes in order; `held` is what everything has now, that included which stays as it is. Where some
 * wait for each other in a circle, one of them is made `anew`: it has to be removed, and created at the end.
 * What is wanted must not overlap.
 */
export function inOrder<Thing>(
  moves: readonly Move<Thing>[],
  held: ReadonlyMap<string, Keys>,
): { readonly how: 'change' | 'anew'; readonly move: Move<Thing> }[] {
  const now = new Map(held);
  const waiting = new Set(moves);
  const order: { how: 'change' | 'anew'; move: Move<Thing> }[] = [];
  const isFree = ({ id, to }: Move<Thing>) =>
    [...now].every(([other, keys]) => other === id || !overlap(keys, to));
  while (waiting.size > 0) {
    const free = [...waiting].find(isFree);
    const [move] = free === undefined ? waiting : [free];
    if (move === undefined) break;
    waiting.delete(move);
    if (free === undefined) now.delete(move.id);
    else now.set(move.id, move.to);
    order.push({ how: free === undefined ? 'anew' : 'change', move });
  }
  return order;
}
