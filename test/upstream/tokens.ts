// A PBX for the upstream tests: its keys of both kinds, a good token, and ways of spoiling one.

import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { CompactSign } from 'jose';
import type { UsedTokens } from '../../src/ivr/ports.ts';
import type { UpstreamClaim } from '../../src/ivr/upstream.ts';
import { Secret } from '../../src/machines/secret.ts';

/** A kind of key, with the algorithm that it signs by. */
export interface Signer {
  readonly kind: 'P-256' | 'Ed25519';
  readonly alg: 'ES256' | 'EdDSA';
  readonly privateKey: KeyObject;
  /** SPKI PEM. */
  readonly publicKey: string;
}

export const SIGNERS = [p256(), ed25519()] as const;

export function p256(): Signer {
  return signer('P-256', 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }));
}

export function ed25519(): Signer {
  return signer('Ed25519', 'EdDSA', generateKeyPairSync('ed25519'));
}

function signer(
  kind: Signer['kind'],
  alg: Signer['alg'],
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
): Signer {
  return { kind, alg, privateKey, publicKey: pemOf(publicKey) };
}

export function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

export const CUSTOMER = 'customer-1001';
export const CALL_ID = 'a84b4c76e66710@pbx.bank.example';

/** The moment of every test, in milliseconds; and in seconds, as claims have it. */
export const NOW = Date.UTC(2026, 10, 22, 9, 30);
export const SECOND = NOW / 1000;

/** Good claims, with a `jti` of their own. */
export function claims(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: 'pbx',
    aud: 'tonegate',
    sub: CUSTOMER,
    jti: randomUUID(),
    iat: SECOND,
    exp: SECOND + 60,
    call: CALL_ID,
    steps: ['account', 'oneTimeCode'],
    ...changes,
  };
}

/** A token that really has this payload, signed for real. */
export async function sign(
  { alg, privateKey }: Signer,
  payload: unknown,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const bytes = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const jws = new CompactSign(Buffer.from(bytes, 'latin1'));
  return jws
    .setProtectedHeader({ alg, ...header })
    .sign(privateKey, { crit: { 'x-strange': true } });
}

/** A part of a token: base64url of JSON. */
export const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What comes with the INVITE of a call whose token is good. */
export function claim(
  { publicKey }: Signer,
  token: string,
  {
    customer = CUSTOMER,
    inviteCallId = CALL_ID,
  }: { customer?: string; inviteCallId?: string | null } = {},
): UpstreamClaim {
  return {
    plan: { issuer: 'pbx', audience: 'tonegate', publicKey },
    token: Secret.of(token),
    customer: Secret.of(customer),
    inviteCallId,
  };
}

/** A memory of used tokens that tells what it was asked. */
export function memory(): UsedTokens & {
  readonly asked: readonly { issuer: string; jti: string; expiresAt: number }[];
} {
  const asked: { issuer: string; jti: string; expiresAt: number }[] = [];
  return {
    asked,
    async firstUse(issuer, jti, expiresAt) {
      const isFirst = !asked.some((one) => one.issuer === issuer && one.jti === jti);
      asked.push({ issuer, jti, expiresAt });
      return isFirst;
    },
  };
}
