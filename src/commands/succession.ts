// How a worker under `dev` is replaced without a moment in which nobody takes calls: it gives up its port, asks for
// a successor, and takes calls until that one does. Anywhere else a supervisor starts the next one when this one
// has ended, and other workers take the calls meanwhile.

import { on } from 'node:events';

/** What a worker says to who started it. */
export const SUCCESSOR_WANTED = 'tonegate: successor wanted';
/** What it is answered when its successor takes calls. */
export const RELIEVED = 'tonegate: relieved';
/** A worker starts within seconds. */
const PATIENCE_MS = 30_000;

/**
 * Asks who started this process for a successor. Done when that one takes calls, or after half a minute; at once
 * where nobody listens.
 */
export async function askForSuccessor(giveUpPort: () => void): Promise<void> {
  if (process.send === undefined || !process.connected) return;
  // It must not keep a process that has ended for another reason.
  process.channel?.unref();
  giveUpPort();
  process.send(SUCCESSOR_WANTED, () => undefined);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    for await (const [message] of on(process, 'message', { signal: patience })) {
      if (message === RELIEVED) return;
    }
  } catch {
    // Nobody has come in that time: the calls there are still finish.
  }
}
