// What a line asks of its callers and where it sends them: the input of the call chart. Pure data,
// made from the configuration.

import type { Locale, OwnPrompt, PromptId } from '../prompts/catalogue.ts';
import type { Policy } from '../screening/policy.ts';
import type { Profile } from '../screening/profiles.ts';
import type { ScreeningLabel } from '../screening/verdict.ts';
import type { DateOrder } from './birth-date.ts';
import type { CheckDigits } from './check-digits.ts';
import type { EntryRules } from './collect-digits.machine.ts';
import type { Amr } from './outcome.ts';

interface StepPlanBase {
  readonly rules: EntryRules;
  /** Entries that count, all causes together (1-5). */
  readonly tries: number;
  /** What every right entry fulfils, whoever calls; others are not checked at the backend. */
  readonly check: CheckDigits;
  /** Whether an entry is read back and must be confirmed before it is checked. */
  readonly readBack: boolean;
  /** Verdicts on the calling number with which the step is not asked; never of a step that a desk requires. */
  readonly droppedBy: readonly ScreeningLabel[];
}

export type KnowledgeStep =
  | (StepPlanBase & { readonly step: 'account' | 'passcode' })
  | (StepPlanBase & {
      readonly step: 'birthDate';
      /** Null: as the caller's language writes it. */
      readonly order: DateOrder | null;
    });

export interface CodeStep extends StepPlanBase {
  readonly step: 'oneTimeCode';
  /** Codes sent in one call (1-5). */
  readonly sends: number;
  readonly resendMs: number;
  /** How long a code of ours is good (1-10 minutes). */
  readonly ttlMs: number;
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

/** `attributes`: nobody is called; whoever watches the caller's attributes comes. */
export type DeskPlan =
  | (DeskBase & { readonly kind: 'attributes'; readonly joinWithinMs: number })
  | (DeskBase & { readonly kind: 'agent'; readonly agent: string; readonly joinWithinMs: number })
  | (DeskBase & { readonly kind: 'transfer'; readonly target: string; readonly ringMs: number });

/** What a caller must do, and who takes the call then. */
export interface Route {
  readonly steps: readonly StepPlan[];
  readonly desk: string;
}

export interface MenuChoice extends Route {
  /** The key that chooses it, 1-9. */
  readonly key: string;
  /** Said of it: a whole sentence of the line's own, or words that the key completes. */
  readonly prompt: PromptId | OwnPrompt;
}

/** A trunk whose headers count. */
export interface TrunkPlan {
  readonly name: string;
  readonly profile: Profile;
}

/** Who may tell us that a customer is verified already. */
export interface UpstreamPlan {
  readonly issuer: string;
  readonly audience: string;
  /** SPKI PEM. */
  readonly publicKey: string;
}

export interface LinePlan {
  readonly name: string;
  readonly screening: Policy;
  /** Trunks over which verdicts and upstream tokens count. */
  readonly trunks: readonly TrunkPlan[];
  readonly upstream: UpstreamPlan | null;
  /** Languages the line speaks, at least one; callers choose where there are more. */
  readonly locales: readonly [Locale, ...Locale[]];
  /** Said after the greeting, never cut short. */
  readonly notice: PromptId | OwnPrompt | null;
  /** Said instead of all else, then the call ends: the line is closed. */
  readonly closed: PromptId | OwnPrompt | null;
  /** What every caller must do, or what they may choose from. */
  readonly route: Route | readonly MenuChoice[];
  readonly operator: string | null;
  readonly desks: Readonly<Record<string, DeskPlan>>;
  /** How long one answer about an account is waited for: longer than whoever answers has. */
  readonly backendMs: number;
  /** The same for a code to be sent, which two may have to do with. */
  readonly sendingMs: number;
  readonly maxCallMs: number;
}
