// An account for the doctor to ask a bank's server about, from a file. Promises that nothing of the file but
// names and places is in a fault.

import { open } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { IvrFault } from '../ivr/fault.ts';
import { Secret } from '../machines/secret.ts';

/** What the file does not have is null, and not asked about. */
export interface TestAccount {
  readonly account: Secret;
  /** YYYY-MM-DD. */
  readonly birthDate: Secret | null;
  readonly passcode: Secret | null;
  readonly customer: Secret | null;
}

const KEYS = 'account, birthDate, passcode, customer';

/** YAML reads digits without quotes as a number, and loses leading zeroes. */
const text = z.string('use text, in quotes');
const optional = (schema: z.ZodType<string>) =>
  schema.optional().transform((value) => (value === undefined ? null : Secret.of(value)));

const schema = z.strictObject(
  {
    account: text.regex(/^\d{1,64}$/, 'use digits, as a caller keys them').transform(Secret.of),
    birthDate: optional(text.regex(/^\d{4}-\d{2}-\d{2}$/, 'use YYYY-MM-DD')),
    passcode: optional(text.regex(/^\d{1,64}$/, 'use digits, as a caller keys them')),
    customer: optional(text.regex(/^[!-~]{1,128}$/, 'use 1 to 128 visible ASCII characters')),
  },
  {
    // The library's own words would repeat a key, which may be anything.
    error: ({ code }) => (code === 'unrecognized_keys' ? `has others than ${KEYS}` : `use ${KEYS}`),
  },
);

/** Reads the account; `isOpen`: others than its owner may read the file. Throws `IVR_CONFIG_INVALID`. */
export async function readTestAccount(
  file: string,
): Promise<{ readonly account: TestAccount; readonly isOpen: boolean }> {
  const { source, isOpen } = await readText(file);
  const lineCounter = new LineCounter();
  const document = parseDocument(source, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) {
    throw invalid(file, [`line ${lineCounter.linePos(error.pos[0]).line}: ${error.code}`]);
  }
  const read = schema.safeParse(contentOf(document));
  if (read.success) return { account: read.data, isOpen };
  throw invalid(
    file,
    read.error.issues.map(({ path, message }) => [...path, message].map(String).join(': ')),
  );
}

/** Null where an alias stands for nothing. */
function contentOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch {
    return null;
  }
}

async function readText(file: string): Promise<{ source: string; isOpen: boolean }> {
  try {
    await using handle = await open(file);
    const stat = await handle.stat();
    return { source: await handle.readFile('utf8'), isOpen: (stat.mode & 0o066) !== 0 };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalid(file, [`cannot be read (${code ?? 'unknown'})`]);
  }
}

function invalid(file: string, faults: readonly string[]): IvrFault {
  return new IvrFault(
    'IVR_CONFIG_INVALID',
    [`the account file ${file}:`, ...faults.map((fault) => `  ${fault}`)].join('\n'),
  );
}
