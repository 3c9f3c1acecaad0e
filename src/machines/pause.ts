// The pause before an answer about an account may be told: right or wrong, it takes the same time, so that
// nobody hears from how fast it comes whether there is such an account.

/** Beside an answer, in any chart that names its delay `floor` and its guard `hasNoFloor`. */
export const pause = {
  description: 'Where nobody is to hear which accounts exist, every answer takes as long.',
  initial: 'running',
  states: {
    running: {
      description: 'An answer that is there already waits.',
      always: { guard: 'hasNoFloor', target: 'over' },
      after: { floor: 'over' },
    },
    over: { type: 'final' },
  },
} as const;
