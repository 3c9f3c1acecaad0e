// What verification knows of the call it is for.

import type { LockOutPolicy } from '../ports.ts';

export interface VerifiedCall {
  /** Our call id. */
  readonly id: string;
  /** Name of the line: the purpose of codes. */
  readonly line: string;
  /** The number that the caller has called. */
  readonly dialled: string;
  /** Keyed hash of the calling number; null where it is withheld. */
  readonly callerHash: string | null;
  readonly policy: LockOutPolicy;
  /** How long the charts wait for one answer: longer than whoever answers has. */
  readonly backendMs: number;
  /** The floor of this call, which friction comes on top of. */
  readonly floorMs: number;
  /** Whether the caller's leg is gone. */
  readonly hasLeft: () => boolean;
  /** Told of what failed where the call goes on all the same. */
  readonly onFault: (ask: string, error: unknown) => void;
}
