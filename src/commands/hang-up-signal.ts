// SIGHUP means two things: somebody asks that everything be read anew, or the terminal that a program was
// started in has been closed. Tells the one from the other. A terminal that a program neither reads nor
// writes does not count: as under `nohup`, the program outlives it.

import { closeSync, constants, openSync } from 'node:fs';
import { isatty } from 'node:tty';

export interface HangUpMeanings {
  readonly readAnew: () => void;
  /** Called once. */
  readonly terminalClosed: () => void;
}

/** Listens for SIGHUP as long as the process lives. */
export function onHangUpSignal({ readAnew, terminalClosed }: HangUpMeanings): void {
  const hadTerminal = [0, 1, 2].some(isatty) && hasTerminal();
  let isClosed = false;
  process.on('SIGHUP', () => {
    if (!hadTerminal || hasTerminal()) return readAnew();
    // It comes twice where a launcher in the same terminal passes it on.
    if (!isClosed) terminalClosed();
    isClosed = true;
  });
}

/** Whether this process has a controlling terminal; a closed one is taken from it. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}
