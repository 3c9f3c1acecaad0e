// One clock for all processes of a bench: the machine's, which no process sets.

/** Milliseconds since some moment that is the same for every process of this machine. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
