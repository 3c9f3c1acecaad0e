// What a worker does by the clock, beside its calls: says that it lives, keeps the records of calls whose
// worker lives no more and those that the store did not take before, seals the records. A store that is away ends none of it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { loggable } from '../ivr/fault.ts';
import type { Lease } from '../ivr/lease.ts';
import type { RecordChain } from '../ivr/ports.ts';
import type { RecordBacklog } from '../ivr/record-backlog.ts';
import type { Sealer } from '../records/seal.ts';
import { sealHead } from '../records/seal-head.ts';

/** Between two beats; some are missed before a worker counts as lost. */
const BEAT_MS = 1000;
const SEAL_MS = 3_600_000;
/** How long the end waits for records that still wait for the store. */
const LAST_MS = 10_000;

interface RoundsOptions {
  readonly lease: Pick<Lease, 'beat'>;
  readonly records: Pick<RecordBacklog, 'waiting'>;
  readonly chain: Pick<RecordChain, 'head' | 'newestSeal' | 'keepSeal'>;
  readonly sealer: Sealer;
  readonly log: Logger;
}

/** Disposing keeps the records that wait, where the store takes them soon, and seals. Never rejects. */
export function startRounds({
  lease,
  records,
  chain,
  sealer,
  log,
}: RoundsOptions): AsyncDisposable {
  const stopping = new AbortController();
  let isAway = false;

  async function beat(): Promise<void> {
    try {
      await lease.beat();
      if (isAway) log.info('the store takes beats again');
      isAway = false;
    } catch (error) {
      if (!isAway) log.error({ fault: loggable(error) }, 'the store takes no beat');
      isAway = true;
    }
  }

  async function seal(): Promise<void> {
    try {
      const sealing = await sealHead(chain, sealer);
      if (sealing.kind === 'empty' || sealing.kind === 'covered') return;
      const { seq, jws } = sealing.seal;
      // Where logs are kept elsewhere, so is the seal.
      if (sealing.kind === 'sealed') log.info({ seq, seal: jws }, 'records sealed');
      else
        log.error({ seq, seal: jws }, 'records contradict their seal: run `tonegate calls verify`');
    } catch (error) {
      log.error({ fault: loggable(error) }, 'records not sealed');
    }
  }

  async function every(ms: number, round: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await round();
      await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  async function keepTheRest(): Promise<void> {
    const end = performance.now() + LAST_MS;
    while (records.waiting.length > 0) {
      await beat();
      if (records.waiting.length === 0) return;
      if (performance.now() > end) {
        log.error({ calls: records.waiting }, 'the records of these calls are in the log alone');
        return;
      }
      await sleep(BEAT_MS);
    }
  }

  const rounds = [every(BEAT_MS, beat), every(SEAL_MS, seal)];
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(rounds);
      await keepTheRest();
      await seal();
    },
  };
}
