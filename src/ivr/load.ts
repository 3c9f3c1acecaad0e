// How full a worker is, by its calls and by how late its event loop is. Pure.

/** What waits for the event loop this long on average is heard as a delay: no further call is taken. */
const LONGEST_WAIT_MS = 200;

export interface Strain {
  /** Calls that are running or promised. */
  readonly calls: number;
  readonly capacity: number;
  /** How long something has to wait for the event loop on average, in milliseconds. */
  readonly waitMs: number;
}

/** 0: idle; 1 and more: full, no further call is taken. The one of both that is worse. */
export function loadOf({ calls, capacity, waitMs }: Strain): number {
  return Math.max(calls / capacity, waitMs / LONGEST_WAIT_MS);
}
