// The seal: a signed statement that the chain of call records was so long, and ended so. Promises that a
// statement is believed only for its signature, never for what stands beside it in the store.

import {
  type CompactVerifyGetKey,
  compactVerify,
  createLocalJWKSet,
  decodeProtectedHeader,
  SignJWT,
} from 'jose';
import { z } from 'zod';
import type { Seal } from '../ivr/ports.ts';
import { TICKET_ALGORITHM } from '../ticket/claims.ts';
import type { PublicJwk, SigningKey } from '../ticket/keys.ts';

const SEAL_TYPE = 'tonegate-seal+jwt';

/** Who signs, and when it is. */
export interface Sealer {
  readonly issuer: string;
  readonly key: SigningKey;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a seal says. All records from the first one ever up to place `seq` are under it. */
const claims = z.strictObject({
  iss: z.string(),
  /** Seconds since 1970. */
  iat: z.int(),
  seq: z.int().min(1),
  /** `hash` of the record at `seq`. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** These records were purged; the calls of all of them had ended before this time (ISO 8601, UTC). */
  purgedBefore: z.iso.datetime().optional(),
  /** The chain was broken when they were purged, and somebody wanted it all the same. */
  unverified: z.literal(true).optional(),
});
type SealClaims = z.infer<typeof claims>;

/** The end of the chain, or of what is purged. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/**
 * Signs that the chain is as long as `end` says and ends so; `purgedBefore`: and was purged up to there,
 * `unverified`: though it was broken.
 */
export async function makeSeal(
  { seq, hash }: ChainEnd,
  { issuer, key, now }: Sealer,
  purgedBefore?: string,
  unverified = false,
): Promise<Seal> {
  const iat = Math.floor(now() / 1000);
  const said: SealClaims = {
    iss: issuer,
    iat,
    seq,
    hash,
    ...(purgedBefore === undefined ? {} : { purgedBefore }),
    ...(unverified ? { unverified } : {}),
  };
  const jws = await new SignJWT({ ...said })
    .setProtectedHeader({ alg: TICKET_ALGORITHM, typ: SEAL_TYPE, kid: key.publicJwk.kid })
    .sign(key.privateKey);
  return asSeal(said, jws);
}

/** Why a seal is not believed; null where it is. */
export type SealJudge = (seal: Seal) => Promise<string | null>;

/** Judges seals by these keys: signature, kind of statement, and that the store says the same as the statement. */
export function sealJudge(keys: readonly PublicJwk[]): SealJudge {
  const find = createLocalJWKSet({ keys: [...keys] });
  const keyOf: CompactVerifyGetKey = (header, jws) => {
    if (header.typ !== SEAL_TYPE || typeof header.kid !== 'string') throw new TypeError();
    return find(header, jws);
  };
  const isKnown = (kid: unknown) => keys.some((key) => key.kid === kid);

  return async (seal) => {
    let said: SealClaims;
    try {
      if (!isKnown(decodeProtectedHeader(seal.jws).kid)) {
        return 'its key is not known: put the public key that signed it into TONEGATE_SIGNING_KEYS_PREVIOUS; if there never was one, the seal is forged';
      }
      const { payload } = await compactVerify(seal.jws, keyOf, { algorithms: [TICKET_ALGORITHM] });
      said = claims.parse(JSON.parse(new TextDecoder().decode(payload)));
    } catch {
      return 'its signature does not hold';
    }
    const { seq, hash, at, purged } = asSeal(said, seal.jws);
    const isSame =
      seq === seal.seq && hash === seal.hash && at === seal.at && purged === seal.purged;
    return isSame ? null : 'the store says of it what its signature does not cover';
  };
}

/**
 * The seals in a text that were kept outside the store (a log will do), by place. None of them is judged yet.
 */
export function findSeals(text: string): readonly Seal[] {
  const found = new Set(text.match(/\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g) ?? []);
  return [...found].flatMap(unjudged).toSorted((a, b) => a.seq - b.seq);
}

function unjudged(jws: string): readonly Seal[] {
  try {
    if (decodeProtectedHeader(jws).typ !== SEAL_TYPE) return [];
    return [asSeal(claimsOf(jws), jws)];
  } catch {
    return [];
  }
}

/** What a seal says; only to be believed after it was judged. Throws where it is none. */
export function claimsOf(jws: string): SealClaims {
  const payload = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString();
  return claims.parse(JSON.parse(payload));
}

function asSeal({ seq, hash, iat, purgedBefore }: SealClaims, jws: string): Seal {
  const at = new Date(iat * 1000).toISOString();
  return { seq, hash, at, jws, purged: purgedBefore !== undefined };
}
