// What is kept instead of numbers and codes: HMAC-SHA256 under keys derived from the pepper, one key for each
// purpose, so that a hash of one kind says nothing about one of another. Without the pepper nothing can be
// tried out against them, though numbers and codes are few.

import { createHmac, hkdfSync } from 'node:crypto';
import type { Secret } from '../../machines/secret.ts';

/** What a one-time code is good for: one message, one account, one call, one purpose. */
export interface CodeBinding {
  readonly challenge: string;
  /** The account's `ref`. */
  readonly account: string;
  /** Our call id. */
  readonly call: string;
  /** Name of the line. */
  readonly purpose: string;
}

export interface KeyedHashes {
  /** Of a calling number, as it is in records and tries. */
  readonly number: (number: Secret) => string;
  /** 32 bytes for what was keyed, or named by an upstream system, and is no account. */
  readonly noAccount: (keyed: Secret) => Buffer;
  /** 32 bytes, as which a one-time code is kept. */
  readonly code: (binding: CodeBinding, code: Secret) => Buffer;
}

/** Derives a key for each purpose (HKDF-SHA256, RFC 5869) from `pepper`, at least 32 random characters. */
export function keyedHashes(pepper: Secret): KeyedHashes {
  const hmacFor = (purpose: string) => {
    const key = new Uint8Array(hkdfSync('sha256', pepper.reveal(), '', `tonegate ${purpose}`, 32));
    return () => createHmac('sha256', key);
  };
  const number = hmacFor('calling number');
  const noAccount = hmacFor('no account');
  const code = hmacFor('one-time code');
  return {
    number: (of) => number().update(of.reveal()).digest('base64url'),
    noAccount: (of) => noAccount().update(of.reveal()).digest(),
    code: ({ challenge, account, call, purpose }, of) =>
      code()
        .update(joined(challenge, account, call, purpose, of.reveal()))
        .digest(),
  };
}

/** Each word with its length before it (netstrings): no two lists of words look alike. */
function joined(...words: readonly string[]): string {
  return words.map((word) => `${Buffer.byteLength(word)}:${word},`).join('');
}
