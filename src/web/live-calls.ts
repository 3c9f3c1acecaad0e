// A live view of a worker's calls as server-sent events, for the phones of the local system. Promises that a reader
// who is slow, or one too many, costs the calls nothing.

import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { CallObservation } from '../ivr/observation.ts';

/** Tells a listener of every observation until the returned function is called. */
export type Watch = (listener: (observation: CallObservation) => void) => () => void;

/** Readers at once. */
const READERS = 50;
/** Observations kept for a reader that is slower than the calls; more and it is cut off. */
const WAITING_OBSERVATIONS = 1000;

/** Answers with all observations from now on, or those of `?room=` alone. */
export function liveCalls(watch: Watch): (c: Context) => Response {
  let readers = 0;
  return (c) => {
    if (readers >= READERS) return c.text('too many follow the calls already', 503);
    readers += 1;
    return streamSSE(c, async (stream) => {
      const room = c.req.query('room');
      const waiting: CallObservation[] = [];
      let isOpen = true;
      let news = Promise.withResolvers<void>();
      const close = () => {
        isOpen = false;
        news.resolve();
      };
      const unwatch = watch((observation) => {
        if (room !== undefined && observation.room !== room) return;
        if (waiting.push(observation) > WAITING_OBSERVATIONS) close();
        news.resolve();
      });
      stream.onAbort(close);
      try {
        // The reader may start its call once this has arrived: nothing will be missed.
        await stream.writeSSE({ event: 'watching', data: '' });
        while (isOpen) {
          const next = waiting.shift();
          if (next) {
            await stream.writeSSE({ data: JSON.stringify(next) });
          } else {
            await news.promise;
            news = Promise.withResolvers();
          }
        }
      } finally {
        unwatch();
        readers -= 1;
      }
    });
  };
}
