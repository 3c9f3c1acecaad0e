// What a line asks of its callers and where it sends them: the input of the call chart. Pure data,
// made from the configuration.

import type { DateOrder } from './birth-date.ts';
import type { EntryRules } from './collect-digits.machine.ts';
import type { Amr } from './outcome.ts';

interface StepPlanBase {
  readonly rules: EntryRules;
  /** Entries that count, all causes together (1-5). */
  readonly tries: number;
}

export type KnowledgeStep =
  | (StepPlanBase & { readonly step: 'account' | 'passcode' })
  | (StepPlanBase & { readonly step: 'birthDate'; readonly order: DateOrder });

export interface CodeStep extends StepPlanBase {
  readonly step: 'oneTimeCode';
  /** Codes sent in one call (1-5). */
  readonly sends: number;
  readonly resendMs: number;
  /** No code goes to a number whose SIM changed within this many hours. */
  readonly simChangeHours: number;
}

export type StepPlan = KnowledgeStep | CodeStep;

interface DeskBase {
  /** Words that the call must have proved to come in. */
  readonly requires: readonly Amr[];
  /** Desk that takes the call when this one does not. */
  readonly otherwise: string | null;
}

export type DeskPlan =
  | (DeskBase & { readonly kind: 'agent'; readonly agent: string; readonly joinWithinMs: number })
  | (DeskBase & { readonly kind: 'transfer'; readonly target: string; readonly ringMs: number });

export interface LinePlan {
  readonly name: string;
  readonly steps: readonly StepPlan[];
  readonly desk: string;
  readonly operator: string | null;
  readonly desks: Readonly<Record<string, DeskPlan>>;
  /** How long the backend may take for one answer. */
  readonly backendMs: number;
  readonly maxCallMs: number;
}
