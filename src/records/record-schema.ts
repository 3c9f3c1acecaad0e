// A call record with its place in the chain, as `tonegate calls --json` prints it, in one zod object: the
// published JSON Schema is made from it, and the tests hold records against it.

import { z } from 'zod';
import type { ChainedRecord } from '../ivr/ports.ts';
import { UPSTREAM_REFUSALS } from '../ivr/upstream.ts';
import { ENDING_REASONS, STEP_OUTCOMES } from '../machines/outcome.ts';
import { LEVELS } from '../screening/verdict.ts';

/** A call record where it stands in the chain. */
export type StoredRecord = ChainedRecord & { readonly seq: number };

const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .meta({ format: 'date-time' });
const milliseconds = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const action = z.enum(['accept', 'refuse', 'route']);

const screening = z.strictObject({
  verdict: z.enum(['passed', 'failed', 'none', 'error']),
  level: z.enum(LEVELS).nullable().describe('Attestation as the carrier gave it.'),
  diverted: z.boolean().describe('Whether the carrier says that the call was forwarded.'),
  source: z.string().describe('The headers it was read from, or why none was.'),
  action,
  wouldBe: action.nullable().describe('In "observe": what "enforce" would have done.'),
  rule: z
    .enum([
      'off',
      'all',
      'passed',
      'none',
      'below-level',
      'not-passed',
      'failed',
      'error',
      'no-line',
      'undecided',
    ])
    .describe('What decided.'),
  upstream: z
    .enum([
      'accepted',
      'unknown-customer',
      'unavailable',
      'other-account',
      ...UPSTREAM_REFUSALS,
      'unlisted-trunk',
      'unreadable',
      'incomplete',
      'unused',
    ])
    .nullable()
    .describe('What became of an upstream token; null: none came, or none is looked for.'),
});

const step = z.strictObject({
  step: z.enum(['account', 'passcode', 'birthDate', 'oneTimeCode']),
  outcome: z.enum(STEP_OUTCOMES),
  tries: z.int().min(0).describe('Entries that counted as a try, the accepted one included.'),
  ms: milliseconds,
});

const handoff = z.strictObject({
  kind: z.enum(['agent', 'transfer', 'attributes']),
  outcome: z.enum(['succeeded', 'failed', 'unknown']),
  ms: milliseconds,
});

const ending = z.strictObject({
  result: z.enum(['success', 'caller', 'backend', 'platform', 'unknown']),
  reason: z.enum(ENDING_REASONS),
});

export const recordSchema = z.strictObject({
  id: z.string().min(1).describe('Our call id: the attribute ivr.call, the ticket claim "call".'),
  sipCallId: z.string().nullable().describe("LiveKit's id of the SIP call (sip.callID)."),
  inviteCallId: z.string().nullable().describe("The Call-ID of the caller's INVITE."),
  line: z.string().nullable().describe('Null: no line answers the dialled number.'),
  dialled: z.string().nullable(),
  callerHash: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .nullable()
    .describe('Keyed hash of the calling number; null: withheld.'),
  callerLast2: z
    .string()
    .regex(/^[0-9]{2}$/)
    .nullable(),
  trunk: z.string().nullable(),
  ruleId: z.string().nullable().describe("LiveKit's id of the dispatch rule."),
  startedAt: time,
  answeredAt: time.nullable().describe('Null: never answered.'),
  endedAt: time.describe('When our part of the call was over; a desk may talk on.'),
  screening,
  steps: z.array(step),
  auth: z.enum(['none', 'identified', 'verified', 'failed']),
  amr: z.array(z.enum(['otp', 'sms', 'pin', 'kba', 'upstream'])).describe('What was proved.'),
  desk: z.string().nullable().describe('The desk that was asked last.'),
  handoff: handoff.nullable(),
  ending,
  resumed: z.boolean().describe('Whether another worker has taken the call over.'),
  promptVersion: z.string(),
  flowVersion: z.string(),
  workerId: z.string(),
  prev: hash.describe('"hash" of the record before; 64 zeros for the first one ever.'),
  hash: hash.describe('SHA-256 over the canonical JSON (RFC 8785) of all but "hash" and "seq".'),
  seq: z.int().min(1).describe('Place in the chain, from 1.'),
});

/** The JSON Schema of a call record, as it is published. */
export function recordSchemaText(): string {
  const schema = z.toJSONSchema(recordSchema, { target: 'draft-2020-12' });
  return `${JSON.stringify({ title: 'Call record', ...schema }, null, 2)}\n`;
}
