// Virtual time in which each timer fires at its own instant, also one that another timer started.

/** `settle` runs after each timer. */
export function createClock(settle: () => void) {
  const timers = new Map<number, { readonly due: number; readonly fire: () => void }>();
  let now = 0;
  let started = 0;

  function next(until: number): number | null {
    let first: number | null = null;
    let due = until;
    for (const [id, timer] of timers) {
      if (timer.due > due || (timer.due === due && first !== null)) continue;
      first = id;
      due = timer.due;
    }
    return first;
  }

  return {
    now: () => now,
    setTimeout(fire: () => void, ms: number): number {
      started += 1;
      timers.set(started, { due: now + ms, fire });
      return started;
    },
    clearTimeout: (id: number) => void timers.delete(id),
    advance(ms: number) {
      const until = now + ms;
      for (let id = next(until); id !== null; id = next(until)) {
        const { due, fire } = timers.get(id)!;
        timers.delete(id);
        now = due;
        fire();
        settle();
      }
      now = until;
    },
    /** Timers that still run. */
    running: () => timers.size,
  };
}
