// Whether a worker has the memory that its calls need before it is replaced for having too much.

import type { Config } from './schema.ts';

/** Measured (docs/operations.md): without a call, and more for each call at once. */
const IDLE_MB = 200;
const CALL_MB = 10;

/** A sentence where so many calls alone would have a worker replaced. */
export function memoryWarnings({
  capacity,
  recycle,
}: Pick<Config, 'capacity' | 'recycle'>): string[] {
  const needed = IDLE_MB + CALL_MB * capacity;
  if (recycle.rssMb >= needed) return [];
  return [
    `recycle.rssMb: ${capacity} calls at once need about ${needed} MB, so a worker would be replaced whenever it is busy: raise it, or lower capacity`,
  ];
}
