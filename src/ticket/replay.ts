// Remembers which tickets were used, so that none is used twice.

/** Where used tickets are remembered. Desks with several processes must share one. */
export interface ReplayMemory {
  /**
   * Answers `true` if `jti` was never remembered before, and remembers it, in one atomic step. May
   * forget it from one minute after `exp` (seconds since 1970). If it throws, the ticket is not accepted.
   */
  remember(jti: string, exp: number): boolean | Promise<boolean>;
}

/** Kept beyond `exp`: covers a clock set back and a check that was under way as the ticket expired. */
const GRACE_SECONDS = 60;

/** A memory for one process. Holds no more than the tickets of the last few minutes. */
export function inProcessMemory(): ReplayMemory {
  const used = new Map<string, number>();
  return {
    remember(jti, exp) {
      const now = Date.now() / 1000;
      for (const [old, until] of used) {
        if (until > now) break;
        used.delete(old);
      }
      if (used.has(jti)) return false;
      used.set(jti, exp + GRACE_SECONDS);
      return true;
    },
  };
}
