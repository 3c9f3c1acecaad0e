// Judges an upstream token: a PBX or IVR of the customer's says that it has verified this caller
// (docs/upstream.md). Promises: steps come only from a token that is genuine, fresh, meant for us, for this
// customer and this call, and used for the first time; of any other nothing is told but one word.

import { compactVerify, errors } from 'jose';
import { z } from 'zod';
import type { UsedTokens } from '../ivr/ports.ts';
import type { UpstreamCheck, UpstreamClaim, UpstreamRefusal } from '../ivr/upstream.ts';
import type { StepName } from '../machines/outcome.ts';
import type { UpstreamKey } from './keys.ts';

/** Longest time between `iat` and `exp`. */
const MAX_LIFETIME_SECONDS = 120;
/** How far the clock of the upstream system and ours may differ, either way. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** A use is remembered beyond `exp`: for the tolerance, a clock set back, and a check under way just then. */
const REMEMBERED_SECONDS = 60;
/** A token has about four hundred characters; a longer text than this is not looked at. */
const MAX_LENGTH = 4096;

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
/** What `jti` and customer ids are made of: ASCII that can be seen, without spaces. */
const VISIBLE = /^[\x21-\x7e]{1,128}$/;

const STEPS: Readonly<Record<StepName, true>> = {
  account: true,
  passcode: true,
  birthDate: true,
  oneTimeCode: true,
};

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  jti: z.string().regex(VISIBLE),
  iat: z.int(),
  exp: z.int(),
  nbf: z.int().optional(),
  call: z.string(),
  steps: z.array(z.unknown()),
});
type Claims = z.output<typeof claimsSchema>;

/** Judges the token of one call; `now` in milliseconds. Never rejects. A good token is used up by this. */
export async function checkUpstreamToken(
  claim: UpstreamClaim,
  key: UpstreamKey,
  used: UsedTokens,
  now: number,
): Promise<UpstreamCheck> {
  const claims = await claimsOf(claim.token.reveal(), key);
  if (typeof claims === 'string') return ignored(claims);
  const why = mismatch(claims, claim, now / 1000);
  if (why !== null) return ignored(why);
  const steps = stepNames(claims.steps);
  if (steps === null) return ignored('steps');
  // Last, so that a token that is refused is not used up by that.
  const reuse = await use(claims, used);
  return reuse === null ? { kind: 'proven', steps } : ignored(reuse);
}

function ignored(why: UpstreamRefusal): UpstreamCheck {
  return { kind: 'ignored', why };
}

/** What the token claims, once its signature is known to be good. */
async function claimsOf(token: string, { key, algorithms }: UpstreamKey) {
  if (token.length > MAX_LENGTH || !COMPACT.test(token)) return 'malformed';
  try {
    const jws = await compactVerify(token, key, { algorithms: [...algorithms] });
    // Whatever an extension wants of us, we do not know it; jose knows one (RFC 7797).
    if (jws.protectedHeader.crit !== undefined) return 'malformed';
    const text = new TextDecoder('utf-8', { fatal: true }).decode(jws.payload);
    return claimsSchema.parse(JSON.parse(text));
  } catch (error) {
    return isForgery(error) ? 'signature' : 'malformed';
  }
}

function isForgery(error: unknown): boolean {
  return (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed
  );
}

function mismatch(
  { iss, aud, sub, iat, exp, nbf = iat, call }: Claims,
  { plan, customer, inviteCallId }: UpstreamClaim,
  now: number,
): UpstreamRefusal | null {
  if (iss !== plan.issuer) return 'issuer';
  if (aud !== plan.audience) return 'audience';
  if (exp <= iat || exp - iat > MAX_LIFETIME_SECONDS) return 'lifetime';
  if (now >= exp + CLOCK_TOLERANCE_SECONDS) return 'expired';
  if (Math.max(iat, nbf) > now + CLOCK_TOLERANCE_SECONDS) return 'not-yet';
  if (sub !== customer.reveal() || !VISIBLE.test(sub)) return 'customer';
  return call === inviteCallId ? null : 'call';
}

/** The names, each once and at least one; null: they are not that. */
function stepNames(names: readonly unknown[]): readonly StepName[] | null {
  const known = names.filter(
    (name): name is StepName => typeof name === 'string' && Object.hasOwn(STEPS, name),
  );
  const isSound = known.length > 0 && known.length === names.length;
  return isSound && new Set(known).size === known.length ? known : null;
}

async function use({ iss, jti, exp }: Claims, used: UsedTokens): Promise<UpstreamRefusal | null> {
  try {
    const isFirst = await used.firstUse(iss, jti, (exp + REMEMBERED_SECONDS) * 1000);
    return isFirst ? null : 'replayed';
  } catch {
    return 'store-lost';
  }
}
