// What a desk runs before it believes anything about a caller; public as `tonegate/ticket`. Promises:
// claims come back only from a ticket that is genuine, fresh, meant for this desk, this room and this
// caller, and used for the first time. Runs on Node 20 and later.

import {
  type CompactVerifyGetKey,
  compactVerify,
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWK,
} from 'jose';
import {
  callerHash,
  readClaims,
  TICKET_ALGORITHM,
  TICKET_TYPE,
  type TicketClaims,
} from './claims.ts';
import { inProcessMemory, type ReplayMemory } from './replay.ts';
import { TicketError } from './ticket-error.ts';

export type { TicketClaims } from './claims.ts';
export type { ReplayMemory } from './replay.ts';
export { TicketError, type TicketErrorCode } from './ticket-error.ts';

/** What a ticket is checked against. All of it comes from the desk, nothing from the ticket. */
export interface TicketExpectations {
  /**
   * The issuer's public keys: the URL of its JWKS (fetched once, kept for ten minutes, fetched again
   * for an unknown key), a JWKS, or a function as `jose` takes it.
   */
  readonly jwks: string | URL | { readonly keys: readonly JWK[] } | CompactVerifyGetKey;
  readonly issuer: string;
  /** This desk's name. */
  readonly audience: string;
  /** Name of the room the desk is in. */
  readonly room: string;
  /** Identity of the caller's participant, as the desk sees it in that room. */
  readonly caller: string;
  /** Where used tickets are remembered; by default in this process only. */
  readonly seen?: ReplayMemory | undefined;
}

/** How far the desk's clock may be behind the issuer's. Nothing is added to a ticket's life. */
const CLOCK_SKEW_SECONDS = 5;

/** A ticket has about a thousand characters; a longer text than this is not looked at. */
const MAX_TOKEN_LENGTH = 8192;

/** An unknown key has the JWKS fetched again, but not more often than this. */
const JWKS_COOLDOWN_MS = 5000;

const processMemory = inProcessMemory();
const remoteKeys = new Map<string, CompactVerifyGetKey>();

/**
 * Checks a hand-off ticket and returns its claims; each ticket passes once. A ticket that is refused
 * throws a {@link TicketError}. Any other error (the JWKS or the replay memory could not be reached)
 * says nothing about the ticket: try again, and until then treat the caller as unverified.
 *
 * @example
 * ```ts
 * const { ticket } = JSON.parse(job.metadata);
 * const claims = await verifyTicket(ticket, {
 *   jwks: 'http://127.0.0.1:7081/.well-known/jwks.json',
 *   issuer: 'tonegate',
 *   audience: 'sensitive',
 *   room: room.name,
 *   caller: caller.identity,
 * });
 * if (claims.auth !== 'verified' || !claims.amr.includes('otp')) refuse();
 * ```
 */
export async function verifyTicket(
  token: string,
  expected: TicketExpectations,
): Promise<TicketClaims> {
  const claims = readClaims(await openSeal(token, expected.jwks));
  const now = Date.now() / 1000;
  if (claims.iss !== expected.issuer) throw new TicketError('issuer');
  if (claims.aud !== expected.audience) throw new TicketError('audience');
  if (now >= claims.exp) throw new TicketError('expired');
  if (claims.iat > now + CLOCK_SKEW_SECONDS) throw new TicketError('not-yet');
  if (claims.room !== expected.room) throw new TicketError('room');
  if (claims.caller !== (await callerHash(claims.jti, expected.caller))) {
    throw new TicketError('caller');
  }
  // Last, so that a ticket shown in the wrong place is not used up by that.
  const isNew = await (expected.seen ?? processMemory).remember(claims.jti, claims.exp);
  if (isNew !== true) throw new TicketError('replayed');
  return claims;
}

/** The payload, once its signature is known to be good. */
async function openSeal(token: string, jwks: TicketExpectations['jwks']): Promise<Uint8Array> {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) {
    throw new TicketError('malformed');
  }
  try {
    return (await compactVerify(token, keyFinder(jwks), { algorithms: [TICKET_ALGORITHM] }))
      .payload;
  } catch (error) {
    if (
      error instanceof errors.JWSSignatureVerificationFailed ||
      error instanceof errors.JOSEAlgNotAllowed
    ) {
      throw new TicketError('signature');
    }
    throw error instanceof errors.JOSEError ? new TicketError('malformed') : error;
  }
}

/** Looks up the key of a header that can be a ticket's, and sorts out what may go wrong on the way. */
function keyFinder(jwks: TicketExpectations['jwks']): CompactVerifyGetKey {
  return async (header, jws) => {
    if (header.typ !== TICKET_TYPE || typeof header.kid !== 'string') {
      throw new TicketError('malformed');
    }
    try {
      return await keySource(jwks)(header, jws);
    } catch (error) {
      // Compared by code: a resolver may come from another copy of jose.
      if ((error as { code?: unknown } | null)?.code === errors.JWKSNoMatchingKey.code) {
        throw new TicketError('signature');
      }
      throw new Error("The issuer's keys could not be had; the ticket was not judged.", {
        cause: error,
      });
    }
  };
}

function keySource(jwks: TicketExpectations['jwks']): CompactVerifyGetKey {
  if (typeof jwks === 'function') return jwks;
  if (typeof jwks === 'object' && 'keys' in jwks)
    return createLocalJWKSet({ keys: [...jwks.keys] });
  const url = new URL(jwks);
  let source = remoteKeys.get(url.href);
  if (source === undefined) {
    source = createRemoteJWKSet(url, { cooldownDuration: JWKS_COOLDOWN_MS });
    remoteKeys.set(url.href, source);
  }
  return source;
}
