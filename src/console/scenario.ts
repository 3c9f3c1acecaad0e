// What a scenario file may say, in one zod object: one call as its caller lives through it, and what must be so at
// its end. The published JSON Schema is made from it. Knows neither a line nor who plays it.

import { z } from 'zod';
import { ENDING_REASONS, type EndingReason } from '../machines/outcome.ts';
import { HEARD } from '../prompts/heard.ts';
import { recordSchema } from '../records/record-schema.ts';
import { LABELS } from '../screening/verdict.ts';

/** What may befall a call from outside, and who can bring it about. */
export const HAPPENINGS = {
  stranger: 'both',
  'livekit-lost': 'both',
  'worker-lost': 'simulated',
  draining: 'simulated',
  'store-lost': 'simulated',
  fault: 'simulated',
} as const;
export type Happening = keyof typeof HAPPENINGS;

const E164 = /^\+[1-9][0-9]{6,14}$/;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m)$/;
const UNITS = { ms: 1, s: 1000, m: 60_000 } as const;

/** So that a key of a map is never one that every object has. */
const words = <Word extends string>(map: Readonly<Record<Word, unknown>>) =>
  z.enum(Object.keys(map) as [Word, ...Word[]]);

const prompt = z
  .union([
    words(HEARD),
    z.string().regex(/^(own|en|es)\/[a-z0-9-]+$/, 'is no prompt: see "tonegate prompts script"'),
    z.strictObject({
      text: z.string().min(1).describe('Words that are said, as the recording has them.'),
    }),
  ])
  .describe('A prompt by its id, or by some of its words.');
export type Wanted = z.output<typeof prompt>;

const prompts = z.union([prompt, z.array(prompt).min(1)]);
const keys = z
  .string({ error: 'give keys in quotes: 0-9 * #' })
  .regex(/^[0-9*#]{1,60}$/, 'give keys: 0-9 * #');
const rightOrWrong = z.enum(['right', 'wrong']);

const ENTRIES = ['keys', 'account', 'birthDate', 'passcode', 'code'] as const;
const exactlyOne = { minProperties: 1 };

const press = z
  .strictObject({
    keys: keys.optional(),
    account: rightOrWrong.optional(),
    birthDate: rightOrWrong.optional(),
    passcode: rightOrWrong.optional(),
    code: z
      .enum(['sent', 'wrong', 'before'])
      .optional()
      .describe(
        'The code that was sent last; one that was not sent; the one sent before the last.',
      ),
    and: keys.optional().describe('Pressed after it, for example "#".'),
    times: z.int().min(1).max(1000).default(1).describe('How often, one after the other.'),
    everyMs: z.int().min(1).max(60_000).optional().describe('From key to key; by default 400.'),
  })
  .refine((given) => ENTRIES.filter((entry) => given[entry] !== undefined).length === 1, {
    error: `give exactly one of ${ENTRIES.join(', ')}`,
  })
  .meta(exactlyOne);
export type Press = z.output<typeof press>;

const duration = z
  .string({ error: 'give a time with its unit: 500ms, 2s, 15m' })
  .regex(DURATION, 'give a time with its unit: 500ms, 2s, 15m');

const DEEDS = ['hears', 'presses', 'waits', 'happens'] as const;

const step = z.union([
  z.enum(['hangs up', 'calls again']),
  z
    .strictObject({
      hears: prompts
        .optional()
        .describe('One after the other, each once it is said; others may come between.'),
      presses: z.union([keys, press]).optional(),
      waits: duration.optional(),
      happens: words(HAPPENINGS)
        .optional()
        .describe('What befalls the call: somebody else comes into the room, its worker dies, …'),
    })
    .refine((given) => DEEDS.filter((deed) => given[deed] !== undefined).length === 1, {
      error: `give exactly one of ${DEEDS.join(', ')}`,
    })
    .meta({ ...exactlyOne, maxProperties: 1 }),
]);
export type Step = z.output<typeof step>;

const fault = z.union([
  z.enum(['ok', 'slow', '500', 'hang', 'garbage', 'drop', 'schema', 'empty', 'redirect']),
  z.literal(500).transform(() => '500' as const),
]);

const customer = z.union([
  z
    .enum(['with-phone', 'without-phone', 'new-sim', 'unknown'])
    .describe('Somebody new at the demo bank.'),
  z
    .strictObject({
      account: z.string({ error: 'give digits in quotes' }).regex(/^[0-9]{1,30}$/, 'give digits'),
      birthDate: z.iso.date('use YYYY-MM-DD, in quotes').optional(),
      passcode: z
        .string({ error: 'give digits in quotes' })
        .regex(/^[0-9]{1,30}$/, 'give digits')
        .optional(),
    })
    .describe('A test account that there is.'),
]);
export type CustomerWanted = z.output<typeof customer>;

const arrival = z.union([z.enum(['never', 'fails']), duration]);
const transfer = z.strictObject({
  outcome: z.enum(['succeeded', 'failed', 'unknown']),
  after: duration.default('3s'),
});

const { shape } = recordSchema;
const record = z
  .strictObject({
    answered: z.boolean().describe('Whether the caller was ever answered.'),
    line: shape.line,
    trunk: shape.trunk,
    callerLast2: shape.callerLast2,
    screening: shape.screening.partial(),
    steps: z.array(shape.steps.element.omit({ ms: true }).partial({ tries: true })),
    auth: shape.auth,
    amr: shape.amr,
    desk: shape.desk,
    handoff: shape.handoff.unwrap().omit({ ms: true }).partial().nullable(),
    resumed: shape.resumed,
  })
  .partial()
  .describe('What the call record must say; what is not named may be anything.');
export type RecordWanted = z.output<typeof record>;

export const scenarioSchema = z.strictObject({
  scenario: z.string().min(1).max(200).describe('What is shown, in a sentence about the caller.'),
  line: z.string().min(1).optional().describe('The line that is called; by its first number.'),
  number: z.string().regex(E164, 'use E.164, in quotes').optional().describe('Instead of "line".'),
  calling: z
    .union([z.literal('withheld'), z.string().regex(E164, 'use E.164, in quotes, or "withheld"')])
    .optional()
    .describe('The calling number; by default one that nobody else calls from.'),
  screening: z
    .enum(LABELS)
    .optional()
    .describe("What the carrier says of the calling number, in the headers of the line's trunk."),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/, 'is no name of a header'), z.string())
    .optional()
    .describe('Headers of the INVITE, beside those of "screening".'),
  upstream: z
    .array(shape.steps.element.shape.step)
    .min(1)
    .optional()
    .describe('Steps that another system vouches for by a token. Simulated only.'),
  customer: customer.default('with-phone').describe('Who calls.'),
  faults: z
    .partialRecord(z.enum(['lookup', 'knowledge', 'otp', 'check', 'sim', 'sms']), fault)
    .default({})
    .describe('How the demo bank misbehaves, by route, whenever it is asked about this customer.'),
  desks: z
    .record(z.string(), arrival)
    .optional()
    .describe('What becomes of agents that are sent for, by their name. Simulated only.'),
  transfer: transfer
    .optional()
    .describe(
      'What comes of a transfer (SIP REFER); without it, it fails at once. Simulated only.',
    ),
  only: z.literal('simulated').optional().describe('Cannot be played live; "because" says why.'),
  because: z.string().min(1).optional(),
  call: z.array(step).default([]).describe('What the caller does, one after the other.'),
  neverHears: prompts.optional().describe('What may not be said in any part of it.'),
  ends: z.enum(ENDING_REASONS as [EndingReason, ...EndingReason[]]),
  record: record.optional(),
});
export type Scenario = z.output<typeof scenarioSchema>;

/** A time as a file has it, in milliseconds. */
export function milliseconds(duration: string): number {
  const [, count, unit] = DURATION.exec(duration) ?? [];
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** One or many, as a list. */
export function listed<Item>(items: Item | readonly Item[] | undefined): readonly Item[] {
  if (items === undefined) return [];
  return Array.isArray(items) ? (items as readonly Item[]) : [items as Item];
}
