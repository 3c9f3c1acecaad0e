// How call records hang together: each is hashed together with the hash of the one before, so that none can be
// changed, taken out or put in without every later hash telling.

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { CallRecord } from './call-record.ts';

/** What the first record ever is chained to. */
export const GENESIS = '0'.repeat(64);

/**
 * SHA-256, in lowercase hex, over the record and the hash before it: over the canonical JSON (RFC 8785) of the
 * record with `prev` as one more member, and without `hash` or `seq`.
 */
export function recordHash(prev: string, record: CallRecord): string {
  const text = canonicalize({ ...record, prev }) as string;
  return createHash('sha256').update(text).digest('hex');
}
