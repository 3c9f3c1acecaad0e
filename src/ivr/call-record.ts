// The call record (CDR/SMDR): exactly one per call that reached a worker. It never holds a digit the
// caller keyed, an account number, a birth date, a code or a full calling number.

import type { Amr, Auth, Ending, StepName, StepOutcome } from '../machines/outcome.ts';

export interface StepEntry {
  readonly step: StepName;
  readonly outcome: StepOutcome;
  /** Entries that counted as a try, the accepted one included. */
  readonly tries: number;
  readonly ms: number;
}

export interface HandOffEntry {
  readonly kind: 'agent' | 'transfer';
  readonly outcome: 'succeeded' | 'failed' | 'unknown';
  readonly ms: number;
}

export interface ScreeningEntry {
  readonly verdict: 'passed' | 'failed' | 'none' | 'error';
  readonly level: 'A' | 'B' | 'C' | null;
  readonly source: string;
  readonly action: 'accept' | 'refuse' | 'route';
  readonly wouldBe: 'accept' | 'refuse' | 'route' | null;
  readonly rule: string;
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
