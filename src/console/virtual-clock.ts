// Virtual time for whole calls: goes from one timer to the next, and lets everything that a timer set
// off come to rest before the next one. XState's clock alone would fire all that is due in one go,
// before promises have settled.

import { setImmediate as macrotask } from 'node:timers/promises';
import { SimulatedClock } from 'xstate';

export class VirtualClock extends SimulatedClock {
  readonly #due = new Map<number, number>();
  readonly #outside = new Set<Promise<unknown>>();

  override setTimeout(run: () => void, ms: number): number {
    const timer = super.setTimeout(() => {
      this.#due.delete(timer);
      run();
    }, ms);
    this.#due.set(timer, this.now() + ms);
    return timer;
  }

  override clearTimeout(timer: number): void {
    this.#due.delete(timer);
    super.clearTimeout(timer);
  }

  /** Virtual time stands still until `work` is done: for what leaves this thread, as signing does. */
  async outside<Result>(work: Promise<Result>): Promise<Result> {
    this.#outside.add(work);
    try {
      return await work;
    } finally {
      this.#outside.delete(work);
    }
  }

  /** The same port; virtual time stands still while it works. */
  port<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          const answer: unknown = method.apply(target, args);
          return answer instanceof Promise ? this.outside(answer) : answer;
        };
      },
    });
  }

  /** Done when nothing happens any more without time going on. */
  async settle(): Promise<void> {
    do await macrotask();
    while (this.#outside.size > 0);
  }

  async pass(ms: number): Promise<void> {
    const end = this.now() + ms;
    await this.passUntil(() => false, end);
    this.set(end);
    await this.settle();
  }

  /** Lets time pass until `isSo`; false: it was not so by `end`, or nothing is left that could happen. */
  async passUntil(isSo: () => boolean, end: number): Promise<boolean> {
    await this.settle();
    while (!isSo()) {
      const next = Math.min(...this.#due.values());
      if (next > end || next === Number.POSITIVE_INFINITY) return false;
      this.set(next);
      await this.settle();
    }
    return true;
  }
}
