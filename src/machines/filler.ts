// The word that bridges a wait: said once, when an answer takes longer than a second.

import type { Utterance } from '../prompts/catalogue.ts';

/** From the question to the word. */
export const FILLER_MS = 1000;

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
