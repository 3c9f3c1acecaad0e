// Where a scenario is played, as a promise in writing: on a line in this process and virtual time, or live. The
// player knows nothing else of it.

import type { CallRecord } from '../ivr/call-record.ts';
import type { Observation } from '../ivr/observation.ts';
import type { Happening } from './scenario.ts';

/** Who calls, as the bank has them. Never shown. */
export interface Customer {
  readonly account: string;
  /** YYYY-MM-DD; null: not known to the scenario. */
  readonly birthDate: string | null;
  readonly passcode: string | null;
}

/** One call from the caller's end. */
export interface StagedCall {
  /** After the end a key is lost. */
  press(key: string): void;
  hangUp(): void;
  /** Done when it has happened. */
  happens(what: Happening): Promise<void>;
  /** Null until the call has its record. */
  readonly record: CallRecord | null;
}

export interface Stage {
  readonly customer: Customer;
  /** Milliseconds since the stage was opened. */
  now(): number;
  pass(ms: number): Promise<void>;
  /** Done when `isSo`; false: it was not so within the time that this stage has patience. */
  until(isSo: () => boolean): Promise<boolean>;
  /** Tells what is seen of the call from its beginning. */
  dial(observe: (observation: Observation) => void): Promise<StagedCall>;
  /** Codes sent to this customer so far, oldest first. */
  codes(): Promise<readonly string[]>;
  /** An account number that nobody has. */
  nobody(): Promise<string>;
}
