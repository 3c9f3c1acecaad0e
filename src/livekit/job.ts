// What LiveKit gives an agent server to do: a room to join, in which somebody waits.

/** A job that LiveKit would like to give to this agent server. */
export interface JobOffer {
  readonly id: string;
  /** What the dispatch says to this agent. */
  readonly metadata: string;
}

/** A job that is ours: a room to join, with a token made for it. */
export interface Job extends JobOffer {
  /** Name of the room. May hold a calling number: never log it. */
  readonly room: string;
  readonly url: string;
  readonly token: string;
  /** When LiveKit offered it (`performance.now()`). */
  readonly offeredAt: number;
  /** Aborts when LiveKit ends the job: its dispatch was withdrawn, or our participant is gone. */
  readonly terminated: AbortSignal;
  /** Tells LiveKit how the job went; call it before leaving the room: leaving first counts as failed. */
  finish(outcome: 'success' | 'failed'): void;
}
