// As much of a configuration as can be made out, right or wrong: what refers to what. So that all faults of
// a file can be told at once, and not only those of its first wrong key. Names and words that are not as
// they must be are left out, so that no message can repeat what was given.

import { z } from 'zod';
import { name, PROOFS } from './words.ts';

/** A fault and where it stands; the message repeats no value that was given, but names that are as they must be. */
export interface ConfigFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const text = z.string().optional().catch(undefined);
const called = name.optional().catch(undefined);
/** Null: it is there, and is no name. */
const calledOrBad = name.nullable().optional().catch(null);
const words = z.array(z.string()).catch([]);
const flag = z.boolean().catch(false);
const policy = z
  .object({
    mode: text,
    onReject: z
      .union([z.literal('refuse'), z.object({ desk: called })])
      .optional()
      .catch(undefined),
  })
  .catch({});
const length = z.number().optional().catch(undefined);
const step = z
  .preprocess(
    (value) => (typeof value === 'string' ? { step: value } : value),
    z.object({
      step: z.string(),
      length,
      minLength: length,
      maxLength: length,
      when: z.unknown().optional(),
    }),
  )
  .catch({ step: '' });
const steps = z.array(step).optional().catch([]);
const choice = z.object({ steps, desk: called }).catch({ steps: [], desk: undefined });
const NO_LINE = { numbers: [], locales: [], screening: {} };
const trunk = z
  .object({
    name: called,
    numbers: words,
    authUser: z.unknown().optional(),
    allowedNumbers: z.array(z.string()).optional().catch([]),
    allowedAddresses: z.unknown().optional(),
    encryption: text,
    livekitNumber: flag,
  })
  .catch({ name: undefined, numbers: [], livekitNumber: false });
const rule = z
  .object({ trunk: called, inboundNumbers: words, pin: flag })
  .catch({ trunk: undefined, inboundNumbers: [], pin: false });
const requires = z
  .array(z.unknown())
  .catch([])
  .transform((given) => PROOFS.filter((word) => given.includes(word)));

const outline = z
  .object({
    screening: policy,
    trunks: z.array(trunk).catch([]),
    rules: z.array(rule).optional().catch([]),
    lines: z
      .array(
        z
          .object({
            name: called,
            numbers: words,
            trunks: z.array(called).optional().catch(undefined),
            screening: policy,
            upstream: z.unknown().optional(),
            locales: words,
            steps,
            desk: calledOrBad,
            menu: z.record(z.string(), choice).optional().catch({}),
            operator: called,
          })
          .catch(NO_LINE),
      )
      .catch([]),
    desks: z
      .record(
        z.string(),
        z.object({ requires, otherwise: called }).catch({ requires: [], otherwise: undefined }),
      )
      .catch({}),
  })
  .catch({ screening: {}, trunks: [], rules: undefined, lines: [], desks: {} });

export type Outline = z.output<typeof outline>;
export type LineOutline = Outline['lines'][number];

/** A way through a line: its own, or one of its menu; `path` is where it stands in the line. */
export interface Way {
  readonly path: readonly PropertyKey[];
  readonly steps: readonly z.output<typeof step>[];
  readonly desk: string | undefined;
}

export function waysOf({ steps = [], desk, menu }: LineOutline): Way[] {
  if (menu === undefined) return [{ path: [], steps, desk: desk ?? undefined }];
  return Object.entries(menu).map(([key, way]) => ({
    path: ['menu', key],
    steps: way.steps ?? [],
    desk: way.desk,
  }));
}

/** As much of a configuration as can be made out. */
export function outlineOf(raw: unknown): Outline {
  return outline.parse(raw);
}

/** Names come from a file: one like "constructor" must not find what every object has. */
export function deskNamed(
  desks: Outline['desks'],
  name: string,
): Outline['desks'][string] | undefined {
  return Object.hasOwn(desks, name) ? desks[name] : undefined;
}

/** The desks a call may come to from `first`, in order, each once. */
export function chainFrom(first: string | undefined, desks: Outline['desks']): string[] {
  const chain: string[] = [];
  for (let name = first; name !== undefined && !chain.includes(name); ) {
    chain.push(name);
    name = deskNamed(desks, name)?.otherwise;
  }
  return chain;
}
