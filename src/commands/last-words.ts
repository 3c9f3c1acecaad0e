// What a worker says of an error that nobody has caught, before it ends. Node would print all of it, and what
// somebody else's error says may be anything.

import type { Logger } from 'pino';
import { loggable } from '../ivr/fault.ts';

/** From now on an error that nobody catches, a rejection too, is logged without its values; then the process ends. */
export function sayLastWords(log: Pick<Logger, 'fatal'>): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ fault: loggable(error) }, 'uncaught error: this process ends');
    process.exit(1);
  });
}
