// An upstream system for one simulated scenario: its key, a line that trusts it, and a token for the call.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { CompactSign } from 'jose';
import type { LinePlan, UpstreamPlan } from '../machines/line-plan.ts';
import type { StepName } from '../machines/outcome.ts';
import { CUSTOMER_HEADER, TOKEN_HEADER } from '../screening/headers.ts';
import type { Header } from './scenario-files.ts';

const LIFETIME_SECONDS = 60;
/** Where the line trusts no system of its own. */
const NAMES = { issuer: 'upstream', audience: 'tonegate' };

export interface Upstream {
  /** The line, trusting this system instead of its own. */
  trustedBy(plan: LinePlan): LinePlan;
  /** The headers of the call that say so; `now` in milliseconds. */
  headers(inviteCallId: string, customer: string, now: number): Promise<readonly Header[]>;
}

/**
 * `steps`: those it vouches for; null: there is none, and nothing is changed. `trusted`: the system that the line
 * trusts by itself, whose names this one takes.
 */
export function openUpstream(
  steps: readonly StepName[] | null,
  trusted: UpstreamPlan | null,
): Upstream {
  if (steps === null) return { trustedBy: (plan) => plan, headers: async () => [] };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { issuer, audience } = trusted ?? NAMES;
  return {
    trustedBy: (plan) => ({ ...plan, upstream: { issuer, audience, publicKey: pem } }),
    async headers(inviteCallId, customer, now) {
      const iat = Math.floor(now / 1000);
      const claims = {
        iss: issuer,
        aud: audience,
        sub: customer,
        jti: randomUUID(),
        iat,
        exp: iat + LIFETIME_SECONDS,
        call: inviteCallId,
        steps,
      };
      const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA' })
        .sign(privateKey);
      return [
        [TOKEN_HEADER, token],
        [CUSTOMER_HEADER, customer],
      ];
    },
  };
}
