// The shape of tonegate.yaml. Every key says here what it means, in which unit, and its default; the
// JSON Schema is made from this. What keys refer to is checked in references.ts.

import { z } from 'zod';
import { LOCALES } from '../prompts/catalogue.ts';
import { lineScreening, systemScreening, upstream, when } from './screening-schema.ts';
import { rule, trunk } from './trunk-schema.ts';
import { e164, name, PROOFS, seconds } from './words.ts';

const promptName = name.describe('Id of a prompt: one of the catalogue, or recorded for the line.');

/** Digits, classes of them, groups, and how often. What could take for ever on 30 digits is left out. */
const pattern = z
  .string()
  .max(200)
  .refine((text) => /^(\\d|\(\?:|[\d[\]\-{},?*+|().])+$/.test(text) && !/\)[*+{]/.test(text), {
    error: 'use digits, \\d, [0-9], groups, |, ?, *, + and {n,m}, and repeat no group',
  })
  .refine((text) => (text.match(/[*+]|\{\d*,/g) ?? []).length <= 2, {
    error: 'use *, + and {n,m} at most twice: more could take for ever',
  })
  .refine(isRegExp, { error: 'is not a regular expression' })
  .describe('A regular expression that all of the entry must match.');

function isRegExp(text: string): boolean {
  try {
    return new RegExp(text) !== null;
  } catch {
    return false;
  }
}

const collecting = {
  check: z
    .union([
      z.enum(['none', 'luhn', 'mod97'], { error: 'use none, luhn, mod97 or { pattern: "…" }' }),
      z.strictObject({ pattern }),
    ])
    .default('none')
    .describe(
      'What every right entry fulfils; an entry that does not is never sent to the backend.',
    ),
  readBack: z
    .boolean()
    .default(false)
    .describe('Whether an entry is read back, and confirmed with 1 or entered again after 2.'),
  tries: z.int().min(1).max(5).default(3).describe('Entries that count, all causes together.'),
  terminator: z
    .enum(['optional', 'required', 'none'])
    .default('optional')
    .describe('`#`: may end an entry early, must end it, or means nothing.'),
  bargeIn: z.boolean().default(true).describe('Whether the first key stops the prompt.'),
  typeAhead: z
    .boolean()
    .optional()
    .describe(
      'Whether keys pressed during a prompt or a check wait for the next entry. Default: true; with check digits (luhn, mod97) false, so that a key too many is noticed.',
    ),
  firstKeySeconds: seconds(1, 60, 8).describe('From the end of the prompt to the first key.'),
  nextKeySeconds: seconds(1, 30, 4).describe('Between two keys.'),
  entrySeconds: seconds(5, 180, 40).describe('From the first key to the end of the entry.'),
  latePoundSeconds: seconds(0, 5, 1.5).describe(
    'A `#` this soon after a complete entry belongs to it, not to the next one.',
  ),
  lateKeySeconds: seconds(0, 5, 1).describe(
    'Keys this soon after the key before belong to the entry before: at the beginning of an entry that is asked again, and after a complete one without type-ahead.',
  ),
  promptRepeats: z
    .int()
    .min(0)
    .max(10)
    .default(3)
    .describe('How often `*` on an empty entry plays the prompt once more.'),
  fastestKeyMilliseconds: z
    .int()
    .min(0)
    .max(200)
    .default(40)
    .describe('Keys closer than this were not pressed by a person: the entry is asked again.'),
};

const lengths = {
  minLength: z.int().min(1).max(30).optional().describe('Where lengths differ: the shortest.'),
  maxLength: z.int().min(1).max(30).optional().describe('Where lengths differ: the longest.'),
};

const account = z
  .strictObject({
    step: z.literal('account'),
    ...collecting,
    length: z.int().min(1).max(30).default(8).describe('Digits of an account number.'),
    ...lengths,
  })
  .describe('The account number: an identifier, not a factor.');

const conditional = {
  when: when.optional().describe('When the step is asked; absent: always.'),
};

const passcode = z
  .strictObject({
    step: z.literal('passcode'),
    ...conditional,
    ...collecting,
    length: z.int().min(3).max(30).default(4).describe('Digits of a passcode.'),
    ...lengths,
    readBack: z
      .literal(false, 'a passcode is never said aloud: leave this out')
      .default(false)
      .describe('A passcode is never said aloud.'),
  })
  .describe('A passcode the backend checks: a factor (`pin`).');

const birthDate = z
  .strictObject({
    step: z.literal('birthDate'),
    ...conditional,
    ...collecting,
    order: z
      .enum(['MDY', 'DMY', 'YMD'])
      .optional()
      .describe(
        'How the date is keyed: two digits for month and day, four for the year. Default: as the language of the call writes it (en MDY, es DMY).',
      ),
  })
  .describe('The date of birth: an identifier, not a factor (`kba`).');

const oneTimeCode = z
  .strictObject({
    step: z.literal('oneTimeCode'),
    ...conditional,
    ...collecting,
    firstKeySeconds: seconds(1, 60, 30).describe(
      'From the end of the prompt to the first key: a text message takes its time.',
    ),
    length: z.int().min(6).max(8).default(6).describe('Digits of the code.'),
    sends: z.int().min(1).max(5).default(3).describe('Codes sent in one call.'),
    ttlSeconds: z
      .int()
      .min(60)
      .max(600)
      .default(300)
      .describe('How long a code of ours is good, where the backend leaves codes to us.'),
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
    .array(z.enum(PROOFS))
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

const attributesDesk = z
  .strictObject({
    attributesOnly: z
      .literal(true, 'use true, or leave it out')
      .describe("Nobody is called: whoever watches the caller's attributes joins."),
    joinWithinSeconds: seconds(1, 120, 30).describe('How long somebody has to be heard.'),
    ...door,
  })
  .describe("A desk that is called by the caller's attributes alone.");

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

const steps = z.array(step).describe('What the caller must do, in this order.');

const line = z.strictObject({
  name: name.describe('In records, tickets, attributes and figures.'),
  numbers: z.array(e164).min(1).describe('Our numbers that this line answers.'),
  trunks: z
    .array(name)
    .min(1)
    .optional()
    .describe(
      'Trunks over which verdicts and upstream tokens count; over any other, calls are taken and their headers ignored. Default: every trunk that carries one of the numbers.',
    ),
  screening: lineScreening.optional().describe('What this line wants otherwise than the system.'),
  upstream: upstream
    .optional()
    .describe('Takes over what another system of ours has verified (docs/upstream.md).'),
  locales: z
    .array(z.enum(LOCALES))
    .min(1)
    .default(['en'])
    .describe('Languages of the line; more than one: callers choose first.'),
  prompts: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder of the line's own recordings, from this file on; they go before the common ones.",
    ),
  notice: promptName
    .optional()
    .describe(
      'Prompt after the greeting, heard to its end (`recording-notice`, or one of your own).',
    ),
  closed: promptName
    .optional()
    .describe(
      'Prompt that every caller hears instead of all else (`closed-for-now`, or your own).',
    ),
  steps: steps.min(1).optional(),
  desk: name.optional().describe('Desk that takes the call when every step is done.'),
  menu: z
    .record(
      z.string().regex(/^[1-9]$/, 'use a key from "1" to "9", in quotes'),
      z.strictObject({
        steps: steps.default([]),
        desk: name.describe('Desk that takes the call when every step is done.'),
      }),
    )
    .refine((choices) => Object.keys(choices).length > 0, 'offer at least one choice')
    .optional()
    .describe('What callers choose from by a key, instead of `steps` and `desk`.'),
  operator: name
    .optional()
    .describe('Desk for `0` and for callers who cannot be verified; absent: a polite goodbye.'),
});

const webUrl = z
  .url({ protocol: /^https?$/, error: 'use an http:// or https:// URL' })
  .refine((url) => !/^[^/]*\/\/[^/]*@|[?#]/.test(url), 'leave out user, password and query');

const sms = z
  .strictObject({
    webhook: webUrl.describe('Takes each message as a POST (docs/sms.md).'),
    timeoutSeconds: seconds(1, 30, 8).describe('How long it may take to take one over.'),
  })
  .describe('Sends our one-time codes, where the backend leaves that to us.');

const lockout = z
  .strictObject({
    softAfter: z
      .int()
      .min(3)
      .max(50)
      .default(5)
      .describe('Failed tries at an account after which each further one is followed by a wait.'),
    softSeconds: z
      .tuple([z.int().min(1).max(3600), z.int().min(1).max(86_400)])
      .refine(([first, longest]) => first <= longest, 'the first wait is longer than the longest')
      .default([30, 3600])
      .describe('The first wait and the longest one; it doubles in between.'),
    hardAfter: z
      .int()
      .min(3)
      .max(100)
      .default(15)
      .describe('Failed tries within `hardHours` after which there are none for `hardHours`.'),
    hardHours: z
      .int()
      .min(1)
      .max(720)
      .default(24)
      .describe('In which failed tries are counted; also how long there are none left then.'),
  })
  .refine(({ softAfter, hardAfter }) => softAfter <= hardAfter, {
    error: 'must not be less than softAfter',
    path: ['hardAfter'],
  });

export const configSchema = z.strictObject({
  agentName: name.default('tonegate').describe('Name the worker registers with at LiveKit.'),
  capacity: z.int().min(1).max(1000).default(60).describe('Calls at once in this process.'),
  recycle: z
    .strictObject({
      afterCalls: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(2000)
        .describe('Calls taken, this many at most.'),
      rssMb: z
        .int()
        .min(300)
        .max(1_000_000)
        .default(1500)
        .describe('Resident memory in MB; 200 and 10 for each call at once are what it needs.'),
    })
    .prefault({})
    .describe(
      'When a worker lets its calls finish and ends, for its supervisor to start a fresh process.',
    ),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address it listens on.'),
      port: z.int().min(0).max(65535).default(7081).describe('0: any free one.'),
    })
    .prefault({})
    .describe('Where the worker answers health checks and serves its JWKS.'),
  ticket: z
    .strictObject({
      issuer: z.string().min(1).max(200).default('tonegate').describe('`iss` of our tickets.'),
      lifetimeSeconds: z.int().min(10).max(120).default(120).describe('How long one is good.'),
    })
    .prefault({})
    .describe('The signed hand-off ticket.'),
  backend: z
    .strictObject({
      url: webUrl.describe('Where its routes begin.'),
      timeoutSeconds: seconds(1, 30, 8).describe('How long one answer may take.'),
    })
    .describe("The customer's system (docs/backend.openapi.yaml)."),
  sms: sms.optional(),
  lockout: lockout
    .prefault({})
    .describe('When an account has no tries left, in all calls together (docs/verification.md).'),
  maxCallSeconds: z.int().min(30).max(3600).default(900).describe('Longest call.'),
  screening: systemScreening
    .prefault({})
    .describe(
      'Who is let through before the answer (docs/screening.md); a line may override any key.',
    ),
  trunks: z
    .array(trunk)
    .min(1)
    .describe('The carriers over which calls come (docs/provisioning.md).'),
  rules: z
    .array(rule)
    .optional()
    .describe('Into which rooms calls go; absent: one rule for each trunk, rooms by callee.'),
  lines: z.array(line).min(1).describe('Numbers that are answered, each with a policy of its own.'),
  desks: z
    .record(name, z.union([agentDesk, transferDesk, attributesDesk]))
    .describe('Who takes calls over, by name (docs/hand-over.md).'),
});

export type Config = z.output<typeof configSchema>;
export type TrunkConfig = Config['trunks'][number];
export type RuleConfig = NonNullable<Config['rules']>[number];
export type LineConfig = Config['lines'][number];
export type StepConfig = z.output<typeof step>;
export type DeskConfig = Config['desks'][string];
