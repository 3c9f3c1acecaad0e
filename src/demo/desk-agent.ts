// A demo desk: somebody else's agent, to which the IVR hands a caller over. Believes nothing but its
// ticket, waits until the IVR has left, and says by recording who it is. How it gets into a room, and
// how a ticket is checked, is given to it.

import type { CallerLine, Clip } from '../ivr/ports.ts';
import type { DeskPromptId } from './desk-prompts.ts';

export type DeskName = Exclude<DeskPromptId, 'refused'>;

/** The caller's line as a desk uses it. */
export interface DeskLine
  extends Pick<CallerLine, 'caller' | 'ended' | 'answer' | 'play' | 'hangUp' | 'leave'> {
  /** Done when no other agent is in the room. */
  alone(signal: AbortSignal): Promise<void>;
}

export interface Desk {
  readonly name: DeskName;
  /** Claims of a good ticket for this desk, room and caller; rejects for any other. */
  verify(ticket: string, caller: DeskLine['caller']): Promise<{ readonly auth: string }>;
  clip(id: DeskPromptId): Clip;
}

/** What the desk was dispatched with. */
export interface DeskJob {
  /** JSON of the hand-off: `{ticket, call, line}`. */
  readonly metadata: string;
  /** Aborts when the desk is no longer wanted. */
  readonly terminated: AbortSignal;
}

/**
 * Serves one caller until they leave; `sensitive-desk` refuses whoever is not verified, and every desk
 * whoever comes without a good ticket. Done when the desk has left the room.
 */
export async function serveCaller(desk: Desk, job: DeskJob, line: DeskLine): Promise<void> {
  const gone = new AbortController();
  void line.ended.then(() => gone.abort());
  const signal = AbortSignal.any([job.terminated, gone.signal]);
  try {
    const welcome = await welcomeFor(desk, job.metadata, line.caller);
    await line.answer(signal);
    await line.alone(signal);
    await line.play([desk.clip(welcome)], signal);
    if (welcome === 'refused') await line.hangUp(signal);
    else await aborted(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await line.leave();
  }
}

async function welcomeFor(
  { name, verify }: Desk,
  metadata: string,
  caller: DeskLine['caller'],
): Promise<DeskPromptId> {
  try {
    const { ticket } = JSON.parse(metadata);
    const { auth } = await verify(ticket, caller);
    return name === 'sensitive-desk' && auth !== 'verified' ? 'refused' : name;
  } catch {
    // Not JSON, no ticket, a bad one, or one that could not be judged: all the same to a desk.
    return 'refused';
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise;
}
