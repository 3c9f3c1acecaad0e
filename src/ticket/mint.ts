// Mints the ticket that tells a desk who is calling and how well that was proved. Promises: short
// life, single-use id, bound to one room and one caller. Knows nothing of how the facts came about.

import { base64url, SignJWT } from 'jose';
import {
  callerHash,
  MAX_LIFETIME_SECONDS,
  TICKET_ALGORITHM,
  TICKET_TYPE,
  type TicketClaims,
} from './claims.ts';
import type { SigningKey } from './keys.ts';

/** What the IVR knows when it hands a caller over. */
export interface TicketFacts
  extends Pick<TicketClaims, 'room' | 'call' | 'line' | 'amr' | 'screening' | 'auth'> {
  readonly issuer: string;
  /** Name of the desk the caller is handed to. */
  readonly audience: string;
  /** 1 to 120. */
  readonly lifetimeSeconds: number;
  /** Opaque account reference; left out of the ticket unless `auth` is `identified` or `verified`. */
  readonly subject: string | null;
  /** Identity of the caller's participant; only its hash enters the ticket. */
  readonly identity: string;
  /** LiveKit's `sip.callID`; null where the caller has no SIP leg. */
  readonly sipCall: string | null;
}

/** Signs a new ticket: a compact JWS (EdDSA, `typ: ivr-handoff+jwt`) with a fresh `jti` at every call. */
export async function mintTicket(facts: TicketFacts, key: SigningKey): Promise<string> {
  const { issuer, audience, lifetimeSeconds, subject, identity, sipCall } = facts;
  if (!(lifetimeSeconds >= 1 && lifetimeSeconds <= MAX_LIFETIME_SECONDS)) {
    throw new RangeError(`A ticket lives 1 to ${MAX_LIFETIME_SECONDS} seconds.`);
  }
  const identified = facts.auth === 'identified' || facts.auth === 'verified';
  const jti = base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
  const iat = Math.floor(Date.now() / 1000);
  const claims: TicketClaims = {
    iss: issuer,
    aud: audience,
    ...(identified && subject !== null ? { sub: subject } : {}),
    jti,
    iat,
    exp: iat + Math.floor(lifetimeSeconds),
    room: facts.room,
    caller: await callerHash(jti, identity),
    call: facts.call,
    ...(sipCall === null ? {} : { sipCall }),
    line: facts.line,
    amr: facts.amr,
    screening: facts.screening,
    auth: facts.auth,
  };
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: TICKET_ALGORITHM, typ: TICKET_TYPE, kid: key.publicJwk.kid })
    .sign(key.privateKey);
}
