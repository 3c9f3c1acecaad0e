// What a call of the bench is asked, by every contender alike: the steps of the bench's line.

import type { Asking } from './play-and-collect.ts';
import { type BenchPrompt, readRecording } from './recordings.ts';

/** What is keyed after each prompt, and by how many keys. */
export const ENTRIES = [
  { prompts: ['welcome', 'enter-account'], keys: 8 },
  { prompts: ['enter-birth-date-ymd'], keys: 8 },
  { prompts: ['enter-passcode'], keys: 4 },
] as const satisfies readonly { readonly prompts: readonly BenchPrompt[]; readonly keys: number }[];

/** The same with the recordings of a folder, and what is said at the end. */
export function askingsFrom(folder: string): readonly Asking[] {
  const clips = (prompts: readonly BenchPrompt[]) => prompts.map((id) => readRecording(folder, id));
  return [
    ...ENTRIES.map(({ prompts, keys }) => ({ clips: clips(prompts), keys })),
    { clips: clips(['connecting']), keys: Number.POSITIVE_INFINITY },
  ];
}
