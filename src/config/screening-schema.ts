// The part of tonegate.yaml that says who is let through to a line before it is answered.

import { z } from 'zod';
import { LEVELS, type ScreeningLabel } from '../screening/verdict.ts';
import { name } from './words.ts';

/** A protocol and its parameters (RFC 3326): nothing in it can begin another header. */
const REASON =
  /^[A-Za-z0-9.!%*_+`'~-]{1,40}(;[A-Za-z0-9-]{1,40}=([A-Za-z0-9.-]{1,80}|"[\x20\x21\x23-\x5b\x5d-\x7e]{0,120}")){0,4}$/;

/** Every key of a policy, without its default: a line says only what it wants otherwise. */
const keys = {
  mode: z
    .enum(['off', 'observe', 'enforce'], { error: 'use off, observe or enforce' })
    .describe(
      '`off`: nothing is read. `observe`: every call is taken, its record says what `enforce` would have done. `enforce`: the policy decides.',
    ),
  accept: z
    .enum(['all', 'not-failed', 'validated'], { error: 'use all, not-failed or validated' })
    .describe(
      '`all`: every call. `not-failed`: calls without a verdict, and passed ones from `minLevel` up. `validated`: only passed ones from `minLevel` up.',
    ),
  minLevel: z
    .enum(LEVELS, { error: 'use A, B or C' })
    .describe('Lowest attestation level that a passed call may have: A is best, C lowest.'),
  levelWhenMissing: z
    .enum(['none', ...LEVELS], { error: 'use none, A, B or C' })
    .describe('What a passed call without a level counts as; `none` is below C.'),
  onReject: z
    .union([
      z.literal('refuse', { error: 'use refuse or { desk: NAME }' }),
      z.strictObject({ desk: name.describe('Who takes calls that are not accepted.') }),
    ])
    .describe(
      '`refuse`: never answered. `{ desk: NAME }`: answered and taken to that desk, with nothing proved.',
    ),
  onTimeout: z
    .enum(['error', 'none'], { error: 'use error or none' })
    .describe('The verdict of a call whose headers cannot be read in time.'),
  reason: z
    .string()
    .regex(REASON, 'use a Reason header value, for example SIP;cause=608;text="Rejected"')
    .describe('Reason header (RFC 3326) of a refused call; on the wire it is a 486.'),
};

/** A line's own policy: any key over the system's. */
export const lineScreening = z.strictObject(keys).partial();

/** The system's policy. */
export const systemScreening = z.strictObject({
  mode: keys.mode.default('enforce'),
  accept: keys.accept.default('not-failed'),
  minLevel: keys.minLevel.default('C'),
  levelWhenMissing: keys.levelWhenMissing.default('C'),
  onReject: keys.onReject.default('refuse'),
  onTimeout: keys.onTimeout.default('error'),
  reason: keys.reason.default('SIP;cause=608;text="Rejected"'),
});

/** The verdicts that may spare a caller a step: no other says anything good of the calling number. */
const SPARING = [
  'passed-A',
  'passed-B',
  'passed-C',
  'passed',
] as const satisfies readonly ScreeningLabel[];

/** When a step is asked. */
export const when = z.strictObject({
  screeningNot: z
    .array(
      z.enum(SPARING, {
        error: 'use passed-A, passed-B, passed-C or passed: no other verdict may spare a step',
      }),
    )
    .min(1)
    .describe(
      'The step is left out for calls with one of these verdicts, where `mode` is enforce.',
    ),
});

/** A customer whom another system of ours has verified already (docs/upstream.md). */
export const upstream = z.strictObject({
  issuer: z.string().min(1).max(200).describe('`iss` of its tokens.'),
  audience: z.string().min(1).max(200).describe('`aud` of its tokens.'),
  publicKeyFile: z
    .string()
    .min(1)
    .describe('Its public key (SPKI PEM, P-256 or Ed25519), from this file on.'),
});
