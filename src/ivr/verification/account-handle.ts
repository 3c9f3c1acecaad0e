// The account that a caller goes on with. Promises that one that does not exist looks like one that does, and
// the same in every call, so that nobody can tell them apart by what they hear.

import type { AccountHandle } from '../../machines/verify-entry.machine.ts';
import type { Account } from '../ports.ts';

/**
 * An account as a call knows it; `noAccount` is the keyed hash of what it was asked for by (32 bytes). Where
 * there is none its tally is `?` and 128 bits of the hash (no `ref` of a backend's begins with `?`), and its
 * phone ends in two digits made from the rest of it.
 */
export function accountHandle(account: Account, noAccount: Buffer): AccountHandle {
  if (account.ref !== null) return { ...account, tally: account.ref };
  const lastTwo = String(noAccount.readUInt32BE(16) % 100).padStart(2, '0');
  return {
    ref: null,
    otp: { available: true, to: `…${lastTwo}` },
    tally: `?${noAccount.toString('base64url', 0, 16)}`,
  };
}
