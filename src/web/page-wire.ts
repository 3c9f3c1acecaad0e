// What the page of the QA phone and its server tell each other. Types only: both sides are built from them.

import type { CallRecord } from '../ivr/call-record.ts';
import type { StepName } from '../machines/outcome.ts';
import type { ScreeningLabel } from '../screening/verdict.ts';
import type { TicketClaims } from '../ticket/claims.ts';

/** What the page offers. */
export interface PhoneSetup {
  readonly numbers: readonly CallableNumber[];
  readonly trunks: readonly CallableTrunk[];
  /** The name of the IVR itself among agents. */
  readonly agent: string;
  /** Calling number to begin with. */
  readonly calling: string;
  /** What the bank can be told to do wrong; null where it is none of ours. */
  readonly faults: { readonly routes: readonly string[]; readonly modes: readonly string[] } | null;
  /** The demo's accounts, as keyed; empty where the bank is another. */
  readonly accounts: readonly DemoCustomer[];
}

export interface CallableNumber {
  readonly number: string;
  /** Name of its line; null: no line answers it. */
  readonly line: string | null;
  /** What the line asks, in order; null where that depends on a menu. */
  readonly steps: readonly StepName[] | null;
  /** Where to its steps lead. */
  readonly desk: string | null;
  /** The trunk that takes it, by its configured name. */
  readonly trunk: string;
}

export interface CallableTrunk {
  readonly name: string;
  /** Where its carrier tells a verdict. */
  readonly profile: string;
  /** The verdicts that its carrier can tell, with the headers that tell them of `calling`. */
  readonly verdicts: readonly {
    readonly verdict: ScreeningLabel;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

export interface DemoCustomer {
  readonly account: string;
  /** As keyed, MMDDYYYY. */
  readonly birthDate: string;
  readonly note: string;
}

export interface CallOrder {
  readonly to: string;
  /** E.164; empty: withheld. */
  readonly from: string;
  /** The trunk that it seems to come over. */
  readonly trunk: string;
  readonly verdict: ScreeningLabel;
  /** Further headers of the INVITE, `Name: value`, a line each. */
  readonly headers: string;
}

export interface PlacedCall {
  readonly room: string;
  /** Address of LiveKit. */
  readonly url: string;
  /** Lets its bearer into this room alone, as the caller. */
  readonly token: string;
  /** What the INVITE's headers would be. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface BankFault {
  readonly route: string;
  readonly mode: string;
}

/** A text message of the demo's inbox; of the number only its end. */
export interface ShownMessage {
  readonly to: string;
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A ticket as a desk was sent it, taken apart. */
export interface ShownTicket {
  readonly agent: string;
  readonly header: object;
  readonly claims: Partial<TicketClaims>;
  /** `good`, or why a desk would refuse it now. */
  readonly check: string;
}

/** A chart as `src/charts/live.ts` draws it. */
export interface ShownChart {
  readonly machine: string;
  readonly levels: readonly { readonly path: readonly string[]; readonly source: string }[];
  readonly states: readonly {
    readonly path: readonly string[];
    readonly runs: readonly string[];
  }[];
}

export type ShownRecord = CallRecord & { readonly prev: string; readonly hash: string };
