// Checks of what a caller keyed about an account. Promises: the try is taken, and counts as failed, before
// anything is checked; an account without tries left is asked about nowhere; only a right answer that came in
// time is accepted; a try counts on when its caller leaves before the answer, and not when nobody could say; no
// answer waits until its try is settled.

import type { Secret } from '../../machines/secret.ts';
import type { Subject, Verdict } from '../../machines/verify-entry.machine.ts';
import type { CallWorld } from '../call-world.ts';
import type { TryStore } from '../ports.ts';
import { wait } from '../waiting.ts';
import type { OwnCodes } from './own-codes.ts';
import { frictionMs } from './pace.ts';
import { portFault } from './port-fault.ts';
import type { VerifiedCall } from './verified-call.ts';

/** What is checked of an account that has been found; looking one up takes no try. */
export type AccountSubject = Exclude<Subject, { readonly step: 'account' }>;

export type Checking = (
  subject: AccountSubject,
  entry: Secret,
  signal: AbortSignal,
) => Promise<Verdict>;

/** Friction leaves so much of the time that the charts wait for an answer: it must not end a call. */
const LEEWAY_MS = 500;

/** `own`: null where no messages can be sent. */
export function checking(
  call: VerifiedCall,
  world: Pick<CallWorld, 'backend' | 'outages' | 'tries' | 'measure' | 'monotonic' | 'clock'>,
  own: OwnCodes | null,
): Checking {
  const { backend, outages, tries, measure, monotonic } = world;
  const { line, policy } = call;

  async function isRight(
    subject: AccountSubject,
    entry: Secret,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { ref } = subject.account;
    const request = { call: call.id, signal };
    if (subject.step !== 'oneTimeCode') {
      if (ref !== null) return backend.checkKnowledge(ref, subject.step, entry, request);
      await outages.liveThrough('knowledge', signal);
      return false;
    }
    const { challenge } = subject;
    if (ref === null || challenge.by === 'decoy') {
      await outages.liveThrough('check', signal);
      await own?.pretendToCheck();
      return false;
    }
    if (challenge.by === 'backend') return backend.checkCode(challenge.id, entry, request);
    if (own === null) return false;
    const use = { account: ref, call: call.id, purpose: line };
    return own.check(challenge.id, entry, use, signal);
  }

  /** Waits as long as the calling number's failures ask for, counted from the question. */
  async function holdBack(askedAt: number, callerFailures: number, signal: AbortSignal) {
    const friction = frictionMs(callerFailures, policy);
    if (friction === 0) return;
    const heldMs = Math.min(call.floorMs + friction, call.backendMs - LEEWAY_MS);
    const left = askedAt + heldMs - monotonic();
    if (left > 0) await wait(world.clock ?? { setTimeout, clearTimeout }, left, signal);
  }

  /** Until the try before is settled it counts as failed. */
  let settling = Promise.resolve();

  function settle(...settled: Parameters<TryStore['settle']>): Promise<void> {
    // Left as it is, it counts as failed: nobody gets a try more by it.
    settling = tries.settle(...settled).catch((error: unknown) => call.onFault('settleTry', error));
    return settling;
  }

  return async (subject, entry, signal) => {
    const askedAt = monotonic();
    const { step, account } = subject;
    await settling;
    signal.throwIfAborted();
    const taking = await tries.take('check', step, account.tally, call.callerHash, policy);
    if (taking.kind === 'locked') {
      measure({ type: 'try.locked', line, kind: 'check' });
      return { kind: 'lockedOut' };
    }
    let right: boolean;
    try {
      signal.throwIfAborted();
      right = await isRight(subject, entry, signal);
      signal.throwIfAborted();
    } catch (error) {
      if (!call.hasLeft() || portFault(error) !== null) await settle(taking.id, 'unchecked');
      throw error;
    }
    void settle(taking.id, right ? 'accepted' : 'rejected');
    await holdBack(askedAt, taking.callerFailures, signal);
    return { kind: right ? 'accepted' : 'rejected' };
  };
}
