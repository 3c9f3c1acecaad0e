// The shape of tonegate.yaml. Every key says here what it means, in which unit, and its default; the
// JSON Schema is made from this. What keys refer to is checked in references.ts.

import { z } from 'zod';

const seconds = (min: number, max: number, preset: number) =>
  z.number().min(min).max(max).default(preset);

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use lower-case letters, digits and dashes');

const e164 = z
  .string('use E.164 in quotes, for example "+15105550100"')
  .regex(/^\+[1-9]\d{6,14}$/, 'use E.164 in quotes, for example "+15105550100"');

const collecting = {
  tries: z.int().min(1).max(5).default(3).describe('Entries that count, all causes together.'),
  terminator: z
    .enum(['optional', 'required', 'none'])
    .default('optional')
    .describe('`#`: may end an entry early, must end it, or means nothing.'),
  bargeIn: z.boolean().default(true).describe('Whether the first key stops the prompt.'),
  typeAhead: z
    .boolean()
    .default(true)
    .describe('Whether keys pressed during a prompt or a check wait for the next entry.'),
  firstKeySeconds: seconds(1, 60, 8).describe('From the end of the prompt to the first key.'),
  nextKeySeconds: seconds(1, 30, 4).describe('Between two keys.'),
  entrySeconds: seconds(5, 180, 40).describe('From the first key to the end of the entry.'),
};

const account = z
  .strictObject({
    step: z.literal('account'),
    ...collecting,
    length: z.int().min(1).max(30).default(8).describe('Digits of an account number.'),
    minLength: z.int().min(1).max(30).optional().describe('Where lengths differ: the shortest.'),
    maxLength: z.int().min(1).max(30).optional().describe('Where lengths differ: the longest.'),
  })
  .describe('The account number: an identifier, not a factor.');

const passcode = z
  .strictObject({
    step: z.literal('passcode'),
    ...collecting,
    length: z.int().min(3).max(30).default(4).describe('Digits of a passcode.'),
  })
  .describe('A passcode the backend checks: a factor (`pin`).');

const birthDate = z
  .strictObject({
    step: z.literal('birthDate'),
    ...collecting,
    order: z
      .literal('MDY', 'use MDY: the prompts ask for month, day and year')
      .default('MDY')
      .describe('How the date is keyed: month, day, four-digit year, as the prompts ask for it.'),
  })
  .describe('The date of birth: an identifier, not a factor (`kba`).');

const oneTimeCode = z
  .strictObject({
    step: z.literal('oneTimeCode'),
    ...collecting,
    firstKeySeconds: seconds(1, 60, 30).describe(
      'From the end of the prompt to the first key: a text message takes its time.',
    ),
    length: z.int().min(6).max(8).default(6).describe('Digits of the code.'),
    sends: z.int().min(1).max(5).default(3).describe('Codes sent in one call.'),
    resendSeconds: seconds(10, 300, 30).describe('Between two codes.'),
    simChangeHours: z
      .int()
      .min(1)
      .max(2400)
      .default(72)
      .describe('No code goes to a number whose SIM changed within this many hours.'),
  })
  .describe('A code sent to the number on file: a factor (`otp`, `sms`).');

const stepObject = z.discriminatedUnion('step', [account, passcode, birthDate, oneTimeCode], {
  error: 'use account, passcode, birthDate or oneTimeCode as "step"',
});

const stepWord = z
  .enum(['account', 'passcode', 'birthDate', 'oneTimeCode'], {
    error: 'use account, passcode, birthDate or oneTimeCode, as a word or as an object with "step"',
  })
  .transform((step) => stepObject.parse({ step }));

const step = z.union([stepWord, stepObject]);

const door = {
  requires: z
    .array(z.enum(['otp', 'sms', 'pin', 'kba']))
    .default([])
    .describe('Words of `amr` that a call must have proved to come in.'),
  otherwise: name.optional().describe('Desk that takes the call when this one does not.'),
};

const agentDesk = z
  .strictObject({
    agent: name.describe('Name the desk agent registers with at LiveKit.'),
    joinWithinSeconds: seconds(1, 60, 10).describe('How long it has to be heard, per attempt.'),
    ...door,
  })
  .describe('A desk agent that joins the room.');

const transferDesk = z
  .strictObject({
    transfer: z
      .string()
      .regex(/^(tel:\+?[0-9*#-]{2,32}|sips?:[^\s<>"]{1,200})$/, 'use a tel:, sip: or sips: URI')
      .describe('Where the caller is referred to (SIP REFER).'),
    ringSeconds: seconds(5, 60, 25).describe('How long it may ring there.'),
    ...door,
  })
  .describe('A telephone number or SIP address.');

const line = z.strictObject({
  name,
  numbers: z.array(e164).min(1).describe('Our numbers that this line answers.'),
  steps: z.array(step).min(1).describe('What the caller must do, in this order.'),
  desk: name.describe('Desk that takes the call when every step is done.'),
  operator: name
    .optional()
    .describe('Desk for `0` and for callers who cannot be verified; absent: a polite goodbye.'),
});

const trunk = z.strictObject({
  name: name.describe('Name of the inbound trunk; in LiveKit it is `tonegate/<name>`.'),
  numbers: z.array(e164).min(1).describe('Our numbers on this trunk.'),
});

export const configSchema = z.strictObject({
  agentName: name.default('tonegate').describe('Name the worker registers with at LiveKit.'),
  capacity: z.int().min(1).max(1000).default(60).describe('Calls at once in this process.'),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65535).default(7081),
    })
    .prefault({})
    .describe('Where the worker answers health checks and serves its JWKS.'),
  ticket: z
    .strictObject({
      issuer: z.string().min(1).max(200).default('tonegate'),
      lifetimeSeconds: z.int().min(10).max(120).default(120),
    })
    .prefault({})
    .describe('The signed hand-off ticket.'),
  backend: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'use an http:// or https:// URL' })
        .refine((url) => !/^[^/]*\/\/[^/]*@|[?#]/.test(url), 'leave out user, password and query'),
      timeoutSeconds: seconds(1, 30, 8).describe('How long one answer may take.'),
    })
    .describe("The customer's system (docs/backend.openapi.yaml)."),
  maxCallSeconds: z.int().min(30).max(3600).default(900).describe('Longest call.'),
  trunks: z.array(trunk).min(1),
  lines: z.array(line).min(1),
  desks: z.record(name, z.union([agentDesk, transferDesk])),
});

export type Config = z.output<typeof configSchema>;
export type LineConfig = Config['lines'][number];
export type StepConfig = LineConfig['steps'][number];
export type DeskConfig = Config['desks'][string];
