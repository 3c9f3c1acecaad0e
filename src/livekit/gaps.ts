// Gaps within an utterance: whether each recording was in the audio queue before the one before it was over. Pure.

export interface Utterance {
  /**
   * A recording of `ms` milliseconds was handed over at `askedAt` and was in the queue at `takenAt` at the latest:
   * whether there may have been a gap before it. Never misses one.
   */
  hasGap(ms: number, askedAt: number, takenAt: number): boolean;
}

export function followUtterance(): Utterance {
  /** When all that was handed over so far has been played; null: nothing was. */
  let playedAt: number | null = null;
  return {
    hasGap(ms, askedAt, takenAt) {
      const isLate = playedAt !== null && takenAt > playedAt;
      // The first one is played from when it was taken, which is not known better than this: the earliest is safe.
      const beginsAt = isLate ? takenAt : (playedAt ?? askedAt);
      playedAt = beginsAt + ms;
      return isLate;
    },
  };
}
