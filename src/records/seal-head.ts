// Seals the head of the chain: hourly, at drain, and when somebody asks. Any number of workers may do so at
// the same time.

import type { RecordChain, Seal } from '../ivr/ports.ts';
import { makeSeal, type Sealer } from './seal.ts';

/**
 * `empty`: there never was a record. `covered`: nothing was added since this seal. `contradicted`: this seal says
 * that the chain was longer, or ended otherwise, than it does now; nothing was signed.
 */
export type Sealing =
  | { readonly kind: 'empty' }
  | { readonly kind: 'sealed' | 'covered' | 'contradicted'; readonly seal: Seal };

/** Signs the head of the chain and keeps that seal. Does not look at what lies before: that is `verifyChain`'s. */
export async function sealHead(
  chain: Pick<RecordChain, 'head' | 'newestSeal' | 'keepSeal'>,
  sealer: Sealer,
): Promise<Sealing> {
  // In this order: what is appended or sealed meanwhile makes the head longer than the seal, never shorter.
  const newest = await chain.newestSeal();
  const head = await chain.head();
  if (newest !== null && (head === null || newest.seq >= head.seq)) {
    const isSame = newest.seq === head?.seq && newest.hash === head.hash;
    return { kind: isSame ? 'covered' : 'contradicted', seal: newest };
  }
  if (head === null) return { kind: 'empty' };
  const seal = await makeSeal(head, sealer);
  await chain.keepSeal(seal);
  return { kind: 'sealed', seal };
}
