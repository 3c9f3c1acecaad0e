// Holds the seals against the chain while it is walked, each one when its place is reached.

import type { Seal } from '../ivr/ports.ts';
import { type BrokenChain, broken, type Issuer, type Link, named } from './chain-report.ts';
import { claimsOf, type SealJudge } from './seal.ts';

export interface SealWalk extends AsyncDisposable {
  /** Good seals so far. */
  readonly good: number;
  /** Place of the newest of them; 0 where there is none. */
  readonly sealed: number;
  /** Place of the newest of them that is of a purge of a broken chain; 0 where there is none. */
  readonly unverified: number;
  /** Who they say has signed them, each with the place of its first one. */
  readonly issuers: readonly Issuer[];
  /** The first seal for a place that was not reached yet. */
  readonly ahead: Seal | undefined;
  /** Checks the seals up to `last`, the end of the chain as it was walked; null where they are good. */
  reach(last: Link): Promise<BrokenChain | null>;
  /** What is wrong when the chain ends at `last` and there is a seal ahead. */
  beyond(last: Link): Promise<BrokenChain | null>;
}

/** `seals`: by place. */
export async function walkSeals(seals: AsyncGenerator<Seal>, judge: SealJudge): Promise<SealWalk> {
  const take = async () => (await seals.next()).value as Seal | undefined;
  let ahead = await take();
  let good = 0;
  let sealed = 0;
  let unverified = 0;
  const issuers = new Map<string, number>();

  return {
    get good() {
      return good;
    },
    get sealed() {
      return sealed;
    },
    get unverified() {
      return unverified;
    },
    get issuers() {
      return Array.from(issuers, ([iss, seq]) => ({ iss, seq }));
    },
    get ahead() {
      return ahead;
    },
    async reach(last) {
      for (; ahead !== undefined && ahead.seq <= last.seq; ahead = await take()) {
        const fault =
          (await notBelieved(ahead, judge)) ??
          (ahead.seq === last.seq && ahead.hash !== last.hash
            ? rewritten(ahead, last, sealed)
            : null);
        if (fault !== null) return fault;
        sealed = ahead.seq;
        good += 1;
        const said = claimsOf(ahead.jws);
        if (said.unverified) unverified = said.seq;
        if (!issuers.has(said.iss)) issuers.set(said.iss, said.seq);
      }
      return null;
    },
    async beyond(last) {
      if (ahead === undefined) return null;
      return (await notBelieved(ahead, judge)) ?? cutOff(ahead, last);
    },
    async [Symbol.asyncDispose]() {
      await seals.return(undefined);
    },
  };
}

async function notBelieved(seal: Seal, judge: SealJudge): Promise<BrokenChain | null> {
  const why = await judge(seal);
  if (why === null) return null;
  const place = { seq: seal.seq, id: null };
  return broken('bad-seal', place, `the seal of ${seal.at} for place ${seal.seq}: ${why}`);
}

function rewritten({ at }: Seal, last: Link, sealed: number): BrokenChain {
  const since = sealed === 0 ? '' : ` after place ${sealed}, where the seal before fits,`;
  return broken(
    'rewritten',
    last,
    `${named(last)} is not what was sealed at ${at}: it, or one before it${since} was changed, put in or taken out, and the hashes were computed anew`,
  );
}

function cutOff({ seq, at }: Seal, last: Link): BrokenChain {
  return broken(
    'cut-off',
    { seq: last.seq + 1, id: null },
    `the end is missing: by the seal of ${at} there were ${seq} records, and the last one here is at place ${last.seq}`,
  );
}
