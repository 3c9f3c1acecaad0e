// `tonegate calls purge`: removes old call records, and leaves a seal in their place. A chain that is broken is
// left as it is, since the seal would cover up what was done to it; where that is wanted, the seal says so.

import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { IvrFault } from '../ivr/fault.ts';
import type { Seal } from '../ivr/ports.ts';
import { count, reportText } from '../records/chain-report.ts';
import { makeSeal, sealJudge } from '../records/seal.ts';
import { verifyChain } from '../records/verify-chain.ts';
import { openStore } from '../store/open-store.ts';
import { sealsIn } from './kept-seals.ts';
import { sealingKey, sealKeys } from './signing-keys.ts';

export interface PurgeCalls {
  readonly config: string;
  /** As it was typed. */
  readonly before: string;
  /** A file with seals that were kept outside the store. */
  readonly seals?: string | undefined;
  /** Purge a broken chain too. */
  readonly evenIfBroken?: boolean;
  readonly json?: boolean;
}

/**
 * Removes the records of calls that had ended before a time; prints how many, and the seal of the last one. Exit
 * code: 0 done, 1 the chain is broken.
 */
export async function purgeCalls(options: PurgeCalls): Promise<0 | 1> {
  const { config, before, seals, evenIfBroken = false, json = false } = options;
  const end = purgeTime(before, Date.now());
  const { TONEGATE_STORE } = readEnvironment(['TONEGATE_STORE']);
  const key = await sealingKey();
  const { issuer } = (await loadConfig(config)).ticket;
  const judge = sealJudge(await sealKeys());
  const kept = await sealsIn(seals);
  await using store = await openStore(TONEGATE_STORE.reveal(), { mode: 'existing' });
  const { records, chain } = store;
  const report = await verifyChain({ records, chain, judge, kept });
  if (!report.intact) {
    process.stderr.write(`${evenIfBroken ? 'purging' : 'nothing purged'}: ${reportText(report)}`);
    if (!evenIfBroken) return 1;
  }
  const sealer = { issuer, key, now: Date.now };
  let seal: Seal | null = null;
  const purged = await chain.purge(end, async (last) => {
    seal = await makeSeal(last, sealer, end, !report.intact);
    return seal;
  });
  print({ purged, before: end, seal }, json);
  return 0;
}

interface Purged {
  readonly purged: number;
  readonly before: string;
  /** Null where nothing was old enough. */
  readonly seal: Seal | null;
}

function print(done: Purged, json: boolean): void {
  const { purged, before, seal } = done;
  const words = `${count(purged, 'record')} of calls that had ended before ${before} purged`;
  const lines = json ? [JSON.stringify(done)] : [words, ...(seal === null ? [] : [seal.jws])];
  for (const line of lines) console.info(line);
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * ISO 8601, UTC, from a day (its beginning, in UTC) or a time with its offset. Throws `IVR_CONFIG_INVALID` for
 * anything else, for a day that no calendar has, and for what is later than `now`.
 */
export function purgeTime(text: string, now: number): string {
  const isDay = DAY.test(text);
  const ms = isDay || MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  // The parser makes a March of February 30.
  const isReal = !Number.isNaN(ms) && isCalendarDay(text.slice(0, 10));
  if (!isReal) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      '--before: give a day, 2026-01-31 (from midnight UTC), or a time with its offset, 2026-01-31T18:00:00Z',
    );
  }
  if (ms > now) {
    throw new IvrFault('IVR_CONFIG_INVALID', '--before: that is in the future: give a past day');
  }
  return new Date(ms).toISOString();
}

function isCalendarDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
