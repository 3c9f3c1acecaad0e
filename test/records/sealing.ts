// Keys and clocks for seals in tests.

import type { Sealer } from '../../src/records/seal.ts';
import { generateSigningKey, loadSigningKey } from '../../src/ticket/keys.ts';

/** 21 November 2026, noon. */
const NOON = Date.UTC(2026, 10, 21, 12);

export async function newSealer(now = NOON): Promise<Sealer> {
  const key = await loadSigningKey(await generateSigningKey());
  return { issuer: 'tonegate', key, now: () => now };
}
