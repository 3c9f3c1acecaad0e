// The stores of the scenario tests: what their ports promise, in memory and on virtual time. One of each may
// serve several workers, and outlive them.

import { IvrFault } from '../../src/ivr/fault.ts';
import type {
  CodeStore,
  LockOutPolicy,
  RecordStore,
  TriedStep,
  TryKind,
  TryStore,
} from '../../src/ivr/ports.ts';
import { type Clock, wait } from '../../src/ivr/waiting.ts';

interface Try {
  readonly kind: TryKind;
  readonly step: TriedStep;
  readonly tally: string;
  readonly callerHash: string | null;
  readonly at: number;
  state: 'open' | 'rejected' | 'accepted' | 'unchecked' | 'forgiven';
}

export interface FakeTries extends TryStore {
  /** Tries that count as failed now. */
  failures(kind: TryKind, tally?: string): number;
  readonly tallies: ReadonlySet<string>;
}

const HOUR_MS = 3_600_000;
/** Longer than any check takes. */
const UNDER_WAY_MS = 30_000;

/** `now`: milliseconds. */
export function openFakeTries(now: () => number): FakeTries {
  const tries: Try[] = [];

  const isFailed = ({ state }: Try) => state === 'open' || state === 'rejected';
  const failed = (kind: TryKind, tally: string) =>
    tries.filter((one) => one.kind === kind && one.tally === tally && isFailed(one));

  function isLocked(kind: TryKind, tally: string, policy: LockOutPolicy): boolean {
    const { softAfter, softMs, softLongestMs, hardAfter, hardMs } = policy;
    const all = failed(kind, tally);
    const last = all.at(-1)?.at;
    if (last === undefined) return false;
    const count = all.filter(({ at }) => at > last - hardMs).length;
    if (count >= hardAfter) return now() < last + hardMs;
    if (count < softAfter) return false;
    return now() < last + Math.min(softMs * 2 ** (count - softAfter), softLongestMs);
  }

  return {
    async take(kind, step, tally, callerHash, policy) {
      if (isLocked(kind, tally, policy)) return { kind: 'locked' };
      const id = String(
        tries.push({ kind, step, tally, callerHash, at: now(), state: 'open' }) - 1,
      );
      const ofCaller = tries.filter(
        (one) =>
          one.kind === 'check' &&
          isFailed(one) &&
          one.callerHash === callerHash &&
          one.at > now() - HOUR_MS,
      );
      return { kind: 'taken', id, callerFailures: callerHash === null ? 1 : ofCaller.length };
    },
    async settle(id, outcome) {
      const one = tries[Number(id)];
      if (one?.state !== 'open') throw new Error('settled a try that is not open');
      one.state = outcome;
    },
    isLocked: async (tally, policy) => isLocked('check', tally, policy),
    async forgive(tally, steps) {
      for (const kind of ['check', 'send'] as const) {
        for (const one of failed(kind, tally)) {
          const isOver = kind === 'send' || one.state === 'rejected';
          if (isOver && steps.includes(one.step)) one.state = 'forgiven';
        }
      }
    },
    async rate(windowMs) {
      const isUnderWay = ({ state, at }: Try) => state === 'open' && at > now() - UNDER_WAY_MS;
      const checks = tries.filter(
        (one) =>
          one.kind === 'check' &&
          one.state !== 'unchecked' &&
          !isUnderWay(one) &&
          one.at > now() - windowMs,
      );
      return {
        checks: checks.length,
        failed: checks.filter(({ state }) => state !== 'accepted').length,
      };
    },
    failures: (kind, tally) =>
      tries.filter(
        (one) => one.kind === kind && isFailed(one) && (tally === undefined || one.tally === tally),
      ).length,
    get tallies() {
      return new Set(tries.map(({ tally }) => tally));
    },
  };
}

export interface FakeCodes extends CodeStore {
  /** Codes that could still be right. */
  readonly live: number;
  /** Everything that is kept of codes, as text. */
  readonly kept: string;
}

/** `now`: milliseconds. */
export function openFakeCodes(now: () => number): FakeCodes {
  const codes = new Map<string, { digest: Uint8Array; until: number; left: number }>();
  const live = (challenge: string) => {
    const code = codes.get(challenge);
    return code !== undefined && now() < code.until ? code : null;
  };
  return {
    async keep({ challenge, digest, ttlMs, submissions }) {
      codes.set(challenge, { digest, until: now() + ttlMs, left: submissions });
    },
    async submit(challenge) {
      const code = live(challenge);
      if (code === null || code.left === 0) return null;
      code.left -= 1;
      return code.digest;
    },
    async consume(challenge) {
      return live(challenge) !== null && codes.delete(challenge);
    },
    async revoke(challenge) {
      codes.delete(challenge);
    },
    get live() {
      return [...codes.keys()].filter((challenge) => live(challenge) !== null).length;
    },
    get kept() {
      return JSON.stringify([...codes]);
    },
  };
}

/** A record store that can do nothing. */
export function brokenRecords(error: Error): RecordStore {
  const fail = () => Promise.reject(error);
  const list = () => {
    throw error;
  };
  return {
    begin: fail,
    append: fail,
    beat: fail,
    takeOver: fail,
    takenOver: fail,
    isBegunBefore: fail,
    forget: fail,
    ping: fail,
    list,
  };
}

/** A store that takes so long for one ask. */
export function slow<Store extends object>(
  store: Store,
  ask: keyof Store,
  ms: number,
  clock: Clock,
): Store {
  const act = store[ask] as (...args: unknown[]) => Promise<unknown>;
  const { signal } = new AbortController();
  return {
    ...store,
    [ask]: (...args: unknown[]) => wait(clock, ms, signal).then(() => act(...args)),
  };
}

/** A store of which some asks fail, as an adapter says it. */
export function losing<Store extends TryStore | CodeStore>(
  store: Store,
  ...asks: readonly (keyof Store)[]
): Store {
  const lost = () => Promise.reject(new IvrFault('IVR_STORE_UNAVAILABLE', 'as told'));
  return { ...store, ...Object.fromEntries(asks.map((ask) => [ask, lost])) };
}
