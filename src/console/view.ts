// How a call appears on paper: line after line, into a pipe or a file as well as on a screen. Shows that a key was
// pressed, never which.

import type { Writable } from 'node:stream';

/** Of what kind a line is; colour alone says it, so that nothing is lost without. */
export type Look = 'call' | 'step' | 'good' | 'bad';

export interface View extends Disposable {
  line(text: string, look: Look): void;
  /** A prompt begins. */
  speak(text: string): void;
  /** It is over, or was stopped by a key. */
  hush(): void;
  key(): void;
}

export function openPaper(output: Writable): View {
  let isWithinDots = false;
  function line(text: string) {
    output.write(`${isWithinDots ? '\n' : ''}${text}\n`);
    isWithinDots = false;
  }
  return {
    line,
    speak: (text) => line(`> ${text}`),
    hush: () => undefined,
    key() {
      output.write('•');
      isWithinDots = true;
    },
    [Symbol.dispose]() {
      if (isWithinDots) output.write('\n');
    },
  };
}
