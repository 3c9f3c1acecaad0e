// Gaps in what a caller hears. Pure.

interface Moment {
  readonly what: string;
  readonly at: number;
}

/** How often silence began within a time in which there should be none. */
export function silencesIn(moments: readonly Moment[], from: number, to: number): number {
  return moments.filter(({ what, at }) => what === 'silence' && at >= from && at < to).length;
}
