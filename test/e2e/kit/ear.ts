// A phone's ear: finds recordings in what was received, in a thread of its own.

import { Worker } from 'node:worker_threads';
import type { Found, Order, Told } from './ear-thread.ts';

let thread: Worker | null = null;
let opened = 0;
let searched = 0;
const asked = new Map<number, (found: Found) => void>();

function theThread(): Worker {
  if (thread === null) {
    thread = new Worker(new URL('./ear-thread.ts', import.meta.url), { execArgv: [] });
    thread.on('message', ({ search, ...found }: Told) => asked.get(search)?.(found));
    // Phones that are left open keep no process.
    thread.unref();
  }
  return thread;
}

const order = (what: Order) => theThread().postMessage(what);

export class Ear implements Disposable {
  readonly #id: number;

  constructor() {
    opened += 1;
    this.#id = opened;
  }

  /**
   * Looks for whichever of these recordings is heard whole first, from `fromMs` on. To be asked again and again with
   * what was received so far, PCM at 8 kHz in shared memory, and once more when that `isOver`.
   */
  lookFor(
    ids: readonly string[],
    fromMs: number,
  ): (sound: Int16Array, isOver: boolean) => Promise<Found> {
    searched += 1;
    const [ear, search] = [this.#id, searched];
    order({ ear, type: 'lookFor', search, ids, fromMs });
    return async (sound, isOver) => {
      const { promise, resolve } = Promise.withResolvers<Found>();
      asked.set(search, resolve);
      order({ ear, type: 'listen', search, sound, isOver });
      const found = await promise;
      asked.delete(search);
      return found;
    };
  }

  [Symbol.dispose](): void {
    order({ ear: this.#id, type: 'close' });
  }
}
