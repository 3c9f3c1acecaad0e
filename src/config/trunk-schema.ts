// The part of tonegate.yaml that says over which carriers calls come, and into which rooms they go.

import { z } from 'zod';
import { PROFILES } from '../screening/profiles.ts';
import { isHostName, isNetwork } from './address.ts';
import { e164, name, seconds } from './words.ts';

/** A header field name (RFC 3261 `token`). */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9.!%*_+`'~-]{1,64}$/, 'use the name of a header, without a colon');

const address = z
  .string()
  .refine(
    (text) => isNetwork(text) || isHostName(text),
    'use an IP address, a network (192.0.2.0/24) or a host name',
  );

export const trunk = z.strictObject({
  name: name.describe('Name of the inbound trunk; in LiveKit it is `tonegate/<name>`.'),
  numbers: z.array(e164).min(1).describe('Our numbers on this trunk.'),
  profile: z
    .union([
      z.enum(PROFILES, { error: `use ${PROFILES.join(', ')} or { header: NAME }` }),
      z.strictObject({
        header: headerName.describe('A header of your own.'),
      }),
    ])
    .default('none')
    .describe('Where this carrier puts its verdict on the calling number (docs/screening.md).'),
  authUser: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, 'use visible characters without quotes')
    .optional()
    .describe(
      'Digest user that the carrier must give; its password is TONEGATE_TRUNK_<NAME>_PASSWORD.',
    ),
  allowedNumbers: z
    .array(e164)
    .default([])
    .describe('Calling numbers that are taken; empty: all. A filter, no authentication.'),
  allowedAddresses: z
    .array(address)
    .default([])
    .describe('Where INVITEs may come from; empty: anywhere. A filter, no authentication.'),
  encryption: z
    .enum(['disable', 'allow', 'require'], { error: 'use disable, allow or require' })
    .default('disable')
    .describe('SRTP on this trunk.'),
  ringingSeconds: seconds(5, 180, 25).describe('How long a call rings that nobody takes.'),
  livekitNumber: z
    .boolean()
    .default(false)
    .describe('Whether the numbers were bought from LiveKit: then there is a rule and no trunk.'),
});

export const rule = z.strictObject({
  trunk: name.describe('The trunk whose calls it takes.'),
  rooms: z
    .enum(['callee', 'individual', 'direct'], { error: 'use callee, individual or direct' })
    .default('callee')
    .describe(
      '`callee`: a room for each call, named after the dialled number. `individual`: named after the calling number. `direct`: all calls in one room.',
    ),
  prefix: name.default('call').describe('How the names of rooms begin; the whole name for direct.'),
  inboundNumbers: z
    .array(e164)
    .default([])
    .describe('Calling numbers that this rule takes; empty: all. A routing hint, no proof.'),
  pin: z
    .boolean()
    .default(false)
    .describe(
      'Whether LiveKit asks for a PIN first (TONEGATE_TRUNK_<NAME>_PIN). It answers before it asks, logs what is keyed, and authenticates nobody.',
    ),
});
