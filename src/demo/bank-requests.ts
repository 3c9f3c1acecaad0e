// What the demo bank takes as a request body; fields it does not know are not read. Lengths are generous:
// what is merely not on file is an answer of the bank's, not a bad request.

import { z } from 'zod';
import { CUSTOMER_KINDS } from './bank-accounts.ts';

/** Our call id, in every body. */
const call = z.string().min(1).max(128);
/** By its look only: a date that never was is a wrong answer of the caller's, not a bad request of ours. */
const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'use YYYY-MM-DD');

export const lookupRequest = z
  .object({
    call,
    account: z.string().min(1).max(64).optional(),
    customer: z.string().min(1).max(128).optional(),
  })
  .refine(({ account, customer }) => (account === undefined) !== (customer === undefined), {
    error: 'give either "account" or "customer"',
  });

export const knowledgeRequest = z.discriminatedUnion(
  'factor',
  [
    z.object({ call, factor: z.literal('birthDate'), value: isoDate }),
    z.object({ call, factor: z.literal('passcode'), value: z.string().min(1).max(64) }),
  ],
  { error: 'use birthDate or passcode' },
);

export const otpRequest = z.object({ call, purpose: z.string().min(1).max(64) });

export const checkRequest = z.object({ call, code: z.string().min(1).max(64) });

export const simRequest = z.object({ call });

/** A message of a sender's (docs/sms.md). */
export const smsRequest = z.object({
  call,
  to: z.string().regex(/^\+[1-9][0-9]{6,14}$/, 'use E.164'),
  text: z.string().min(1).max(1600),
  code: z.string().min(1).max(64),
  locale: z.string().min(1).max(16),
  line: z.string().min(1).max(128),
  ttlSeconds: z.int().min(1),
});

/** Who is to make, send and check codes from now on. */
export const codesRequest = z.strictObject({ by: z.enum(['bank', 'us']) });

/** Somebody new, to be a customer from now on. */
export const customersRequest = z.strictObject({ kind: z.enum(CUSTOMER_KINDS) });
