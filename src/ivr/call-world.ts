// What all calls of a worker share: everything a call needs besides its own line.

import type { Logger } from 'pino';
import type { ActorOptions, AnyActorLogic } from 'xstate';
import type { Proof } from '../machines/hand-off.machine.ts';
import type { LinePlan } from '../machines/line-plan.ts';
import type { ScreeningLabel } from '../screening/verdict.ts';
import type { NoteSeal } from './call-note.ts';
import type { Lease } from './lease.ts';
import type { Measure } from './measures.ts';
import type { CallObservation } from './observation.ts';
import type {
  Backend,
  CallerFacts,
  CodeStore,
  LockOutPolicy,
  RecordStore,
  SmsSender,
  TryStore,
} from './ports.ts';
import type { Recordings } from './recordings.ts';
import type { UpstreamCheck, UpstreamClaim } from './upstream.ts';
import type { KeyedHashes } from './verification/keyed-hashes.ts';
import type { Outages } from './verification/outages.ts';

/** How LiveKit says a call came in. */
export type CallRoute = Pick<CallerFacts, 'trunkId' | 'ruleId'>;

/** What a ticket is made from; who signs it is not this room's business. */
export interface TicketRequest {
  readonly desk: string;
  readonly proof: Proof;
  readonly screening: ScreeningLabel;
  readonly call: string;
  readonly line: string;
  readonly caller: CallerFacts;
}

/** The lines as configured at one time, with all that is said on them. Never changes. */
export interface Edition {
  readonly planFor: (dialled: string | null) => LinePlan | null;
  /** The recordings of a plan's line; without a plan the common ones. */
  readonly recordingsFor: (plan: LinePlan | null) => Recordings;
  readonly lockOut: LockOutPolicy;
  /** Reason header for a number that no line answers. */
  readonly refusalReason: string;
  /** Changes with the program and with the configuration of the line. */
  readonly flowVersion: (plan: LinePlan | null) => string;
}

/** What all calls of a worker share. */
export interface CallWorld {
  readonly workerId: string;
  /** What new calls go by: a call asks once, at its start, and keeps it to its end. */
  readonly edition: () => Edition;
  /** The configured name of the trunk that a call came over, as far as it is known now. */
  readonly trunkName: (caller: CallRoute) => string | null;
  /**
   * The same, looked up where it is not known yet; null where it is none of ours. Rejects where nobody can say
   * now.
   */
  readonly findTrunk: (caller: CallRoute) => Promise<string | null>;
  /** Watched for outages, as `sms` is. */
  readonly backend: Backend;
  readonly outages: Outages;
  readonly records: RecordStore;
  readonly tries: TryStore;
  readonly codes: CodeStore;
  /** Null: none is configured, so the backend has to send codes itself. */
  readonly sms: SmsSender | null;
  /** Never rejects: what cannot be checked is ignored. */
  readonly checkUpstream: (claim: UpstreamClaim) => Promise<UpstreamCheck>;
  readonly issueTicket: (request: TicketRequest) => Promise<string>;
  readonly hashes: KeyedHashes;
  readonly notes: NoteSeal;
  /** Whether the calls of this worker are its own. */
  readonly lease: Pick<Lease, 'isCertain' | 'assure'>;
  /** Drawn for each call: how long an answer takes at least while no account is proved to exist; 0: no time. */
  readonly floorMs: () => number;
  readonly log: Logger;
  readonly observe: (observation: CallObservation) => void;
  readonly measure: Measure;
  /** Wall clock and monotonic clock, both in milliseconds. */
  readonly now: () => number;
  readonly monotonic: () => number;
  /** The charts' clock; the real one unless given. */
  readonly clock?: NonNullable<ActorOptions<AnyActorLogic>['clock']>;
}
