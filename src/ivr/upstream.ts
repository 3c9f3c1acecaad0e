// What a call asks about an upstream system's token, and what may come of it (docs/upstream.md).

import type { UpstreamUse } from '../machines/call.machine.ts';
import type { UpstreamPlan } from '../machines/line-plan.ts';
import type { StepName } from '../machines/outcome.ts';
import type { Secret } from '../machines/secret.ts';

/** A token that came with the INVITE, and what it must fit. */
export interface UpstreamClaim {
  readonly plan: UpstreamPlan;
  /** `X-Auth-Token`. */
  readonly token: Secret;
  /** `X-Customer-Id`. */
  readonly customer: Secret;
  /** Call-ID of the INVITE. */
  readonly inviteCallId: string | null;
}

/** Why an upstream token counts for nothing (docs/upstream.md). */
export const UPSTREAM_REFUSALS = [
  'malformed',
  'signature',
  'issuer',
  'audience',
  'expired',
  'not-yet',
  'lifetime',
  'customer',
  'call',
  'steps',
  'replayed',
  'store-lost',
] as const;
export type UpstreamRefusal = (typeof UPSTREAM_REFUSALS)[number];

/** What an upstream token is worth: the steps it proves, or nothing. */
export type UpstreamCheck =
  | { readonly kind: 'proven'; readonly steps: readonly StepName[] }
  | { readonly kind: 'ignored'; readonly why: UpstreamRefusal };

/**
 * What became of an upstream token (docs/upstream.md). `unreadable`: whether one came could not be found out.
 * `incomplete`: one of its two headers was missing. `unused`: it was good, and the call came to no step.
 */
export type UpstreamNote =
  | UpstreamUse
  | UpstreamRefusal
  | 'unlisted-trunk'
  | 'unreadable'
  | 'incomplete'
  | 'unused';
