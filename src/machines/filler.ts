// The word that bridges a wait: said once, before the caller has heard nothing for two seconds.

import type { Utterance } from '../prompts/catalogue.ts';

/** From a question to the word. */
export const FILLER_MS = 1000;

/**
 * From the last key to the word, however many questions are asked: something is heard within two seconds, of
 * which three tenths are left for the way to the ear (0.1 to 0.3 s over a SIP bridge).
 */
const LONGEST_SILENCE_MS = 1700;

/** From a question to the word where its answer is held back: the word must not tell that there is none yet. */
export function fillerMs(floorMs: number): number {
  return Math.max(FILLER_MS, floorMs);
}

/** From a question to the word where the caller may have heard nothing for `silentMs` before it. */
export function fillerAfterMs(silentMs: number): number {
  return Math.max(0, LONGEST_SILENCE_MS - silentMs);
}

/** For any state that asks `playPrompt` and names its delay `filler`. */
export const bridged = {
  initial: 'quiet',
  states: {
    quiet: { after: { filler: 'reassuring' } },
    reassuring: {
      description: 'Nobody should wonder whether the line is dead.',
      invoke: {
        id: 'playPrompt',
        src: 'playPrompt',
        input: (): { utterance: Utterance } => ({ utterance: ['one-moment'] }),
        onError: 'quiet',
      },
    },
  },
} as const;
