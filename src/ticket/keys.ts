// The keys behind the tickets: reading them from PEM, and the public set (JWKS) that desks check
// against. Promises: Ed25519 and nothing else, and no error that holds key material.

import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  importSPKI,
} from 'jose';
import { TICKET_ALGORITHM } from './claims.ts';

/** A public key as it stands in the JWKS. `kid` is its RFC 7638 thumbprint. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: typeof TICKET_ALGORITHM;
}

/** The key that signs, not extractable, with its public half. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: PublicJwk;
}

/** PEM text, or something that holds it. `\n` written out is taken as a line end. */
export type Pem = string | { reveal(): string };

/** The text is not a key that can be used. The message says what is needed, never what was given. */
export class TicketKeyError extends Error {
  override readonly name = 'TicketKeyError';
}

/** Reads the key that signs: one Ed25519 key, PKCS#8 PEM. Anything else is a {@link TicketKeyError}. */
export async function loadSigningKey(pem: Pem): Promise<SigningKey> {
  try {
    const [block, ...more] = pemBlocks(pem);
    if (block === undefined || more.length > 0) throw new Error('not one PEM block');
    // A public key fails here: its PEM label stays in what should be base64.
    const privateKey = await importPKCS8(block, TICKET_ALGORITHM);
    return { privateKey, publicJwk: await publicHalf(block) };
  } catch {
    // No cause: a parser's own message may quote what it was given.
    throw new TicketKeyError(
      'The signing key must be one Ed25519 private key in PKCS#8 PEM. Make one with: openssl genpkey -algorithm ed25519',
    );
  }
}

/**
 * Reads keys that are only published: Ed25519 PEM blocks one after the other, private (PKCS#8, of
 * which the public half is kept) or public (SPKI). Anything else is a {@link TicketKeyError}.
 */
export async function loadPublishedKeys(pem: Pem): Promise<readonly PublicJwk[]> {
  try {
    return await Promise.all(pemBlocks(pem).map(publicHalf));
  } catch {
    throw new TicketKeyError(
      'Published keys must be Ed25519 keys in PEM (PKCS#8 or SPKI), one after the other.',
    );
  }
}

/** The JWKS to publish: the key that signs, and those that signed before or will sign next. */
export function jwks(
  current: SigningKey,
  others: readonly PublicJwk[] = [],
): { readonly keys: readonly PublicJwk[] } {
  const byKid = new Map([current.publicJwk, ...others].map((jwk) => [jwk.kid, jwk]));
  return { keys: [...byKid.values()] };
}

/** Makes a new signing key and returns its PEM (PKCS#8). */
export async function generateSigningKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(TICKET_ALGORITHM, { extractable: true });
  return exportPKCS8(privateKey);
}

function pemBlocks(pem: Pem): string[] {
  const text = (typeof pem === 'string' ? pem : pem.reveal()).replaceAll('\\n', '\n');
  const block = /-----BEGIN (PRIVATE|PUBLIC) KEY-----[^-]+-----END \1 KEY-----/g;
  if (text.replace(block, '').trim() !== '') throw new Error('text outside the PEM blocks');
  return text.match(block) ?? [];
}

async function publicHalf(block: string): Promise<PublicJwk> {
  const load = block.includes(' PRIVATE KEY-----') ? importPKCS8 : importSPKI;
  const jwk = await exportJWK(await load(block, TICKET_ALGORITHM, { extractable: true }));
  if (jwk.crv !== 'Ed25519' || jwk.x === undefined) throw new Error('not an Ed25519 key');
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: jwk.crv, x: jwk.x });
  return { kty: 'OKP', crv: jwk.crv, x: jwk.x, kid, use: 'sig', alg: TICKET_ALGORITHM };
}
