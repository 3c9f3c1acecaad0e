// A desk and an issuer for the ticket tests: what the desk expects, a good ticket, and forgeries.

import { randomBytes } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { callerHash } from '../../src/ticket/claims.ts';
import {
  generateSigningKey,
  jwks,
  loadSigningKey,
  type SigningKey,
} from '../../src/ticket/keys.ts';
import type { TicketFacts } from '../../src/ticket/mint.ts';

export const key = await loadSigningKey(await generateSigningKey());
export const otherKey = await loadSigningKey(await generateSigningKey());

export const facts: TicketFacts = {
  issuer: 'tonegate',
  audience: 'sensitive',
  lifetimeSeconds: 120,
  subject: 'acct_7f3a',
  room: 'call_+15105550100_x1y2',
  identity: 'sip_+15550001111',
  call: '01J9Z0000000000000000000AA',
  sipCall: 'SCL_abc',
  line: 'bank',
  amr: ['kba', 'otp', 'sms'],
  screening: 'none',
  auth: 'verified',
};

export const expected = {
  jwks: jwks(key),
  issuer: facts.issuer,
  audience: facts.audience,
  room: facts.room,
  caller: facts.identity,
};

export const now = () => Math.floor(Date.now() / 1000);

/** Good claims, to be spoiled by the test. */
export async function claims(changes: Record<string, unknown> = {}): Promise<JWTPayload> {
  const jti = randomBytes(16).toString('base64url');
  return {
    iss: facts.issuer,
    aud: facts.audience,
    sub: 'acct_7f3a',
    jti,
    iat: now(),
    exp: now() + 120,
    room: facts.room,
    caller: await callerHash(jti, facts.identity),
    call: facts.call,
    sipCall: 'SCL_abc',
    line: facts.line,
    amr: facts.amr,
    screening: facts.screening,
    auth: facts.auth,
    ...changes,
  };
}

/** A ticket with these claims and header, signed for real by `signer`. */
export async function signed(
  changes: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  signer: SigningKey = key,
): Promise<string> {
  return new SignJWT(await claims(changes))
    .setProtectedHeader({
      alg: 'EdDSA',
      typ: 'ivr-handoff+jwt',
      kid: signer.publicJwk.kid,
      ...header,
    })
    .sign(signer.privateKey);
}

/** A part of a token: base64url of JSON. */
export const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
