// The public key that an upstream system's tokens are checked against, read from PEM. Promises: P-256 or
// Ed25519 and nothing else, one algorithm for each, and no error that holds anything of what was read.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { IvrFault } from '../ivr/fault.ts';

/** A public key, and the names that its one algorithm has in a token. */
export interface UpstreamKey {
  readonly key: KeyObject;
  readonly algorithms: readonly string[];
}

/**
 * Reads one public key, SPKI PEM, P-256 or Ed25519. Anything else is an `IVR_CONFIG_INVALID`, a private
 * key one of its own.
 */
export async function loadUpstreamKey(pem: string): Promise<UpstreamKey> {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      'This is a private key: whoever reads it can vouch for any caller. Leave it on the system that signs and give us its public half (openssl pkey -in KEYFILE -pubout); make a new pair if others may have read it.',
    );
  }
  const key = publicKeyIn(pem);
  const algorithms = key === null ? null : algorithmsOf(key);
  if (key === null || algorithms === null) {
    throw new IvrFault(
      'IVR_CONFIG_INVALID',
      'This is not one public key in PEM ("BEGIN PUBLIC KEY"), P-256 or Ed25519: no certificate, no RSA key, nothing beside it. docs/upstream.md shows how to make one.',
    );
  }
  return { key, algorithms };
}

function publicKeyIn(pem: string): KeyObject | null {
  const block = /^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----$/;
  const text = pem.trim();
  if (!block.test(text)) return null;
  try {
    return createPublicKey(text);
  } catch {
    // What OpenSSL says of it may quote what it was given.
    return null;
  }
}

/** The key decides, never the token. RFC 9864 has given EdDSA with this curve a name of its own. */
function algorithmsOf({
  asymmetricKeyType: kind,
  asymmetricKeyDetails: details,
}: KeyObject): readonly string[] | null {
  if (kind === 'ed25519') return ['EdDSA', 'Ed25519'];
  return kind === 'ec' && details?.namedCurve === 'prime256v1' ? ['ES256'] : null;
}
