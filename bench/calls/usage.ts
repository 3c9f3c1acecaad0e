// What the bench of calls is told to do. Pure.

import { parseArgs } from 'node:util';

export interface Usage {
  readonly calls: number;
  readonly json: boolean;
  /** Whether docs/performance.md is written. */
  readonly write: boolean;
}

const CALLS = { fewest: 1, most: 60, usual: 20 };

export const USAGE = 'usage: npm run bench -- [--calls N] [--json] [--write]';

/** Reads the arguments; a text says what is wrong with them. */
export function readUsage(args: readonly string[]): Usage | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        calls: { type: 'string', default: String(CALLS.usual) },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
      },
    });
    const calls = /^\d+$/.test(values.calls) ? Number(values.calls) : Number.NaN;
    if (calls >= CALLS.fewest && calls <= CALLS.most) return { ...values, calls };
    return `--calls takes a whole number from ${CALLS.fewest} to ${CALLS.most}, not "${values.calls}"`;
  } catch (error) {
    // Node's words go on with advice that says nothing here.
    return (error as Error).message.split('. ')[0] ?? 'the arguments cannot be read';
  }
}
