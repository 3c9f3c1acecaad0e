// What a bank's answers must look like (docs/backend.openapi.yaml is the same for people who build one).
// `{accepted}` decides whether somebody is let in, so it is taken to the letter: no other key beside
// it. The other answers may grow keys, which are not read. Knows nothing of HTTP.

import { z } from 'zod';
import type { Account, CodeSending } from '../ivr/ports.ts';
import { Secret } from '../machines/secret.ts';

/** A word of the bank's that goes into a path: never `.` or `..`, which URLs would resolve. */
export const opaque = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/);

/** The end of a number as the bank masks it: at most four digits, since it is spoken to anybody. */
const maskedNumber = z.string().regex(/^[^0-9]{0,20}[0-9]{2,4}$/u);

const knownAccount = z
  .object({
    ref: opaque,
    factors: z.array(z.string()),
    otp: z.discriminatedUnion('available', [
      z.object({ available: z.literal(true), to: maskedNumber }),
      z.object({ available: z.literal(false) }).transform(() => ({ available: false, to: null })),
    ]),
  })
  .transform(({ ref, otp }) => ({ ref, otp }));

const unknownAccount = z
  .object({ ref: z.null() })
  .transform(() => ({ ref: null, otp: { available: false, to: null } }));

/** Answer to a lookup; where there is no such account, whatever stands beside `ref: null` is not read. */
export const lookupAnswer: z.ZodType<Account> = z.union([knownAccount, unknownAccount]);

/** Answer to a check: exactly one key, exactly a boolean. */
export const checkAnswer = z.strictObject({ accepted: z.boolean() });

/** Answer to the question for a SIM change: hours, or null for "known unchanged"; never absent. */
export const simAnswer = z.object({ changedWithinHours: z.number().min(0).nullable() });

/** A telephone number, E.164. */
const phoneNumber = z.string().regex(/^\+[1-9][0-9]{6,14}$/);

/** Answer to the wish for a code: the bank has sent it (`challenge`), or leaves that to us; never both. */
export const otpAnswer: z.ZodType<CodeSending> = z.union([
  z
    .object({ challenge: opaque, destination: z.never().optional() })
    .transform(({ challenge }) => ({ challenge })),
  z
    .object({ destination: phoneNumber, challenge: z.never().optional() })
    .transform(({ destination }) => ({ destination: Secret.of(destination) })),
]);
