// What an onlooker may see of a running call: words spoken, states passed, tries, timers, the ending. Never a
// key, a number that is read out, or anything else a caller keyed.

import type { CallNotice } from '../machines/call.machine.ts';
import type { Auth, Ending, StepName, StepOutcome } from '../machines/outcome.ts';
import { Secret } from '../machines/secret.ts';
import type { Locale, Utterance, Word } from '../prompts/catalogue.ts';
import type { Decision } from '../screening/policy.ts';
import { labelOf, type ScreeningLabel } from '../screening/verdict.ts';
import type { Recordings } from './recordings.ts';

/** What may be shown of an utterance. */
interface ShownUtterance {
  /** What is read out in secret is no prompt here. */
  readonly prompts: readonly Exclude<Word, Secret>[];
  /** The words as spoken; always the same mark for what is read out in secret. */
  readonly text: string;
}

/** A delay of a chart, by the names they have there. */
interface Timer {
  readonly machine: string;
  readonly timer: string;
}

export type Observation =
  | ({ readonly type: 'prompt.began' } & ShownUtterance)
  | { readonly type: 'prompt.stopped' }
  | { readonly type: 'state.entered'; readonly machine: string; readonly state: string }
  | ({ readonly type: 'call.screened'; readonly verdict: ScreeningLabel } & Decision)
  | { readonly type: 'call.answered' }
  | { readonly type: 'step.began'; readonly step: StepName }
  /** So many of the step's tries are used, and so many are left; a try is, once its entry is checked (tries-told.ts). */
  | { readonly type: 'step.tried'; readonly tried: number; readonly left: number }
  | { readonly type: 'step.ended'; readonly step: StepName; readonly outcome: StepOutcome }
  /** Said again while it runs: it runs anew. */
  | ({ readonly type: 'timer.began'; readonly ms: number } & Timer)
  | ({ readonly type: 'timer.ended' } & Timer)
  | { readonly type: 'call.ended'; readonly ending: Ending; readonly auth: Auth };

/** An observation with the call it belongs to. `room` lets a phone find its own call. */
export type CallObservation = Observation & { readonly call: string; readonly room: string };

/** What may be shown of an utterance in the words of the recordings that say it. */
export function shown(
  utterance: Utterance,
  locale: Locale,
  recordings: Pick<Recordings, 'text'>,
): ShownUtterance {
  return {
    prompts: utterance.flatMap((word) => (word instanceof Secret ? [] : [word])),
    text: recordings.text(utterance, locale),
  };
}

/** What may be shown of what the call chart tells; null: nothing. */
export function shownNotice(notice: CallNotice): Observation | null {
  switch (notice.type) {
    case 'call.screened':
      return { type: notice.type, verdict: labelOf(notice.evidence), ...notice.decision };
    case 'call.answered':
      return { type: notice.type };
    case 'step.began':
      return { type: notice.type, step: notice.step };
    case 'step.ended':
      return { type: notice.type, step: notice.step, outcome: notice.outcome };
    default:
      return null;
  }
}
