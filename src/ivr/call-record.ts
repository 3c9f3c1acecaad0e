// The call record (CDR/SMDR): exactly one per call that reached a worker. It never holds a digit the
// caller keyed, an account number, a birth date, a code or a full calling number.

import type { Amr, Auth, Ending, StepName, StepOutcome } from '../machines/outcome.ts';
import type { Decision } from '../screening/policy.ts';
import type { Evidence } from '../screening/verdict.ts';
import type { UpstreamNote } from './upstream.ts';

export interface StepEntry {
  readonly step: StepName;
  readonly outcome: StepOutcome;
  /** Entries that counted as a try, the accepted one included. */
  readonly tries: number;
  readonly ms: number;
}

export interface HandOffEntry {
  readonly kind: 'agent' | 'transfer' | 'attributes';
  readonly outcome: 'succeeded' | 'failed' | 'unknown';
  readonly ms: number;
}

/** The verdict on the calling number and what came of it (docs/screening.md). */
export interface ScreeningEntry extends Evidence, Omit<Decision, 'rule'> {
  /** `undecided`: the call was over before. */
  readonly rule: Decision['rule'] | 'undecided';
  /** Null: no token came, or none is looked for on this line. */
  readonly upstream: UpstreamNote | null;
}

export interface CallRecord {
  /** Our call id: equals the attribute `ivr.call` and the ticket claim `call`. */
  readonly id: string;
  /** LiveKit's id of the SIP call (`sip.callID`). */
  readonly sipCallId: string | null;
  /** The Call-ID of the caller's INVITE. */
  readonly inviteCallId: string | null;
  readonly line: string | null;
  readonly dialled: string | null;
  /** Keyed hash of the calling number, or null where there was none. */
  readonly callerHash: string | null;
  readonly callerLast2: string | null;
  readonly trunk: string | null;
  readonly ruleId: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string;
  readonly screening: ScreeningEntry;
  readonly steps: readonly StepEntry[];
  readonly auth: Auth;
  readonly amr: readonly Amr[];
  readonly desk: string | null;
  readonly handoff: HandOffEntry | null;
  readonly ending: Ending;
  readonly resumed: boolean;
  readonly promptVersion: string;
  readonly flowVersion: string;
  readonly workerId: string;
}
