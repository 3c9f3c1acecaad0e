// How a worker judges upstream tokens: each line's key, one memory of used tokens, one clock.

import type { CallWorld } from '../ivr/call-world.ts';
import type { UsedTokens } from '../ivr/ports.ts';
import { loadUpstreamKey, type UpstreamKey } from '../upstream/keys.ts';
import { checkUpstreamToken } from '../upstream/token.ts';

/** Half of what screening has (800 ms): a store that is held up costs the token, never the verdict. */
const STORE_MS = 400;

/** `now` in milliseconds. A key is read once, however many calls and editions go by it. */
export function upstreamChecker(used: UsedTokens, now: () => number): CallWorld['checkUpstream'] {
  const keys = new Map<string, Promise<UpstreamKey>>();
  const usedInTime: UsedTokens = {
    firstUse: (...token) => inTime(used.firstUse(...token)),
  };

  return async (claim) => {
    const pem = claim.plan.publicKey;
    const loading = keys.get(pem) ?? loadUpstreamKey(pem);
    keys.set(pem, loading);
    const key = await loading.catch(() => null);
    // Configurations with such a key are refused; whatever it should prove is not proved.
    if (key === null) return { kind: 'ignored', why: 'signature' };
    return checkUpstreamToken(claim, key, usedInTime, now());
  };
}

async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('the store is held up')), STORE_MS);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
