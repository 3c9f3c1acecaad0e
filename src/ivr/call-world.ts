// What all calls of a worker share: everything a call needs besides its own line.

import type { Logger } from 'pino';
import type { ActorOptions, AnyActorLogic } from 'xstate';
import type { Proof } from '../machines/hand-off.machine.ts';
import type { LinePlan } from '../machines/line-plan.ts';
import type { Secret } from '../machines/secret.ts';
import type { CallObservation } from './observation.ts';
import type { Backend, CallerFacts, RecordStore } from './ports.ts';
import type { Recordings } from './recordings.ts';

/** What a ticket is made from; who signs it is not this room's business. */
export interface TicketRequest {
  readonly desk: string;
  readonly proof: Proof;
  readonly call: string;
  readonly line: string;
  readonly caller: CallerFacts;
}

/** What all calls of a worker share. */
export interface CallWorld {
  readonly workerId: string;
  /** Changes with the program and with the configuration of the line. */
  readonly flowVersion: (plan: LinePlan | null) => string;
  readonly planFor: (dialled: string | null) => LinePlan | null;
  readonly trunkName: (trunkId: string | null) => string | null;
  readonly recordings: Recordings;
  readonly backend: Backend;
  readonly records: RecordStore;
  readonly issueTicket: (request: TicketRequest) => Promise<string>;
  /** Keyed hash of a calling number. */
  readonly hashNumber: (number: Secret) => string;
  readonly log: Logger;
  readonly observe: (observation: CallObservation) => void;
  /** Wall clock and monotonic clock, both in milliseconds. */
  readonly now: () => number;
  readonly monotonic: () => number;
  /** The charts' clock; the real one unless given. */
  readonly clock?: NonNullable<ActorOptions<AnyActorLogic>['clock']>;
}
