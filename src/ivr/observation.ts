// What an onlooker may see of a running call: words spoken, states passed, the ending. Never a key, a
// number that is read out, or anything else a caller keyed.

import type { Auth, Ending } from '../machines/outcome.ts';
import { catalogue, type Locale, type PromptId, type Utterance } from '../prompts/catalogue.ts';

export type Observation =
  | { readonly type: 'prompt.began'; readonly prompts: Utterance; readonly text: string }
  | { readonly type: 'prompt.stopped' }
  | { readonly type: 'state.entered'; readonly machine: string; readonly state: string }
  | { readonly type: 'call.ended'; readonly ending: Ending; readonly auth: Auth };

/** An observation with the call it belongs to. `room` lets a phone find its own call. */
export type CallObservation = Observation & { readonly call: string; readonly room: string };

/** What may be shown of an utterance: digits that are read out become dots, and are no prompts. */
export function shown(utterance: Utterance, locale: Locale): { prompts: Utterance; text: string } {
  const isDigit = (id: PromptId) => id.startsWith('digit-');
  return {
    prompts: utterance.filter((id) => !isDigit(id)),
    text: utterance.map((id) => (isDigit(id) ? '•' : catalogue[id].text[locale])).join(' '),
  };
}
