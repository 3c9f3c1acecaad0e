// A header of an INVITE as the command line takes it.

import { InvalidArgumentError } from 'commander';
import { headerLine } from '../screening/headers.ts';

/** Adds a header to those before it. */
export function headerOption(line: string, others: readonly (readonly [string, string])[]) {
  const read = headerLine(line);
  if (read === null) throw new InvalidArgumentError('A header is "Name: value".');
  return [...others, read];
}
