// The way to a one-time code: whether one may be sent, who sends it, and what is done where there is no such
// account. Promises that none goes out for an account without tries left, to a SIM nobody was asked about, or
// while an attack is under way; a code that may have been sent counts as sent.

import type { SendQuestion, SendResult } from '../../machines/one-time-code.machine.ts';
import type { AccountHandle, Challenge } from '../../machines/verify-entry.machine.ts';
import type { CallWorld } from '../call-world.ts';
import { IvrFault } from '../fault.ts';
import { isUnderAttack } from './fraud-breaker.ts';
import type { OwnCodes } from './own-codes.ts';
import type { VerifiedCall } from './verified-call.ts';

export interface CodeSending {
  simChangedWithinHours(account: AccountHandle, signal: AbortSignal): Promise<number | null>;
  send(question: SendQuestion, signal: AbortSignal): Promise<SendResult>;
}

/** `own`: null where no messages can be sent. */
export function codeSending(
  call: VerifiedCall,
  world: Pick<CallWorld, 'backend' | 'outages' | 'tries' | 'measure' | 'log'>,
  own: OwnCodes | null,
): CodeSending {
  const { backend, outages, tries, measure, log } = world;
  const { line, policy } = call;
  /** Accounts that had no tries left when their SIM would have been asked about: it was not. */
  const passedOver = new Set<string>();

  function locked(kind: 'check' | 'send'): SendResult {
    measure({ type: 'try.locked', line, kind });
    return { kind: 'lockedOut' };
  }

  async function sendFresh(question: SendQuestion, ref: string, signal: AbortSignal) {
    const request = { call: call.id, signal };
    const sending = await backend.sendCode(ref, line, request);
    if ('challenge' in sending) return { by: 'backend', id: sending.challenge } as const;
    if (own === null) {
      throw new IvrFault(
        'IVR_SMS_UNAVAILABLE',
        'The backend leaves the sending of a code to us ("destination"), but nothing is configured to send it. Set sms.webhook, or have the backend send it and answer a "challenge" (docs/sms.md).',
      );
    }
    const { destination } = sending;
    const order = { ...question, destination, dialled: call.dialled };
    const use = { account: ref, call: call.id, purpose: line };
    return { by: 'us', id: await own.send(order, use, signal) } as const;
  }

  async function sendTo(question: SendQuestion, signal: AbortSignal): Promise<Challenge> {
    const { account, replaces } = question;
    if (replaces?.by === 'us') await own?.revoke(replaces.id);
    if (replaces?.by === 'decoy') await own?.pretendToRevoke();
    signal.throwIfAborted();
    if (account.ref !== null) return sendFresh(question, account.ref, signal);
    await outages.liveThrough('otp', signal);
    await own?.pretendToSend(question);
    await outages.liveThrough('sms', signal);
    return { by: 'decoy' };
  }

  return {
    async simChangedWithinHours({ ref, tally }, signal) {
      // Where that cannot be known, nothing will be sent either.
      if (await tries.isLocked(tally, policy).catch(() => false)) {
        passedOver.add(tally);
        return null;
      }
      signal.throwIfAborted();
      if (ref !== null) return backend.simChangedWithinHours(ref, { call: call.id, signal });
      await outages.liveThrough('sim', signal);
      return null;
    },

    async send(question, signal) {
      const { tally } = question.account;
      if (passedOver.has(tally) || (await tries.isLocked(tally, policy))) return locked('check');
      if (await isUnderAttack(tries)) {
        log.error('too many checks fail: no code is sent');
        measure({ type: 'sending.stopped', line });
        return { kind: 'unavailable' };
      }
      const taking = await tries.take('send', 'oneTimeCode', tally, call.callerHash, policy);
      if (taking.kind === 'locked') return locked('send');
      signal.throwIfAborted();
      const challenge = await sendTo(question, signal);
      measure({ type: 'code.sent', line, by: challenge.by });
      return { kind: 'sent', challenge };
    },
  };
}
