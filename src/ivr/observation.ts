// What an onlooker may see of a running call: words spoken, states passed, the ending. Never a key, a
// number that is read out, or anything else a caller keyed.

import type { Auth, Ending } from '../machines/outcome.ts';
import { Secret } from '../machines/secret.ts';
import type { Locale, Utterance, Word } from '../prompts/catalogue.ts';
import type { Recordings } from './recordings.ts';

/** What may be shown of an utterance. */
interface ShownUtterance {
  /** What is read out in secret is no prompt here. */
  readonly prompts: readonly Exclude<Word, Secret>[];
  /** The words as spoken; always the same mark for what is read out in secret. */
  readonly text: string;
}

export type Observation =
  | ({ readonly type: 'prompt.began' } & ShownUtterance)
  | { readonly type: 'prompt.stopped' }
  | { readonly type: 'state.entered'; readonly machine: string; readonly state: string }
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
