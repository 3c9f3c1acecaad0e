// The words that more than one part of tonegate.yaml is made of: names, numbers, spans of time, proofs.

import { z } from 'zod';
import type { Amr } from '../machines/outcome.ts';

export const seconds = (min: number, max: number, preset: number) =>
  z.number().min(min).max(max).default(preset);

export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use lower-case letters, digits and dashes');

/** Words of `amr` that a desk may require. */
export const PROOFS = ['otp', 'sms', 'pin', 'kba'] as const satisfies readonly Amr[];

const E164_HINT = 'use E.164 in quotes, for example "+15105550100"';
export const e164 = z.string(E164_HINT).regex(/^\+[1-9]\d{6,14}$/, E164_HINT);
