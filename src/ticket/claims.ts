// What a hand-off ticket says: its claims, and how it is bound to one caller. Minting and verifying
// share this page. Runs wherever WebCrypto does; knows nothing of calls, rooms or HTTP.

import { base64url } from 'jose';
import { TicketError } from './ticket-error.ts';

export const TICKET_TYPE = 'ivr-handoff+jwt';
export const TICKET_ALGORITHM = 'EdDSA';
/** Longest time between `iat` and `exp`. */
export const MAX_LIFETIME_SECONDS = 120;

/** How far the caller was verified; only `verified` means that a factor was accepted. */
export const AUTH_WORDS = ['none', 'identified', 'verified', 'failed'] as const;
/** What screening made of the calling number; never proof of who is calling. */
export const SCREENING_WORDS = [
  'passed-A',
  'passed-B',
  'passed-C',
  'passed',
  'failed',
  'none',
  'error',
] as const;

/** The claims of a ticket that has been verified. Times are seconds since 1970. */
export interface TicketClaims {
  readonly iss: string;
  /** Name of the desk the caller is handed to. */
  readonly aud: string;
  /** Opaque account reference of the backend; absent unless `auth` is `identified` or `verified`. */
  readonly sub?: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly room: string;
  /** See {@link callerHash}. */
  readonly caller: string;
  /** The IVR's call id: equals the attribute `ivr.call` and the id of the call record. */
  readonly call: string;
  /** LiveKit's `sip.callID`; absent where the caller has no SIP leg. */
  readonly sipCall?: string;
  readonly line: string;
  /** RFC 8176 words for what was proved (`otp`, `sms`, `pin`, `kba`), and `upstream`. */
  readonly amr: readonly string[];
  readonly screening: (typeof SCREENING_WORDS)[number];
  readonly auth: (typeof AUTH_WORDS)[number];
}

/**
 * The claim `caller`: base64url(SHA-256(`jti` + ":" + participant identity)). Binds a ticket to one
 * participant without showing the identity, which may hold the calling number.
 */
export async function callerHash(jti: string, identity: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${jti}:${identity}`);
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** Reads claims from a payload; whatever is missing, of the wrong type or lives too long is `malformed`. */
export function readClaims(payload: Uint8Array): TicketClaims {
  const claims = parseObject(payload);
  const iat = whole(claims.iat);
  const exp = whole(claims.exp);
  if (exp <= iat || exp - iat > MAX_LIFETIME_SECONDS) throw new TicketError('malformed');
  return {
    iss: text(claims.iss),
    aud: text(claims.aud),
    ...(claims.sub === undefined ? {} : { sub: text(claims.sub) }),
    jti: text(claims.jti),
    iat,
    exp,
    room: text(claims.room),
    caller: text(claims.caller),
    call: text(claims.call),
    ...(claims.sipCall === undefined ? {} : { sipCall: text(claims.sipCall) }),
    line: text(claims.line),
    amr: words(claims.amr),
    screening: oneOf(SCREENING_WORDS, claims.screening),
    auth: oneOf(AUTH_WORDS, claims.auth),
  };
}

function parseObject(payload: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new TicketError('malformed');
  }
  if (typeof value !== 'object' || value === null) throw new TicketError('malformed');
  return value as Record<string, unknown>;
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TicketError('malformed');
  return value;
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TicketError('malformed');
  return value as number;
}

function words(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new TicketError('malformed');
  return value.map(text);
}

function oneOf<const Word extends string>(set: readonly Word[], value: unknown): Word {
  const word = set.find((candidate) => candidate === value);
  if (word === undefined) throw new TicketError('malformed');
  return word;
}
